// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/history_slicer.hpp"

#include <temporal/api/history/v1/message.pb.h>

namespace troupe::workflow {

using namespace temporal::api::enums::v1;

bool is_command_event(int event_type) noexcept {
  switch (event_type) {
  case EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
  case EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED:
  case EVENT_TYPE_MARKER_RECORDED:
  case EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED:
  case EVENT_TYPE_NEXUS_OPERATION_SCHEDULED:
  case EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
  case EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
  case EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
  case EVENT_TYPE_TIMER_CANCELED:
  case EVENT_TYPE_TIMER_STARTED:
  case EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
  case EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
  case EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
  case EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
  case EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
  case EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
  case EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
  case EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED: return true;
  default: return false;
  }
}

bool is_final_event(int event_type) noexcept {
  switch (event_type) {
  case EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
  case EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
  case EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
  case EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
  case EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
  case EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: return true;
  default: return false;
  }
}

std::optional<history_step>
next_step(const temporal::api::history::v1::History& history, int from) {
  const auto& events = history.events();
  for (int i = from; i < events.size(); ++i) {
    const auto type = events[i].event_type();
    if (is_final_event(type))
      return history_step{i, false};
    if (type != EVENT_TYPE_WORKFLOW_TASK_STARTED)
      continue;
    const auto next = i + 1 < events.size() ? events[i + 1].event_type() : EVENT_TYPE_UNSPECIFIED;
    if (next == EVENT_TYPE_WORKFLOW_TASK_FAILED || next == EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT
        || next == EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED
        || next == EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT)
      continue;
    return history_step{i, true};
  }
  return std::nullopt;
}

} // namespace troupe::workflow
