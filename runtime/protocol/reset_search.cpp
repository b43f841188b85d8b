// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/reset_search.hpp"

#include <temporal/api/history/v1/message.pb.h>

#include <algorithm>

namespace troupe::protocol {

namespace enums = temporal::api::enums::v1;

bool reset_search::see(const temporal::api::history::v1::HistoryEvent& event) {
  if (completed_ == 0 && event.event_type() == enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
    completed_ = event.event_id();
  if (event.event_type() == enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED)
    scheduled_ = scheduled_ == 0 ? event.event_id() : std::min(scheduled_, event.event_id());
  return completed_ != 0;
}

std::int64_t reset_search::completed_or_scheduled() const noexcept {
  if (completed_ != 0)
    return completed_;
  return scheduled_ == 0 ? 0 : scheduled_ + 1;
}

} // namespace troupe::protocol
