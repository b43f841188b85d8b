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
template result<workflow_history>& outcome_of<workflow_history>(call_job&);

namespace {

wire::GetWorkflowExecutionHistoryRequest
history_request(const call_origin& from, const workflow_history_input& what) {
  wire::GetWorkflowExecutionHistoryRequest request;
  request.set_namespace_(settings_of(from).name_space);
  name_execution(what, *request.mutable_execution());
  request.set_maximum_page_size(what.options.page_size);
  request.set_wait_new_event(what.options.wait_for_new_events);
  request.set_history_event_filter_type(
      what.options.close_event_only
          ? temporal::api::enums::v1::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT
          : temporal::api::enums::v1::HISTORY_EVENT_FILTER_TYPE_ALL_EVENT);
  request.set_skip_archival(what.options.wait_for_new_events);
  request.set_next_page_token(what.page_token);
  return request;
}

/// One page of a history, or all of them in a row: what is given out differs. A long poll that
/// ended without events is asked again, so it may take any time.
template <class Raw>
class history_job final : public typed_job<Raw> {
  static constexpr bool takes_all = std::is_same_v<Raw, workflow_history>;

public:
  history_job(const call_origin& from, const workflow_history_input& what)
      : typed_job<Raw>(from), request_(history_request(from, what)) {
    if constexpr (takes_all) {
      found_.workflow_id = what.workflow_id;
      found_.run_id = what.run_id;
    }
  }

private:
  void begin() override {
    auto what = rpc::make_call(
        methods::get_workflow_execution_history,
        request_,
        request_.wait_new_event() ? this->settings().long_poll_timeout
                                  : this->settings().rpc_timeout);
    what.is_long_poll = request_.wait_new_event();
    this->send(std::move(what));
  }

  void replied(rpc_status status, const rpc::bytes& reply) override {
    wire::GetWorkflowExecutionHistoryResponse response;
    if (status.ok() && !rpc::decode(reply, response))
      status = rpc::undecodable(methods::get_workflow_execution_history);
    if (status.code == status_code::deadline_exceeded && request_.wait_new_event()
        && !this->is_late())
      return begin();
    if (!status.ok())
      return this->fail(to_exception(std::move(status)));
    for (auto& event : *response.mutable_history()->mutable_events())
      list().emplace_back(
          std::make_shared<const temporal::api::history::v1::HistoryEvent>(std::move(event)));
    if constexpr (takes_all) {
      if (!response.next_page_token().empty()) {
        request_.set_next_page_token(std::move(*response.mutable_next_page_token()));
        return begin();
      }
    } else
      found_.next_token = response.next_page_token();
    this->done(std::move(found_));
  }

  std::vector<history_event>& list() {
    if constexpr (takes_all)
      return found_.events;
    else
      return found_.items;
  }

  wire::GetWorkflowExecutionHistoryRequest request_;
  Raw found_;
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
  describe_workflow_input in{{}, of.id, of.run_id};
  auto watched_by = intercept(of.from, in, &client_interceptor::describe_workflow);
  wire::DescribeWorkflowExecutionRequest request;
  request.set_namespace_(settings_of(of.from).name_space);
  name_execution(in, *request.mutable_execution());
  auto made = make_unary<wire::DescribeWorkflowExecutionResponse>(
      of.from,
      methods::describe_workflow_execution,
      request,
      [id = in.workflow_id](call_job& job, wire::DescribeWorkflowExecutionResponse& response) {
        return description_from(response, job.settings().converter_of(id));
      });
  made.job->watch(std::move(watched_by));
  return made;
}

async_pages<history_event> history_pages(const workflow_ref& of, history_options options) {
  return async_pages<history_event>{
      [from = of.from, id = of.id, run_id = of.run_id, options](const std::string& token) {
        using page = result_page<history_event>;
        workflow_history_input in{{}, id, run_id, options, token};
        auto watched_by = intercept(from, in, &client_interceptor::workflow_history);
        auto job = std::make_shared<history_job<page>>(from, in);
        job->watch(std::move(watched_by));
        return call<page>{job_of<page>{std::move(job)}};
      }};
}

job_of<workflow_history> whole_history_job(const workflow_ref& of, history_options options) {
  workflow_history_input in{{}, of.id, of.run_id, options, {}};
  auto watched_by = intercept(of.from, in, &client_interceptor::workflow_history);
  auto job = std::make_shared<history_job<workflow_history>>(of.from, in);
  job->watch(std::move(watched_by));
  return {std::move(job)};
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
  write_links(to.from, request);
  auto span = make_span(
      to.from,
      "SignalWorkflow",
      request.signal_name(),
      request.workflow_execution().workflow_id(),
      request);
  auto made = make_unary<wire::SignalWorkflowExecutionResponse>(
      to.from,
      methods::signal_workflow_execution,
      request,
      [](call_job& job, wire::SignalWorkflowExecutionResponse& response) {
        job.keep_link(response);
      });
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
  write_links(of.from, request);
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
  write_links(of.from, request);
  auto made = acknowledged<wire::TerminateWorkflowExecutionResponse>(
      of.from, methods::terminate_workflow_execution, request);
  made.job->watch(std::move(watched_by));
  return made;
}

job_of<void> remove_job(const workflow_ref& of) {
  remove_workflow_input in{{}, of.id, of.run_id};
  auto watched_by = intercept(of.from, in, &client_interceptor::remove_workflow);
  wire::DeleteWorkflowExecutionRequest request;
  request.set_namespace_(settings_of(of.from).name_space);
  name_execution(in, *request.mutable_workflow_execution());
  auto made = acknowledged<wire::DeleteWorkflowExecutionResponse>(
      of.from, methods::delete_workflow_execution, request);
  made.job->watch(std::move(watched_by));
  return made;
}

} // namespace troupe::detail
