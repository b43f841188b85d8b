// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "runtime/client/from_wire.hpp"
#include "runtime/client/request.hpp"
#include "runtime/client/unary_job.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/client/workflow_handle.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::detail {

namespace wire = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

template result<void>& outcome_of<void>(call_job&);
template result<payloads>& outcome_of<payloads>(call_job&);
template result<workflow_description>& outcome_of<workflow_description>(call_job&);
template result<result_page<history_event>>& outcome_of<result_page<history_event>>(call_job&);

namespace {

/// A page of a history. A long poll that ended without events is asked again, so it may take any
/// time.
class history_job final : public typed_job<result_page<history_event>> {
public:
  history_job(const call_origin& from, wire::GetWorkflowExecutionHistoryRequest request)
      : typed_job(from), request_(std::move(request)) {}

private:
  void begin() override {
    auto what = rpc::make_call(
        methods::get_workflow_execution_history,
        request_,
        request_.wait_new_event() ? settings().long_poll_timeout : settings().rpc_timeout);
    what.is_long_poll = request_.wait_new_event();
    send(std::move(what));
  }

  void replied(rpc_status status, const rpc::bytes& reply) override {
    wire::GetWorkflowExecutionHistoryResponse response;
    if (status.ok() && !rpc::decode(reply, response))
      status = rpc::undecodable(methods::get_workflow_execution_history);
    if (status.code == status_code::deadline_exceeded && request_.wait_new_event() && !is_late())
      return begin();
    if (!status.ok())
      return fail(to_exception(std::move(status)));
    result_page<history_event> page;
    for (auto& event : *response.mutable_history()->mutable_events())
      page.items.emplace_back(
          std::make_shared<const temporal::api::history::v1::HistoryEvent>(std::move(event)));
    page.next_token = response.next_page_token();
    done(std::move(page));
  }

  wire::GetWorkflowExecutionHistoryRequest request_;
};

} // namespace

const data_converter& converter_of(const call_origin& from) noexcept {
  return settings_of(from).converter;
}

data_converter converter_of(const call_origin& from, std::string_view workflow_id) {
  return settings_of(from).converter_of(workflow_id);
}

std::string new_workflow_id() {
  return random_uuid();
}

job_of<workflow_description> describe_job(const workflow_ref& of) {
  wire::DescribeWorkflowExecutionRequest request;
  request.set_namespace_(settings_of(of.from).name_space);
  name_execution(of, *request.mutable_execution());
  return make_unary<wire::DescribeWorkflowExecutionResponse>(
      of.from,
      methods::describe_workflow_execution,
      request,
      [id = of.id](call_job& job, wire::DescribeWorkflowExecutionResponse& response) {
        return description_from(response, job.settings().converter_of(id));
      });
}

async_pages<history_event> history_pages(const workflow_ref& of, history_options options) {
  wire::GetWorkflowExecutionHistoryRequest request;
  request.set_namespace_(settings_of(of.from).name_space);
  name_execution(of, *request.mutable_execution());
  request.set_maximum_page_size(options.page_size);
  request.set_wait_new_event(options.wait_for_new_events);
  request.set_history_event_filter_type(
      options.close_event_only ? temporal::api::enums::v1::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT
                               : temporal::api::enums::v1::HISTORY_EVENT_FILTER_TYPE_ALL_EVENT);
  request.set_skip_archival(options.wait_for_new_events);
  return async_pages<history_event>{[from = of.from, request](const std::string& token) {
    auto wanted = request;
    wanted.set_next_page_token(token);
    return call<result_page<history_event>>{
        job_of<result_page<history_event>>{std::make_shared<history_job>(from, std::move(wanted))}};
  }};
}

