// SPDX-License-Identifier: Apache-2.0
// Calls of the service's own endpoint from workflows.
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/start_request.hpp"

#include <troupe/workflow/signal_with_start.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <stdexcept>

namespace troupe::workflow::detail {
namespace {

namespace wire = temporal::api::workflowservice::v1;

/// Tells services and SDKs that what is inside has payloads of its own: no codec touches the
/// outside.
constexpr const char* envelope_mark = "__temporal_system_payload";

payload envelope_of(const google::protobuf::Message& message) {
  payload made;
  made.data = message.SerializeAsString();
  made.metadata = {
      {"encoding", "binary/protobuf"},
      {"messageType", message.GetDescriptor()->full_name()},
      {envelope_mark, "true"}};
  return made;
}

} // namespace

ref<payload_pending> call_signal_with_start(run& owner, signal_with_start&& what, scope& within) {
  auto options = std::move(what.options);
  if (options.task_queue.empty())
    options.task_queue = owner.get_info().task_queue;
  options.request_id.clear(); // the operation's is taken
  options.request_eager_start = false;
  nexus_operation_options how;
  how.summary = options.static_summary;
  wire::StartWorkflowExecutionRequest start;
  protocol::fill_start_request(
      what.type, std::move(options), std::move(what.input), {{}, {}, owner.converter()}, start);
  const auto request = protocol::with_signal(
      std::move(start), std::move(what.signal_name), std::move(what.signal_input));
  return owner
      .start_nexus_operation(
          {"__temporal_system",
           "temporal.api.workflowservice.v1.WorkflowService",
           "SignalWithStartWorkflowExecution",
           envelope_of(request),
           std::move(how)},
          within)
      .result;
}

signaled_workflow take_signaled(pending& from) {
  const auto& settled = static_cast<payload_pending&>(from).value;
  wire::SignalWithStartWorkflowExecutionResponse response;
  if (!response.ParseFromString(settled.data))
    throw std::runtime_error("the service's own endpoint answered with something else than a "
                             "SignalWithStartWorkflowExecutionResponse");
  signaled_workflow to;
  to.run_id = response.run_id();
  to.is_started = response.started();
  return to;
}

} // namespace troupe::workflow::detail
