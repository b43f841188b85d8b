// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/workflow_change.hpp"

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/prompt.hpp"
#include "apps/troupe/workflow/workflow_flags.hpp"
#include "apps/troupe/workflow/workflow_start.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <cstdio>

namespace troupe::cli {
namespace {

namespace wf = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

// What a command that can also work on a query takes besides the workflow.
struct single_flags {
  workflow_flags of;
  std::string reason;

  // `yes` is what `--yes` sets where there is something to confirm for one workflow.
  void add(CLI::App& command, bool* yes = nullptr) {
    of.add(command, false);
    add_text(command, "--reason", reason, "Reason");
    refuse_flag(command, "-q,--query");
    refuse_flag(command, "--rps");
    if (yes == nullptr)
      refuse_flag(command, "-y,--yes", false);
    else
      add_switch(command, "-y,--yes", *yes, "Don't prompt to confirm");
  }

  void check(bool takes_reason) const {
    if (of.workflow_id.empty())
      throw command_error("must set either workflow ID or query");
    if (!takes_reason && !reason.empty())
      throw command_error("cannot set reason when workflow ID is set");
  }
};

struct signal_flags {
  single_flags to;
  std::string name;
  payload_flags input;
  header_flags headers;
};

void signal(const signal_flags& what, const global_flags& flags) {
  what.to.check(false);
  wf::SignalWorkflowExecutionRequest request;
  wf::SignalWorkflowExecutionResponse response;
  what.to.of.apply(*request.mutable_workflow_execution());
  request.set_signal_name(what.name);
  what.input.apply(*request.mutable_input());
  if (!what.headers.pairs.empty())
    what.headers.apply(*request.mutable_header());
  connection to{flags};
  request.set_namespace_(to.name_space());
  request.set_identity(to.identity());
  to.call("failed signalling workflow", methods::signal_workflow_execution, request, response);
  say("Signal workflow succeeded", flags);
}

void cancel(const single_flags& what, const global_flags& flags) {
  what.check(false);
  connection to{flags};
  const auto request = request_about<wf::RequestCancelWorkflowExecutionRequest>(what.of, to);
  wf::RequestCancelWorkflowExecutionResponse response;
  to.call(
      "failed to cancel workflow", methods::request_cancel_workflow_execution, request, response);
  say("Canceled workflow", flags);
}

void terminate(const single_flags& what, const global_flags& flags) {
  what.check(true);
  connection to{flags};
  auto request = request_about<wf::TerminateWorkflowExecutionRequest>(what.of, to);
  wf::TerminateWorkflowExecutionResponse response;
  request.set_reason(what.reason.empty() ? "Requested from CLI by " + user_name() : what.reason);
  to.call("failed to terminate workflow", methods::terminate_workflow_execution, request, response);
  say("Workflow terminated", flags);
}

struct delete_flags {
  single_flags which;
  bool yes = false;
};

// Nobody should lose in other clusters what was deleted here only.
void warn_of_other_clusters(connection& to) {
  wf::DescribeNamespaceRequest request;
  wf::DescribeNamespaceResponse response;
  request.set_namespace_(to.name_space());
  if (to.try_call(methods::describe_namespace, request, response).ok()
      && response.is_global_namespace())
    std::fputs(
        "Warning: the namespace is global, so the workflow is deleted in every cluster\n", stderr);
}

void remove(const delete_flags& what, const global_flags& flags) {
  what.which.check(false);
  connection to{flags};
  warn_of_other_clusters(to);
  const auto& [workflow_id, run_id] = what.which.of;
  const auto run = run_id.empty() ? "" : " with Run ID " + quote_json(run_id);
  if (!confirm_yes("Delete Workflow " + quote_json(workflow_id) + run + "? y/N", what.yes, flags))
    throw command_error("user denied confirmation");
  const auto request = request_about<wf::DeleteWorkflowExecutionRequest>(what.which.of, to);
  wf::DeleteWorkflowExecutionResponse response;
  to.call("failed to delete workflow", methods::delete_workflow_execution, request, response);
  say("Delete workflow succeeded", flags);
}

} // namespace

void add_workflow_change_commands(CLI::App& group, const global_flags& flags) {
  auto [signal_one, signalled] =
      add_command<signal_flags>(group, flags, "signal", "Send a signal to a workflow", signal);
  signalled.to.add(signal_one);
  add_text(signal_one, "--name,--type", signalled.name, "Signal name")->required();
  signalled.input.add(signal_one);
  signalled.headers.add(signal_one);

  auto [cancel_one, cancelled] =
      add_command<single_flags>(group, flags, "cancel", "Ask a workflow to cancel itself", cancel);
  cancelled.add(cancel_one);
  ignore_flag(cancel_one, "--headers", "Taken, but a cancellation carries none");

  auto [terminate_one, terminated] =
      add_command<single_flags>(group, flags, "terminate", "End a workflow at once", terminate);
  terminated.add(terminate_one);

  auto [delete_one, deleted] = add_command<delete_flags>(
      group, flags, "delete", "Delete a workflow and its history", remove);
  deleted.which.add(delete_one, &deleted.yes);
  ignore_flag(delete_one, "--headers", "Taken, but a deletion carries none");
}

} // namespace troupe::cli