job_of<void> signal_job(const workflow_ref& to, std::string_view name, payloads args) {
  const auto& settings = settings_of(to.from);
  signal_workflow_input in{{}, to.id, to.run_id, std::string{name}, std::move(args), {}};
  auto watched_by = intercept(to.from, in, &client_interceptor::signal_workflow);
  wire::SignalWorkflowExecutionRequest request;
  request.set_namespace_(settings.name_space);
  name_execution(in, *request.mutable_workflow_execution());
  request.set_signal_name(std::move(in.name));
  if (!in.arguments.empty())
    to_proto(std::move(in.arguments), *request.mutable_input());
  write_headers(std::move(in.headers), request);
  request.set_identity(settings.identity);
  request.set_request_id(random_uuid());
  auto span = make_span(
      to.from,
      "SignalWorkflow",
      request.signal_name(),
      request.workflow_execution().workflow_id(),
      request);
  auto made = acknowledged<wire::SignalWorkflowExecutionResponse>(
      to.from, methods::signal_workflow_execution, request);
  made.job->trace(std::move(span));
  made.job->watch(std::move(watched_by));
  return made;
}

job_of<payloads>
query_job(const workflow_ref& of, std::string_view name, query_options options, payloads args) {
  query_workflow_input in{{}, of.id, of.run_id, std::string{name}, options, std::move(args), {}};
  auto watched_by = intercept(of.from, in, &client_interceptor::query_workflow);
  wire::QueryWorkflowRequest request;
  request.set_namespace_(settings_of(of.from).name_space);
  name_execution(in, *request.mutable_execution());
  auto& query = *request.mutable_query();
  query.set_query_type(std::move(in.name));
  if (!in.arguments.empty())
    to_proto(std::move(in.arguments), *query.mutable_query_args());
  write_headers(std::move(in.headers), query);
  request.set_query_reject_condition(
      static_cast<temporal::api::enums::v1::QueryRejectCondition>(in.options.reject_if));
  auto span = make_span(of.from, "QueryWorkflow", query.query_type(), in.workflow_id, query);
  auto made = make_unary<wire::QueryWorkflowResponse>(
      of.from,
      methods::query_workflow,
      request,
      [id = in.workflow_id](call_job& job, wire::QueryWorkflowResponse& response) {
        if (response.has_query_rejected())
          throw workflow_query_rejected_error{
              static_cast<workflow_status>(response.query_rejected().status())};
        return job.settings().converter_of(id).decode(from_proto(response.query_result()));
      },
      in.workflow_id);
  made.job->trace(std::move(span));
  made.job->watch(std::move(watched_by));
  return made;
}

job_of<void> cancel_job(const workflow_ref& of, std::string reason) {
  const auto& settings = settings_of(of.from);
  cancel_workflow_input in{{}, of.id, of.run_id, std::move(reason)};
  auto watched_by = intercept(of.from, in, &client_interceptor::cancel_workflow);
  wire::RequestCancelWorkflowExecutionRequest request;
  request.set_namespace_(settings.name_space);
  name_execution(in, *request.mutable_workflow_execution());
  request.set_first_execution_run_id(of.first_execution_run_id);
  request.set_reason(std::move(in.reason));
  request.set_identity(settings.identity);
  request.set_request_id(random_uuid());
  auto made = acknowledged<wire::RequestCancelWorkflowExecutionResponse>(
      of.from, methods::request_cancel_workflow_execution, request);
  made.job->watch(std::move(watched_by));
  return made;
}

job_of<void> terminate_job(const workflow_ref& of, std::string reason, payloads details) {
  const auto& settings = settings_of(of.from);
  terminate_workflow_input in{
      {},
      of.id,
      of.run_id,
      std::move(reason),
      settings.converter_of(of.id).encode(std::move(details))};
  auto watched_by = intercept(of.from, in, &client_interceptor::terminate_workflow);
  wire::TerminateWorkflowExecutionRequest request;
  request.set_namespace_(settings.name_space);
  name_execution(in, *request.mutable_workflow_execution());
  request.set_first_execution_run_id(of.first_execution_run_id);
  request.set_reason(std::move(in.reason));
  if (!in.details.empty())
    to_proto(std::move(in.details), *request.mutable_details());
  request.set_identity(settings.identity);
  auto made = acknowledged<wire::TerminateWorkflowExecutionResponse>(
      of.from, methods::terminate_workflow_execution, request);
  made.job->watch(std::move(watched_by));
  return made;
}

} // namespace troupe::detail
