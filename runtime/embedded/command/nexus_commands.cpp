// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/text/go_quote.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/command/commands.hpp"
#include "runtime/embedded/nexus/nexus_header.hpp"
#include "runtime/embedded/nexus/system_endpoint.hpp"

#include <algorithm>

namespace troupe::embedded {
namespace {

using command = api::command::v1::Command;
using wire_command = api::command::v1::ScheduleNexusOperationCommandAttributes;

constexpr auto bad_schedule =
    enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES;

command_failure refused(std::string text, bool terminates = false) {
  return {bad_schedule, "ScheduleNexusOperationCommandAttributes." + std::move(text), terminates};
}

command_result check_header(const completion& in, const wire_command& from, nexus_header& lower) {
  const auto problem =
      lower_header(from.nexus_header(), in.ch.settings().max_nexus_header_bytes, lower);
  if (!problem)
    return {};
  if (problem->disallowed.empty())
    return refused("NexusHeader exceeds size limit");
  return refused("NexusHeader contains a disallowed header key: \"" + problem->disallowed + '"');
}

/// An operation whose end waits in the buffer is gone for the rules but not for the worker.
bool ends_in_buffer(const run& on, std::int64_t scheduled_event_id) {
  return std::any_of(on.state.buffered.begin(), on.state.buffered.end(), [&](const auto& waiting) {
    const auto& event = waiting.second;
    switch (event->event_type()) {
    case enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED:
      return event->nexus_operation_completed_event_attributes().scheduled_event_id()
             == scheduled_event_id;
    case enums::EVENT_TYPE_NEXUS_OPERATION_FAILED:
      return event->nexus_operation_failed_event_attributes().scheduled_event_id()
             == scheduled_event_id;
    case enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED:
      return event->nexus_operation_canceled_event_attributes().scheduled_event_id()
             == scheduled_event_id;
    case enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT:
      return event->nexus_operation_timed_out_event_attributes().scheduled_event_id()
             == scheduled_event_id;
    default: return false;
    }
  });
}

} // namespace

command_result schedule_nexus_operation(completion& in, const command& what) {
  auto& ch = in.ch;
  auto& state = in.on.state;
  const auto& settings = ch.settings();
  if (!what.has_schedule_nexus_operation_command_attributes())
    return command_failure{bad_schedule, "empty ScheduleNexusOperationCommandAttributes", false};
  const auto& from = what.schedule_nexus_operation_command_attributes();
  std::string endpoint_id;
  if (from.endpoint() == system_endpoint) {
    if (const auto status = check_system_call(ch, from); !status.ok())
      return command_failure{
          status.code == status_code::unimplemented
              ? enums::WORKFLOW_TASK_FAILED_CAUSE_FEATURE_DISABLED
              : bad_schedule,
          status.message,
          false};
  } else if (const auto found = ch.around.known.endpoint_by_name(from.endpoint())) {
    if (!found->admits(ch.rec.name_space))
      return command_failure{
          bad_schedule,
          "caller namespace " + quote_as_go(ch.rec.name_space) + " unauthorized for "
              + quote_as_go(from.endpoint()),
          false};
    endpoint_id = found->id;
  } else {
    return command_failure{
        bad_schedule, "endpoint " + quote_as_go(from.endpoint()) + " not found", false};
  }
  if (from.service().size() > settings.max_id_bytes)
    return refused("Service exceeds length limit of " + std::to_string(settings.max_id_bytes));
  if (from.operation().size() > settings.max_id_bytes)
    return refused("Operation exceeds length limit of " + std::to_string(settings.max_id_bytes));
  for (const auto& [value, name] :
       {std::pair{&from.schedule_to_close_timeout(), "ScheduleToCloseTimeout"},
        std::pair{&from.schedule_to_start_timeout(), "ScheduleToStartTimeout"},
        std::pair{&from.start_to_close_timeout(), "StartToCloseTimeout"}}) {
    if (const auto problem = duration_problem(*value); !problem.empty())
      return refused(std::string{name} + " is invalid: " + std::string{problem});
  }
  if (from.input().ByteSizeLong() > settings.max_blob_bytes)
    return refused("Input exceeds size limit", true);
  nexus_header header;
  if (auto failed = check_header(in, from, header))
    return failed;
  if (state.nexus_operations.size() >= settings.max_pending_nexus_operations)
    return command_failure{
        enums::WORKFLOW_TASK_FAILED_CAUSE_PENDING_NEXUS_OPERATIONS_LIMIT_EXCEEDED,
        "workflow has reached the pending nexus operation limit of "
            + std::to_string(settings.max_pending_nexus_operations) + " for this namespace",
        false};

  // No operation outlives its caller: the run's timeout is also that of an operation without one.
  auto to_close = from_proto(from.schedule_to_close_timeout());
  const bool from_run =
      state.run_timeout > duration{} && (to_close == duration{} || to_close > state.run_timeout);
  if (from_run)
    to_close = state.run_timeout;
  const auto trim = [&](const google::protobuf::Duration& value) {
    const auto wanted = from_proto(value);
    return to_close > duration{} ? std::min(wanted, to_close) : wanted;
  };

  auto event = make_event(in, what, enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED);
  auto& to = *event->mutable_nexus_operation_scheduled_event_attributes();
  to.set_endpoint(from.endpoint());
  to.set_service(from.service());
  to.set_operation(from.operation());
  if (from.has_input())
    copy_in_slices(from.input(), *to.mutable_input());
  if (from_run || from.has_schedule_to_close_timeout())
    to_proto(to_close, *to.mutable_schedule_to_close_timeout());
  if (from.has_schedule_to_start_timeout())
    to_proto(trim(from.schedule_to_start_timeout()), *to.mutable_schedule_to_start_timeout());
  if (from.has_start_to_close_timeout())
    to_proto(trim(from.start_to_close_timeout()), *to.mutable_start_to_close_timeout());
  for (auto* each :
       {to.has_schedule_to_close_timeout() ? to.mutable_schedule_to_close_timeout() : nullptr,
        to.has_schedule_to_start_timeout() ? to.mutable_schedule_to_start_timeout() : nullptr,
        to.has_start_to_close_timeout() ? to.mutable_start_to_close_timeout() : nullptr})
    if (each != nullptr)
      cut_timeout(*each);
  *to.mutable_nexus_header() = header;
  to.set_workflow_task_completed_event_id(in.completed_event_id);
  to.set_request_id(ch.around.ids.uuid());
  to.set_endpoint_id(endpoint_id);
  ch.write(in.on, event);

  nexus_operation_state operation;
  operation.scheduled_event_id = event->event_id();
  operation.scheduled = event;
  operation.request_id = to.request_id();
  operation.scheduled_time = ch.now();
  state.nexus_operations.put(event->event_id(), std::move(operation));
  return {};
}

command_result request_cancel_nexus_operation(completion& in, const command& what) {
  constexpr auto bad =
      enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_REQUEST_CANCEL_NEXUS_OPERATION_ATTRIBUTES;
  if (!what.has_request_cancel_nexus_operation_command_attributes())
    return command_failure{
        bad,
        "RequestCancelNexusOperationCommandAttributes is not set on "
        "RequestCancelNexusOperationCommand.",
        false};
  const auto id = what.request_cancel_nexus_operation_command_attributes().scheduled_event_id();
  const auto found = in.on.state.nexus_operations.find(id);
  const bool pending = found != in.on.state.nexus_operations.end();
  if (!pending && !ends_in_buffer(in.on, id))
    return command_failure{
        bad,
        "requested cancelation for a non-existing or already completed operation with scheduled "
        "event ID of "
            + std::to_string(id),
        false};
  if (pending && found->second.cancel)
    return command_failure{
        bad,
        "cancelation was already requested for an operation with scheduled event ID "
            + std::to_string(id),
        false};
  auto event = make_event(in, what, enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED);
  auto& to = *event->mutable_nexus_operation_cancel_requested_event_attributes();
  to.set_scheduled_event_id(id);
  to.set_workflow_task_completed_event_id(in.completed_event_id);
  in.ch.write(in.on, event);
  if (!pending)
    return {};
  nexus_cancel_request cancel;
  cancel.requested_event_id = event->event_id();
  cancel.requested_time = in.ch.now();
  if (found->second.state == nexus_operation::state::started)
    cancel.state = nexus_cancelation::state::scheduled;
  in.on.state.nexus_operations.edit(found).cancel = std::move(cancel);
  return {};
}

} // namespace troupe::embedded
