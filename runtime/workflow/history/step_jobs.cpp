// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/history/step_jobs.hpp"

#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/protocol/v1/message.pb.h>

#include <algorithm>
#include <limits>

namespace troupe::workflow {

void step_jobs::begin(const protocol_messages* to_deliver) {
  messages_.clear();
  resolutions_.clear();
  to_place_.clear();
  placed_ = 0;
  if (to_deliver == nullptr)
    return;
  for (const auto& one : *to_deliver)
    place_later(one.event_id(), {nullptr, &one});
}

void step_jobs::add_accepted(history_event& event) {
  place_later(
      event.workflow_execution_update_accepted_event_attributes()
          .accepted_request_sequencing_event_id(),
      {&event, nullptr});
}

void step_jobs::place_later(std::int64_t behind, message what) {
  to_place_.insert(std::ranges::upper_bound(to_place_, behind, {}, &place::behind), {behind, what});
}

void step_jobs::add(history_event& event, const event_row& row) {
  if (placed_ != to_place_.size())
    place_messages_before(event.event_id());
  if (row.group == event_group::message)
    messages_.push_back({&event, nullptr});
  else if (row.group == event_group::resolution)
    resolutions_.push_back({&event, &row});
}

void step_jobs::end() {
  place_messages_before(std::numeric_limits<std::int64_t>::max());
}

void step_jobs::place_messages_before(std::int64_t event_id) {
  for (; placed_ != to_place_.size() && to_place_[placed_].behind < event_id; ++placed_)
    messages_.push_back(to_place_[placed_].what);
}

} // namespace troupe::workflow
