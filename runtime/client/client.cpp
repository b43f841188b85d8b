// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "runtime/client/from_wire.hpp"
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

template result<std::int64_t>& outcome_of<std::int64_t>(call_job&);
template result<result_page<workflow_summary>>&
outcome_of<result_page<workflow_summary>>(call_job&);

const connection_options& options_of(const call_origin& from) noexcept {
  return from.connection->options();
}

async_pages<workflow_summary>
workflow_pages(const call_origin& from, std::string query, int page_size) {
  wire::ListWorkflowExecutionsRequest request;
  request.set_namespace_(settings_of(from).name_space);
  request.set_query(std::move(query));
  request.set_page_size(page_size);
  return async_pages<workflow_summary>{[from, request](const std::string& token) {
    auto wanted = request;
    wanted.set_next_page_token(token);
    return call<result_page<workflow_summary>>{make_unary<wire::ListWorkflowExecutionsResponse>(
        from,
        methods::list_workflow_executions,
        wanted,
        [](call_job& job, wire::ListWorkflowExecutionsResponse& response) {
          result_page<workflow_summary> page;
          for (const auto& info : response.executions())
            page.items.push_back(
                summary_from(info, job.settings().converter_of(info.execution().workflow_id())));
          page.next_token = response.next_page_token();
          return page;
        })};
  }};
}

job_of<std::int64_t> count_job(const call_origin& from, std::string query) {
  wire::CountWorkflowExecutionsRequest request;
  request.set_namespace_(settings_of(from).name_space);
  request.set_query(std::move(query));
  return make_unary<wire::CountWorkflowExecutionsResponse>(
      from,
      methods::count_workflow_executions,
      request,
      [](call_job&, wire::CountWorkflowExecutionsResponse& response) -> std::int64_t {
        return response.count();
      });
}

} // namespace detail
} // namespace troupe
