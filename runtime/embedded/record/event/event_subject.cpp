// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/event/event_subject.hpp"

#include <temporal/api/history/v1/message.pb.h>

namespace troupe::embedded {

std::int64_t ended_activity_of(const history_event& event) {
  switch (event.event_type()) {
  case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
    return event.activity_task_completed_event_attributes().scheduled_event_id();
  case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED:
    return event.activity_task_failed_event_attributes().scheduled_event_id();
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
    return event.activity_task_canceled_event_attributes().scheduled_event_id();
  case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
    return event.activity_task_timed_out_event_attributes().scheduled_event_id();
  default: return 0;
  }
}

std::int64_t ended_operation_of(const history_event& event) {
  switch (event.event_type()) {
  case enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED:
    return event.nexus_operation_completed_event_attributes().scheduled_event_id();
  case enums::EVENT_TYPE_NEXUS_OPERATION_FAILED:
    return event.nexus_operation_failed_event_attributes().scheduled_event_id();
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED:
    return event.nexus_operation_canceled_event_attributes().scheduled_event_id();
  case enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT:
    return event.nexus_operation_timed_out_event_attributes().scheduled_event_id();
  default: return 0;
  }
}

std::int64_t ended_child_of(const history_event& event) {
  switch (event.event_type()) {
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
    return event.child_workflow_execution_completed_event_attributes().initiated_event_id();
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
    return event.child_workflow_execution_failed_event_attributes().initiated_event_id();
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
    return event.child_workflow_execution_canceled_event_attributes().initiated_event_id();
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
    return event.child_workflow_execution_timed_out_event_attributes().initiated_event_id();
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
    return event.child_workflow_execution_terminated_event_attributes().initiated_event_id();
  default: return 0;
  }
}

std::int64_t answered_peer_of(const history_event& event) {
  switch (event.event_type()) {
  case enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED:
    return event.start_child_workflow_execution_failed_event_attributes().initiated_event_id();
  case enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED:
    return event.external_workflow_execution_signaled_event_attributes().initiated_event_id();
  case enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
    return event.signal_external_workflow_execution_failed_event_attributes().initiated_event_id();
  case enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
    return event.external_workflow_execution_cancel_requested_event_attributes()
        .initiated_event_id();
  case enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
    return event.request_cancel_external_workflow_execution_failed_event_attributes()
        .initiated_event_id();
  default: return 0;
  }
}

} // namespace troupe::embedded
