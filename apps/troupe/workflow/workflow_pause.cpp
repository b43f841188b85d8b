// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/workflow_pause.hpp"

#include "apps/troupe/batch/batch_job.hpp"
#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/workflow/version_flags.hpp"
#include "apps/troupe/workflow/workflow_flags.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>

namespace troupe::cli {
namespace {

namespace wf = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

struct pause_flags {
  workflow_flags of;
  std::string reason;

  void add(CLI::App& command) {
    of.add(command);
    add_text(command, "--reason", reason, "Reason");
  }

  template <class Request>
  Request request(const connection& to) const {
    Request made;
    made.set_namespace_(to.name_space());
    made.set_workflow_id(of.workflow_id);
    made.set_run_id(of.run_id);
    made.set_identity(to.identity());
    made.set_reason(reason);
    made.set_request_id(random_uuid());
    return made;
  }
};

/// Errors are the service's words alone here.
template <class Request, class Response>
void call_plainly(
    connection& to, std::string_view method, const Request& request, Response& response) {
  const auto status = to.try_call(method, request, response);
  if (!status.ok())
    throw command_error(
        status.message.empty() ? std::string{to_string(status.code)} : status.message);
}

void pause(const pause_flags& what, const global_flags& flags) {
  connection to{flags};
  wf::PauseWorkflowExecutionResponse response;
  call_plainly(
      to,
      methods::pause_workflow_execution,
      what.request<wf::PauseWorkflowExecutionRequest>(to),
      response);
  say("Workflow Execution paused", flags);
}

void unpause(const pause_flags& what, const global_flags& flags) {
  connection to{flags};
  wf::UnpauseWorkflowExecutionResponse response;
  call_plainly(
      to,
      methods::unpause_workflow_execution,
      what.request<wf::UnpauseWorkflowExecutionRequest>(to),
      response);
}

struct options_flags {
  workflow_flags of;
  batch_flags many;
  version_flags version;
};

void check(const options_flags& what) {
  if (what.version.behavior == "pinned") {
    if (what.version.lacks_version())
      throw command_error("missing deployment name and/or build id with 'pinned' behavior");
  } else if (what.version.names_version()) {
    throw command_error(
        "cannot set pinned deployment name or build id with " + what.version.behavior
        + " behavior");
  }
}

void update_options(const options_flags& what, const global_flags& flags) {
  check(what);
  connection to{flags};
  if (auto job = batch_request(what.of, what.many, to, flags)) {
    auto& change = *job->mutable_update_workflow_options_operation();
    change.set_identity(to.identity());
    change.mutable_update_mask()->add_paths("versioning_override");
    what.version.apply_older(*change.mutable_workflow_execution_options());
    return start_batch(to, *job, flags);
  }
  auto request = request_about<wf::UpdateWorkflowExecutionOptionsRequest>(what.of, to);
  request.clear_identity();
  request.mutable_update_mask()->add_paths("versioning_override");
  // The Temporal CLI does not say who changes options, and says them in the older way.
  what.version.apply_older(*request.mutable_workflow_execution_options());
  wf::UpdateWorkflowExecutionOptionsResponse response;
  to.call(
      "failed to update workflow options",
      methods::update_workflow_execution_options,
      request,
      response);
  say("Update workflow options succeeded", flags);
}

} // namespace

void add_workflow_pause_commands(CLI::App& group, const global_flags& flags) {
  auto [pause_one, paused] = add_command<pause_flags>(
      group, flags, "pause", "Pause a workflow: no workflow tasks until it is unpaused", pause);
  paused.add(pause_one);

  auto [unpause_one, unpaused] =
      add_command<pause_flags>(group, flags, "unpause", "Let a paused workflow go on", unpause);
  unpaused.add(unpause_one);

  auto [options_of, changed] = add_command<options_flags>(
      group,
      flags,
      "update-options",
      "Say on which version of its workers a workflow runs",
      update_options);
  changed.of.add(options_of, false);
  changed.many.add(options_of);
  changed.version.add(options_of, {"unspecified", "pinned", "auto_upgrade"});
  ignore_flag(options_of, "--headers", "Taken, but a change of options carries none");
}

} // namespace troupe::cli
