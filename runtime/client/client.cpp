// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "runtime/client/from_wire.hpp"
#include "runtime/client/request.hpp"
#include "runtime/client/unary_job.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/client.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe {

namespace wire = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

client client::connect(connection_options options, data_converter converter) {
  auto connection = std::make_shared<client_connection>(
      rpc::grpc_connector(std::move(options)), std::move(converter));
  if (!connection->options().lazy)
    connection->check();
  return client{std::move(connection)};
}

namespace detail {

template result<grouped_count>& outcome_of<grouped_count>(call_job&);
template result<result_page<workflow_summary>>&
outcome_of<result_page<workflow_summary>>(call_job&);

const connection_options& options_of(const call_origin& from) noexcept {
  return from.connection->options();
}

async_pages<workflow_summary>
workflow_pages(const call_origin& from, std::string query, int page_size) {
  return async_pages<workflow_summary>{
      [from, query = std::move(query), page_size](const std::string& token) {
        list_workflows_input in{{}, query, page_size, token};
        auto watched_by = intercept(from, in, &client_interceptor::list_workflows);
        wire::ListWorkflowExecutionsRequest request;
        request.set_namespace_(settings_of(from).name_space);
        request.set_query(std::move(in.query));
        request.set_page_size(in.page_size);
        request.set_next_page_token(std::move(in.page_token));
        auto made = make_unary<wire::ListWorkflowExecutionsResponse>(
            from,
            methods::list_workflow_executions,
            request,
            [](call_job& job, wire::ListWorkflowExecutionsResponse& response) {
              result_page<workflow_summary> page;
              for (const auto& info : response.executions())
                page.items.push_back(summary_from(
                    info, job.settings().converter_of(info.execution().workflow_id())));
              page.next_token = response.next_page_token();
              return page;
            });
        made.job->watch(std::move(watched_by));
        return call<result_page<workflow_summary>>{std::move(made)};
      }};
}

job_of<grouped_count> count_job(const call_origin& from, std::string query) {
  count_workflows_input in{{}, std::move(query)};
  auto watched_by = intercept(from, in, &client_interceptor::count_workflows);
  wire::CountWorkflowExecutionsRequest request;
  request.set_namespace_(settings_of(from).name_space);
  request.set_query(std::move(in.query));
  auto made = make_unary<wire::CountWorkflowExecutionsResponse>(
      from,
      methods::count_workflow_executions,
      request,
      [](call_job&, wire::CountWorkflowExecutionsResponse& response) {
        return count_from(response);
      });
  made.job->watch(std::move(watched_by));
  return made;
}

std::int64_t take_count(call_job& job) {
  return take_raw<grouped_count>(job).count;
}

} // namespace detail
} // namespace troupe
