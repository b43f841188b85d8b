// SPDX-License-Identifier: Apache-2.0
// Calls of the service's own endpoint from workflows.
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/header_fields.hpp"
#include "runtime/protocol/start_request.hpp"
#include "runtime/workflow/system_headers.hpp"

#include <troupe/workflow/signal_with_start.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <stdexcept>

namespace troupe::workflow {
namespace detail {
namespace {

namespace wire = temporal::api::workflowservice::v1;

/// Tells services and SDKs that what is inside has payloads of its own: no codec touches the
/// outside.
constexpr const char* envelope_mark = "__temporal_system_payload";
constexpr const char* system_endpoint = "__temporal_system";

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
          {system_endpoint,
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

} // namespace detail

void pass_headers_on(detail::nexus_request& request) {
  auto& given = request.options.headers;
  if (given.empty() || request.endpoint != detail::system_endpoint
      || request.input.get(detail::envelope_mark).empty())
    return;
  detail::wire::SignalWithStartWorkflowExecutionRequest inside;
  if (!inside.ParseFromString(request.input.data)) // an interceptor has put something else there
    return;
  headers passed;
  for (const auto& [name, value] : given)
    passed.set(name, value);
  given.clear();
  protocol::write_headers(std::move(passed), *inside.mutable_header());
  request.input.data = inside.SerializeAsString();
}

} // namespace troupe::workflow
