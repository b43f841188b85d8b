// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "runtime/client/from_wire.hpp"
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

const connection_options& client::options() const noexcept {
  return connection_->options();
}

const data_converter& client::converter() const noexcept {
  return connection_->core().settings().converter;
}

untyped_workflow_handle
client::start_payloads(std::string_view type, start_workflow_options options, payloads args) const {
  auto& core = connection_->core();
  auto started = connection_->wait().wait<started_workflow>(
      [&core, type = std::string{type}, options = std::move(options), args = std::move(args)](
          auto done) mutable {
        core.start_workflow(type, options, std::move(args), {}, std::move(done));
      });
  return {
      connection_,
      std::move(started.workflow_id),
      std::move(started.run_id),
      std::move(started.first_execution_run_id)};
}

page_range<workflow_summary> client::list_workflows(std::string query, int page_size) const {
  return page_range<workflow_summary>{
      [connection = connection_, query = std::move(query), page_size](const std::string& token) {
        wire::ListWorkflowExecutionsRequest request;
        request.set_namespace_(connection->options().name_space);
        request.set_query(query);
        request.set_page_size(page_size);
        request.set_next_page_token(token);
        const auto response = connection->call<wire::ListWorkflowExecutionsResponse>(
            methods::list_workflow_executions, request);
        page_range<workflow_summary>::page page;
        for (const auto& info : response.executions())
          page.items.push_back(summary_from(info, connection->core().settings().converter));
        page.next_token = response.next_page_token();
        return page;
      }};
}

std::int64_t client::count_workflows(std::string query) const {
  wire::CountWorkflowExecutionsRequest request;
  request.set_namespace_(name_space());
  request.set_query(std::move(query));
  return connection_
      ->call<wire::CountWorkflowExecutionsResponse>(methods::count_workflow_executions, request)
      .count();
}

} // namespace troupe
