// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/workflow_change.hpp"

#include "apps/troupe/batch/batch_job.hpp"
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

// What a command takes that works on one workflow or on many.
struct target_flags {
  workflow_flags of;
  batch_flags many;

  void add(CLI::App& command) {
    of.add(command, false);
    many.add(command);
  }
};

struct signal_flags {
  target_flags to;
  std::string name;
  payload_flags input;
  header_flags headers;
};

void signal(const signal_flags& what, const global_flags& flags) {
  wf::SignalWorkflowExecutionRequest request;
  wf::SignalWorkflowExecutionResponse response;
  what.to.of.apply(*request.mutable_workflow_execution());
  request.set_signal_name(what.name);
  what.input.apply(*request.mutable_input());
  if (!what.headers.pairs.empty())
    what.headers.apply(*request.mutable_header());
  connection to{flags};
  if (auto job = batch_request(what.to.of, what.to.many, to, flags)) {
    auto& signal = *job->mutable_signal_operation();
    signal.set_signal(what.name);
    *signal.mutable_input() = request.input();
    signal.set_identity(to.identity());
    return start_batch(to, *job, flags);
  }
  request.set_namespace_(to.name_space());
  request.set_identity(to.identity());
  to.call("failed signalling workflow", methods::signal_workflow_execution, request, response);
  say("Signal workflow succeeded", flags);
}

void cancel(const target_flags& what, const global_flags& flags) {
  connection to{flags};
  if (auto job = batch_request(what.of, what.many, to, flags)) {
    job->mutable_cancellation_operation()->set_identity(to.identity());
    return start_batch(to, *job, flags);
  }
  const auto request = request_about<wf::RequestCancelWorkflowExecutionRequest>(what.of, to);
  wf::RequestCancelWorkflowExecutionResponse response;
  to.call(
      "failed to cancel workflow", methods::request_cancel_workflow_execution, request, response);
  say("Canceled workflow", flags);
}

void terminate(const target_flags& what, const global_flags& flags) {
  connection to{flags};
  if (auto job = batch_request(what.of, what.many, to, flags, {.reason = true})) {
    job->mutable_termination_operation()->set_identity(to.identity());
    return start_batch(to, *job, flags);
  }
  auto request = request_about<wf::TerminateWorkflowExecutionRequest>(what.of, to);
  wf::TerminateWorkflowExecutionResponse response;
  const auto& reason = what.many.reason;
  request.set_reason(reason.empty() ? "Requested from CLI by " + user_name() : reason);
  to.call("failed to terminate workflow", methods::terminate_workflow_execution, request, response);
  say("Workflow terminated", flags);
}

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

void remove(const target_flags& what, const global_flags& flags) {
  connection to{flags};
  warn_of_other_clusters(to);
  if (auto job = batch_request(what.of, what.many, to, flags, {.yes = true})) {
    job->mutable_deletion_operation()->set_identity(to.identity());
    return start_batch(to, *job, flags);
  }
  const auto& [workflow_id, run_id] = what.of;
  const auto run = run_id.empty() ? "" : " with Run ID " + quote_json(run_id);
  if (!confirm_yes(
          "Delete Workflow " + quote_json(workflow_id) + run + "? y/N", what.many.yes, flags))
    throw command_error("user denied confirmation");
  const auto request = request_about<wf::DeleteWorkflowExecutionRequest>(what.of, to);
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
      add_command<target_flags>(group, flags, "cancel", "Ask a workflow to cancel itself", cancel);
  cancelled.add(cancel_one);
  ignore_flag(cancel_one, "--headers", "Taken, but a cancellation carries none");

  auto [terminate_one, terminated] =
      add_command<target_flags>(group, flags, "terminate", "End a workflow at once", terminate);
  terminated.add(terminate_one);

  auto [delete_one, deleted] = add_command<target_flags>(
      group, flags, "delete", "Delete a workflow and its history", remove);
  deleted.add(delete_one);
  ignore_flag(delete_one, "--headers", "Taken, but a deletion carries none");
}

} // namespace troupe::cli
