// SPDX-License-Identifier: Apache-2.0
#include "runtime/protocol/start_request.hpp"

#include "runtime/protocol/start_parts.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <utility>

namespace troupe::protocol {

namespace enums = temporal::api::enums::v1;
namespace wire = temporal::api::workflowservice::v1;

void fill_start_request(
    std::string_view type,
    start_workflow_options options,
    payloads args,
    const starter& by,
    temporal::api::workflowservice::v1::StartWorkflowExecutionRequest& to) {
  fill_start_parts(options, std::move(args), by, to);
  to.set_workflow_id(std::move(options.id));
  to.mutable_workflow_type()->set_name(std::string{type});
  to.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  write_span(options.execution_timeout, [&] { return to.mutable_workflow_execution_timeout(); });
  write_span(options.run_timeout, [&] { return to.mutable_workflow_run_timeout(); });
  write_span(options.task_timeout, [&] { return to.mutable_workflow_task_timeout(); });
  write_span(options.start_delay, [&] { return to.mutable_workflow_start_delay(); });
  to.set_workflow_id_reuse_policy(
      static_cast<enums::WorkflowIdReusePolicy>(options.id_reuse_policy));
  to.set_workflow_id_conflict_policy(
      static_cast<enums::WorkflowIdConflictPolicy>(options.id_conflict_policy));
  to.set_cron_schedule(std::move(options.cron_schedule));
  for (auto& [name, value] : options.memo)
    to_proto(by.converter.encode(std::move(value)), (*to.mutable_memo()->mutable_fields())[name]);
  for (auto& link : options.links) {
    auto& event = *to.add_links()->mutable_workflow_event();
    event.set_namespace_(std::move(link.name_space));
    event.set_workflow_id(std::move(link.workflow_id));
    event.set_run_id(std::move(link.run_id));
    event.mutable_event_ref()->set_event_id(link.event_id);
    event.mutable_event_ref()->set_event_type(static_cast<enums::EventType>(link.event_type));
  }
}

// Field by field, since the two messages have numbers of their own.
wire::SignalWithStartWorkflowExecutionRequest
with_signal(wire::StartWorkflowExecutionRequest start, std::string signal_name, payloads args) {
  wire::SignalWithStartWorkflowExecutionRequest to;
  to.set_namespace_(std::move(*start.mutable_namespace_()));
  to.set_workflow_id(std::move(*start.mutable_workflow_id()));
  to.set_identity(std::move(*start.mutable_identity()));
  to.set_request_id(std::move(*start.mutable_request_id()));
  to.set_cron_schedule(std::move(*start.mutable_cron_schedule()));
  to.set_workflow_id_reuse_policy(start.workflow_id_reuse_policy());
  to.set_workflow_id_conflict_policy(start.workflow_id_conflict_policy());
  if (start.has_workflow_type())
    to.mutable_workflow_type()->Swap(start.mutable_workflow_type());
  if (start.has_task_queue())
    to.mutable_task_queue()->Swap(start.mutable_task_queue());
  if (start.has_input())
    to.mutable_input()->Swap(start.mutable_input());
  if (start.has_workflow_execution_timeout())
    to.mutable_workflow_execution_timeout()->Swap(start.mutable_workflow_execution_timeout());
  if (start.has_workflow_run_timeout())
    to.mutable_workflow_run_timeout()->Swap(start.mutable_workflow_run_timeout());
  if (start.has_workflow_task_timeout())
    to.mutable_workflow_task_timeout()->Swap(start.mutable_workflow_task_timeout());
  if (start.has_workflow_start_delay())
    to.mutable_workflow_start_delay()->Swap(start.mutable_workflow_start_delay());
  if (start.has_retry_policy())
    to.mutable_retry_policy()->Swap(start.mutable_retry_policy());
  if (start.has_priority())
    to.mutable_priority()->Swap(start.mutable_priority());
  if (start.has_memo())
    to.mutable_memo()->Swap(start.mutable_memo());
  if (start.has_search_attributes())
    to.mutable_search_attributes()->Swap(start.mutable_search_attributes());
  if (start.has_header())
    to.mutable_header()->Swap(start.mutable_header());
  if (start.has_user_metadata())
    to.mutable_user_metadata()->Swap(start.mutable_user_metadata());
  to.mutable_links()->Swap(start.mutable_links());
  to.set_signal_name(std::move(signal_name));
  if (!args.empty())
    to_proto(std::move(args), *to.mutable_signal_input());
  return to;
}

} // namespace troupe::protocol
