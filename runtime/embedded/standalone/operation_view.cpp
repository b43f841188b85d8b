// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/standalone/operation_view.hpp"

#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/nexus/nexus_view.hpp"
#include "runtime/embedded/record/deadlines.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/standalone/standalone_reads.hpp"
#include "runtime/embedded/standalone/standalone_view.hpp"
#include "runtime/protocol/json_value.hpp"

#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/nexusoperation/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;
using info_message = api::nexus::v1::NexusOperationExecutionInfo;

enums::NexusOperationExecutionStatus status_of(enums::WorkflowExecutionStatus status) {
  return status == enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT
             ? enums::NEXUS_OPERATION_EXECUTION_STATUS_TIMED_OUT
             : static_cast<enums::NexusOperationExecutionStatus>(status);
}

/// The attempt that is under way counts as well.
template <class From>
void show_counted_attempts(const From& from, bool is_under_way, auto& to) {
  show_attempts(from, to);
  if (is_under_way)
    to.set_attempt(from.attempt + 1);
}

void fill_cancelation(
    const run& on,
    const nexus_cancel_request& from,
    api::nexus::v1::NexusOperationExecutionCancellationInfo& to) {
  to_proto(from.requested_time, *to.mutable_requested_time());
  const auto& asked = *on.history[static_cast<std::size_t>(from.requested_event_id - 1)];
  to.set_reason(asked.workflow_execution_cancel_requested_event_attributes().cause());
  show_cancel_state(from, to);
  show_counted_attempts(from, from.state == nexus_cancelation::state::scheduled, to);
}

void fill_info(const record& rec, const run& on, info_message& to) {
  const auto& state = on.state;
  const auto& operation = standalone_operation(on);
  const auto& scheduled = *operation.scheduled;
  to.set_operation_id(std::string{standalone_id_of(rec.workflow_id)});
  to.set_run_id(on.id);
  to.set_status(status_of(state.status));
  show_operation(operation, to);
  show_counted_attempts(operation, operation.state == nexus_operation::state::scheduled, to);
  to_proto(operation.scheduled_time, *to.mutable_schedule_time());
  if (const auto end = close_expiry(operation))
    to_proto(*end, *to.mutable_expiration_time());
  to.set_request_id(operation.request_id);
  to.set_state_transition_count(state.transitions);
  to.set_state_size_bytes(state.history_size);
  to.mutable_search_attributes();
  if (state.search_attributes)
    *to.mutable_search_attributes() = *state.search_attributes;
  *to.mutable_nexus_header() =
      scheduled.nexus_operation_scheduled_event_attributes().nexus_header();
  if (scheduled.has_user_metadata())
    *to.mutable_user_metadata() = scheduled.user_metadata();
  for (const auto& event : on.history)
    to.mutable_links()->MergeFrom(event->links());
  to.set_identity(state.start_identity);
  if (operation.cancel)
    fill_cancelation(on, *operation.cancel, *to.mutable_cancellation_info());
  if (on.open())
    return;
  to_proto(state.close_time, *to.mutable_close_time());
  to_proto(between(state.start_time, state.close_time), *to.mutable_execution_duration());
}

/// How it ended; only of a run that is closed.
template <class Response>
void fill_outcome(const run& on, Response& to) {
  const auto& end = *on.history.back();
  switch (end.event_type()) {
  case enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED:
    copy_in_slices(end.nexus_operation_completed_event_attributes().result(), *to.mutable_result());
    return;
  case enums::EVENT_TYPE_NEXUS_OPERATION_FAILED:
    *to.mutable_failure() = end.nexus_operation_failed_event_attributes().failure();
    return;
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED:
    *to.mutable_failure() = end.nexus_operation_canceled_event_attributes().failure();
    return;
  case enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT:
    *to.mutable_failure() = end.nexus_operation_timed_out_event_attributes().failure();
    return;
  default: {
    const auto& terminated = end.workflow_execution_terminated_event_attributes();
    auto& failure = *to.mutable_failure();
    failure.set_message(terminated.reason());
    failure.mutable_terminated_failure_info()->set_identity(terminated.identity());
  }
  }
}

std::string text_of(const api::workflow::v1::WorkflowExecutionInfo& row, std::string_view column) {
  const auto& fields = row.search_attributes().indexed_fields();
  const auto found = fields.find(std::string{column});
  if (found == fields.end())
    return {};
  const auto json = protocol::parse_json(found->second.data());
  return json && json->is == protocol::json_value::type::string ? json->text : std::string{};
}

} // namespace

