// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/history/history_pages.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <vector>

namespace troupe::workflow {

using temporal::api::history::v1::History;
using temporal::api::history::v1::HistoryEvent;

history_pages::history_pages(History&& first, std::string next_token)
    : events_(std::move(first)), next_token_(std::move(next_token)) {
  if (events_.events_size() != 0)
    last_ = events_.events(events_.events_size() - 1).event_id();
}

history_pages::history_pages(History&& newest) : newest_(std::move(newest)) {}

void history_pages::add(
    temporal::api::workflowservice::v1::GetWorkflowExecutionHistoryResponse&& page,
    std::int64_t walked_to) {
  auto& events = *events_.mutable_events();
  int walked = 0;
  while (walked != events.size() && events[walked].event_id() <= walked_to)
    ++walked;
  events.DeleteSubrange(0, walked);
  append(*page.mutable_history());
  next_token_ = std::move(*page.mutable_next_page_token());
  if (!next_token_.empty())
    return;
  is_whole_ = true;
  append(newest_);
}

void history_pages::append(History& from) {
  // By pointer: the events of a page stay where the page was read.
  auto& events = *from.mutable_events();
  std::vector<HistoryEvent*> taken(static_cast<std::size_t>(events.size()));
  events.ExtractSubrange(0, events.size(), taken.data());
  for (auto* event : taken)
    if (event->event_id() > last_) {
      last_ = event->event_id();
      events_.mutable_events()->AddAllocated(event);
    } else {
      delete event;
    }
}

} // namespace troupe::workflow
