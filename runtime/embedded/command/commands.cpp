// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/command/commands.hpp"

#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/text/enum_name.hpp"

#include <array>

namespace troupe::embedded {
namespace {

using command = api::command::v1::Command;

struct row {
  enums::CommandType type;
  command_handler handler;
  bool closing;
};

constexpr std::array table{
    row{enums::COMMAND_TYPE_START_TIMER, start_timer, false},
    row{enums::COMMAND_TYPE_CANCEL_TIMER, cancel_timer, false},
    row{enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION, complete_workflow, true},
    row{enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION, fail_workflow, true},
    row{enums::COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION, cancel_workflow, true},
    row{enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION, continue_as_new, true},
    row{enums::COMMAND_TYPE_RECORD_MARKER, record_marker, false},
    row{enums::COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES, upsert_search_attributes, false},
    row{enums::COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES, modify_properties, false},
    row{enums::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION, schedule_nexus_operation, false},
    row{enums::COMMAND_TYPE_REQUEST_CANCEL_NEXUS_OPERATION, request_cancel_nexus_operation, false},
    row{enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK, schedule_activity, false},
    row{enums::COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK, request_cancel_activity, false},
    row{enums::COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION, start_child_workflow, false},
    row{enums::COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION, signal_external_workflow, false},
    row{enums::COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION,
        request_cancel_external_workflow,
        false},
    row{enums::COMMAND_TYPE_PROTOCOL_MESSAGE, protocol_message, false},
};

} // namespace

command_handler find_handler(enums::CommandType type) {
  for (const auto& each : table) {
    if (each.type == type)
      return each.handler;
  }
  return nullptr;
}

bool is_closing(enums::CommandType type) {
  for (const auto& each : table) {
    if (each.type == type)
      return each.closing;
  }
  return false;
}

std::string command_name(enums::CommandType type) {
  constexpr std::string_view prefix = "COMMAND_TYPE_";
  const auto name = enums::CommandType_Name(type);
  if (name.size() <= prefix.size())
    return std::to_string(static_cast<int>(type));
  return camel_case(name, prefix);
}

std::string cause_name(enums::WorkflowTaskFailedCause cause) {
  constexpr std::string_view prefix = "WORKFLOW_TASK_FAILED_CAUSE_";
  const auto name = enums::WorkflowTaskFailedCause_Name(cause);
  if (name.size() <= prefix.size())
    return std::to_string(static_cast<int>(cause));
  return camel_case(name, prefix);
}

event_ptr make_event(completion& in, const command& what, enums::EventType type) {
  auto event = in.ch.make(type);
  if (what.has_user_metadata())
    copy_in_slices(what.user_metadata(), *event->mutable_user_metadata());
  *event->mutable_event_group_markers() = what.event_group_markers();
  return event;
}

} // namespace troupe::embedded
