// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/client_connection.hpp"
#include "runtime/client/from_wire.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/client/workflow_handle.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe {

namespace wire = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

namespace {

/// One page; a long poll that ended empty is asked again.
page_range<history_event>::page fetch_history(
    client_connection& connection,
    wire::GetWorkflowExecutionHistoryRequest request,
    const std::string& token) {
  request.set_next_page_token(token);
  for (;;) {
    try {
      auto response = connection.call<wire::GetWorkflowExecutionHistoryResponse>(
          methods::get_workflow_execution_history,
          request,
          request.wait_new_event() ? connection.core().settings().long_poll_timeout
                                   : connection.options().rpc_timeout,
          request.wait_new_event() ? rpc::call_kind::long_poll : rpc::call_kind::plain);
      page_range<history_event>::page page;
      for (auto& event : *response.mutable_history()->mutable_events())
        page.items.emplace_back(
            std::make_shared<const temporal::api::history::v1::HistoryEvent>(std::move(event)));
      page.next_token = response.next_page_token();
      return page;
    } catch (const rpc_error& failed) {
      if (!request.wait_new_event() || failed.code() != status_code::deadline_exceeded)
        throw;
    }
  }
}

} // namespace

const data_converter& untyped_workflow_handle::converter() const noexcept {
  return connection_->core().settings().converter;
}

payloads untyped_workflow_handle::result_payloads(result_options options) const {
  auto& core = connection_->core();
  return connection_->wait().wait<payloads>([&core, id = id_, run = run_id_, options](auto done) {
    core.await_result(id, run, options.follow_runs, options.timeout, std::move(done));
  });
}

workflow_description untyped_workflow_handle::describe() const {
  wire::DescribeWorkflowExecutionRequest request;
  request.set_namespace_(connection_->options().name_space);
  request.mutable_execution()->set_workflow_id(id_);
  request.mutable_execution()->set_run_id(run_id_);
  return description_from(
      connection_->call<wire::DescribeWorkflowExecutionResponse>(
          methods::describe_workflow_execution, request),
      converter());
}

page_range<history_event> untyped_workflow_handle::history(history_options options) const {
  wire::GetWorkflowExecutionHistoryRequest request;
  request.set_namespace_(connection_->options().name_space);
  request.mutable_execution()->set_workflow_id(id_);
  request.mutable_execution()->set_run_id(run_id_);
  request.set_maximum_page_size(options.page_size);
  request.set_wait_new_event(options.wait_for_new_events);
  request.set_history_event_filter_type(
      options.close_event_only ? temporal::api::enums::v1::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT
                               : temporal::api::enums::v1::HISTORY_EVENT_FILTER_TYPE_ALL_EVENT);
  request.set_skip_archival(options.wait_for_new_events);
  return page_range<history_event>{[connection = connection_, request](const std::string& token) {
    return fetch_history(*connection, request, token);
  }};
}

void untyped_workflow_handle::signal_payloads(std::string_view name, payloads args) const {
  auto& core = connection_->core();
  connection_->wait().wait<void>(
      [&core, this, name = std::string{name}, args = std::move(args)](auto done) mutable {
        core.signal_workflow(id_, run_id_, name, std::move(args), std::move(done));
      });
}

void untyped_workflow_handle::cancel(std::string reason) const {
  auto& core = connection_->core();
  connection_->wait().wait<void>([&core, this, reason = std::move(reason)](auto done) {
    core.cancel_workflow(id_, run_id_, first_execution_run_id_, reason, std::move(done));
  });
}

void untyped_workflow_handle::terminate(std::string reason, payloads details) const {
  auto& core = connection_->core();
  connection_->wait().wait<void>(
      [&core, this, reason = std::move(reason), details = std::move(details)](auto done) mutable {
        core.terminate_workflow(
            id_, run_id_, first_execution_run_id_, reason, std::move(details), std::move(done));
      });
}

} // namespace troupe