void fill_completion(const run& on, nexus_completion& to) {
  wire::PollNexusOperationExecutionResponse outcome;
  fill_outcome(on, outcome);
  if (outcome.has_failure()) {
    to.outcome = on.state.status == enums::WORKFLOW_EXECUTION_STATUS_CANCELED
                     ? nexus_completion::state::canceled
                     : nexus_completion::state::failed;
    to.failure =
        std::make_shared<const api::failure::v1::Failure>(std::move(*outcome.mutable_failure()));
    return;
  }
  to.outcome = nexus_completion::state::succeeded;
  if (on.history.back()->nexus_operation_completed_event_attributes().has_result())
    to.result =
        std::make_shared<const api::common::v1::Payload>(std::move(*outcome.mutable_result()));
}

void link_to_operation(const record& rec, const run& on, api::common::v1::Link& to) {
  auto& link = *to.mutable_nexus_operation();
  link.set_namespace_(rec.name_space);
  link.set_operation_id(std::string{standalone_id_of(rec.workflow_id)});
  link.set_run_id(on.id);
}

read_result describe_operation(
    const record& rec,
    const wire::DescribeNexusOperationExecutionRequest& request,
    std::size_t max_id_bytes) {
  return describe_by<wire::DescribeNexusOperationExecutionResponse>(
      rec, request, max_id_bytes, [&](const run& on, auto& response) {
        fill_info(rec, on, *response.mutable_info());
        const auto& scheduled = on.history.front()->nexus_operation_scheduled_event_attributes();
        if (request.include_input() && scheduled.has_input())
          copy_in_slices(scheduled.input(), *response.mutable_input());
        if (request.include_outcome() && !on.open())
          fill_outcome(on, response);
        for (const auto& [number, each] : on.state.callbacks) {
          auto& shown = *response.add_completion_callbacks();
          shown.mutable_trigger()->mutable_operation_completed();
          show_callback(each, *shown.mutable_info());
        }
      });
}

read_result poll_operation(
    const record& rec,
    const wire::PollNexusOperationExecutionRequest& request,
    std::size_t max_id_bytes) {
  const auto stage = request.wait_stage();
  if (stage != enums::NEXUS_OPERATION_WAIT_STAGE_UNSPECIFIED
      && stage != enums::NEXUS_OPERATION_WAIT_STAGE_STARTED
      && stage != enums::NEXUS_OPERATION_WAIT_STAGE_CLOSED)
    return refused(invalid_argument("unsupported wait_stage: " + std::to_string(stage)));
  return poll_by<wire::PollNexusOperationExecutionResponse>(
      rec,
      request,
      max_id_bytes,
      [&](const run& on) {
        return !on.open()
               || (stage == enums::NEXUS_OPERATION_WAIT_STAGE_STARTED
                   && standalone_operation(on).state == nexus_operation::state::started);
      },
      [](const run& on, auto& response) {
        response.set_operation_token(standalone_operation(on).operation_token);
        response.set_wait_stage(
            on.open() ? enums::NEXUS_OPERATION_WAIT_STAGE_STARTED
                      : enums::NEXUS_OPERATION_WAIT_STAGE_CLOSED);
        if (!on.open())
          fill_outcome(on, response);
      });
}

void fill_operation_row(
    const nexus_operation_state& from, api::workflow::v1::WorkflowExecutionInfo& to) {
  const auto& scheduled = from.scheduled->nexus_operation_scheduled_event_attributes();
  const std::string* const values[] = {
      &scheduled.endpoint(), &scheduled.service(), &scheduled.operation(), &from.request_id};
  for (std::size_t at = 0; at < std::size(values); ++at)
    set_keyword(to, operation_columns[at + 1].second, *values[at]);
}

void show_operation_row(
    const api::workflow::v1::WorkflowExecutionInfo& from,
    api::nexus::v1::NexusOperationExecutionListInfo& to) {
  to.set_operation_id(from.execution().workflow_id());
  to.set_run_id(from.execution().run_id());
  to.set_endpoint(text_of(from, operation_columns[1].second));
  to.set_service(text_of(from, operation_columns[2].second));
  to.set_operation(text_of(from, operation_columns[3].second));
  to.set_status(status_of(from.status()));
  *to.mutable_schedule_time() = from.start_time();
  if (from.has_close_time()) {
    *to.mutable_close_time() = from.close_time();
    *to.mutable_execution_duration() = from.execution_duration();
  }
  to.set_state_transition_count(from.state_transition_count());
  *to.mutable_search_attributes() = from.search_attributes();
  auto& fields = *to.mutable_search_attributes()->mutable_indexed_fields();
  fields.erase(std::string{division_attribute});
  for (const auto& [name, column] : operation_columns)
    fields.erase(std::string{column});
}

} // namespace troupe::embedded
