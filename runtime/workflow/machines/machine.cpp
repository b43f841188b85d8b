// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/machine.hpp"

#include "runtime/base/text/enum_name.hpp"

#include <temporal/api/enums/v1/command_type.pb.h>
#include <temporal/api/history/v1/message.pb.h>

#include <string_view>

namespace troupe::workflow {

namespace {

const char* const advice = " The workflow's code no longer does what it did when this history was "
                           "written: restore the old order of commands, "
                           "let new code run for new workflows only, or reset the workflow.";

} // namespace

const char* nondeterminism_advice() noexcept {
  return advice;
}

std::string event_name(int event_type) {
  const auto& wire = temporal::api::enums::v1::EventType_Name(
      static_cast<temporal::api::enums::v1::EventType>(event_type));
  constexpr std::string_view prefix = "EVENT_TYPE_";
  if (!wire.starts_with(prefix))
    return "unknown type " + std::to_string(event_type);
  return camel_case(wire, prefix);
}

std::string command_text(const machine& by, int command) {
  auto text = camel_case(
      temporal::api::enums::v1::CommandType_Name(
          static_cast<temporal::api::enums::v1::CommandType>(command)),
      "COMMAND_TYPE_");
  if (const auto what = by.describe(command); !what.empty())
    text += " (" + what + ")";
  return text;
}

std::string event_text(const history_event& event) {
  return "event " + std::to_string(event.event_id()) + " (" + event_name(event.event_type()) + ")";
}

void throw_mismatch(
    const history_event& event,
    const std::string& what,
    const std::string& in_history,
    const std::string& in_code) {
  throw nondeterminism_error(
      "[TMPRL1100] Nondeterminism error: " + event_text(event) + " has " + what + " '" + in_history
      + "', but the workflow's code asked for '" + in_code + "'." + advice);
}

void throw_no_command(const history_event& event) {
  throw nondeterminism_error(
      "[TMPRL1100] Nondeterminism error: " + event_text(event)
      + " has no command: the workflow's code did not issue one." + advice);
}

void throw_wrong_command(const history_event& event, const std::string& command) {
  throw nondeterminism_error(
      "[TMPRL1100] Nondeterminism error: " + event_text(event)
      + " does not match the command that the workflow's code issued: " + command + "." + advice);
}

void throw_no_event(const std::string& command, std::int64_t completed_event_id) {
  throw nondeterminism_error(
      "[TMPRL1100] Nondeterminism error: the workflow's code issued the command " + command
      + ", but the history has no event for it behind event " + std::to_string(completed_event_id)
      + " (WorkflowTaskCompleted)." + advice);
}

void throw_unexpected(const history_event& event, const std::string& by) {
  throw history_error(
      event_text(event) + " cannot happen now" + (by.empty() ? std::string{} : " to " + by)
      + ": the history is out of order or damaged");
}

} // namespace troupe::workflow
