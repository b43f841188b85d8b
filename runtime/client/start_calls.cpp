// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "runtime/client/eager_start.hpp"
#include "runtime/client/request.hpp"
#include "runtime/client/unary_job.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/start_parts.hpp"
#include "runtime/rpc/methods.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::detail {

namespace wire = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

template result<workflow_ref>& outcome_of<workflow_ref>(call_job&);

namespace {

/// What was started, or found running. A service that does not tell the first run made it just now.
workflow_ref started(
    const call_job& job, const std::string& id, const std::string& run, const std::string& first) {
  return {job.origin(), id, {}, first.empty() ? run : first, run};
}

/// A start whose answer may bring the first task for a worker of this process.
class eager_start_job final : public typed_job<workflow_ref> {
public:
  eager_start_job(const call_origin& from, const wire::StartWorkflowExecutionRequest& request)
      : typed_job(from), first_task_(from, request), workflow_id_(request.workflow_id()),
        what_(rpc::make_call(methods::start_workflow_execution, request, settings().rpc_timeout)) {}

private:
  void begin() override {
    first_task_.reserve(what_);
    send(std::move(what_));
  }

  void replied(rpc_status status, const rpc::bytes& reply) override {
    wire::StartWorkflowExecutionResponse response;
    if (status.ok() && !rpc::decode(reply, response))
      status = rpc::undecodable(methods::start_workflow_execution);
    first_task_.answered(response);
    if (!status.ok())
      return fail(to_exception(std::move(status), {.workflow_id = workflow_id_}));
    keep_link(response);
    done(started(*this, workflow_id_, response.run_id(), response.first_execution_run_id()));
  }

  eager_start first_task_;
  std::string workflow_id_;
  rpc::call what_;
};

} // namespace

wire::StartWorkflowExecutionRequest
start_request(const call_origin& from, encoded_start start, call_watchers& watched_by) {
  const auto& settings = settings_of(from);
  auto& options = start.options;
  if (options.id.empty())
    options.id = random_uuid();
  if (options.request_id.empty())
    options.request_id = random_uuid();
  headers carried;
  if (!settings.interceptors.empty()) {
    start_workflow_input in{
        {}, std::move(start.type), std::move(options), std::move(start.args), {}};
    watched_by = intercept(from, in, &client_interceptor::start_workflow);
    start = {std::move(in.type), std::move(in.options), std::move(in.arguments)};
    carried = std::move(in.headers);
  }
  const auto converter = settings.converter_of(options.id);
  wire::StartWorkflowExecutionRequest request;
  request.set_request_eager_execution(options.request_eager_start);
  protocol::fill_start_request(
      start.type,
      std::move(options),
      std::move(start.args),
      {settings.name_space, settings.identity, converter},
      request);
  write_headers(std::move(carried), request);
  if (links_of(from) != nullptr) {
    write_links(from, request);
    // A workflow that runs already shows them as well.
    protocol::attach_on_conflict(request);
  }
  return request;
}

job_of<workflow_ref> start_job(const call_origin& from, encoded_start start) {
  call_watchers watched_by;
  auto request = start_request(from, std::move(start), watched_by);
  auto span = make_span(
      from, "StartWorkflow", request.workflow_type().name(), request.workflow_id(), request);
  job_of<workflow_ref> made;
  if (take_wish(request))
    made.job = std::make_shared<eager_start_job>(from, request);
  else
    made = make_unary<wire::StartWorkflowExecutionResponse>(
        from,
        methods::start_workflow_execution,
        request,
        [id =
             request.workflow_id()](call_job& job, wire::StartWorkflowExecutionResponse& response) {
          job.keep_link(response);
          return started(job, id, response.run_id(), response.first_execution_run_id());
        },
        request.workflow_id());
  made.job->trace(std::move(span));
  made.job->watch(std::move(watched_by));
  return made;
}

job_of<workflow_ref>
signal_with_start_job(const call_origin& from, encoded_start start, encoded_signal signal) {
  call_watchers watched_by;
  auto request = protocol::with_signal(
      start_request(from, std::move(start), watched_by),
      std::move(signal.name),
      std::move(signal.args));
  auto span = make_span(
      from,
      "SignalWithStartWorkflow",
      request.workflow_type().name(),
      request.workflow_id(),
      request);
  auto made = make_unary<wire::SignalWithStartWorkflowExecutionResponse>(
      from,
      methods::signal_with_start_workflow_execution,
      request,
      [id = request.workflow_id()](
          call_job& job, wire::SignalWithStartWorkflowExecutionResponse& response) {
        job.keep_link(response);
        return started(job, id, response.run_id(), response.first_execution_run_id());
      },
      request.workflow_id());
  made.job->trace(std::move(span));
  made.job->watch(std::move(watched_by));
  return made;
}

} // namespace troupe::detail
