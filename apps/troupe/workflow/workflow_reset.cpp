// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/workflow_reset.hpp"

#include "apps/troupe/batch/batch_job.hpp"
#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/workflow/version_flags.hpp"
#include "apps/troupe/workflow/workflow_flags.hpp"
#include "apps/troupe/workflow/workflow_follow.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/protocol/reset_search.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // what older tools say still counts

namespace troupe::cli {
namespace {

namespace wf = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace methods = rpc::methods::workflow_service;

struct reset_flags {
  workflow_flags of;
  std::int64_t event_id = 0;
  std::string type, reason;
  std::string query, build_id; ///< of a batch job
  bool yes = false;
  std::string reapplied; ///< the way to say it before `excluded`
  std::vector<std::string> excluded;
  version_flags version;
  bool changes_version = false; ///< the subcommand for that was given
};

/// Where to go back to: a run, and the event that finished a workflow task of it.
struct reset_point {
  std::string run_id;
  std::int64_t event_id = 0;
};

constexpr const char* no_history = "failed to get workflow execution history";

/// The first completed task, or the last; without one, the first that was scheduled.
reset_point task_of(connection& to, const workflow_flags& of, bool is_last) {
  protocol::reset_search search;
  history_reader reader{to, {of.workflow_id, of.run_id, false, is_last, false}};
  while (const auto event = reader.next(no_history))
    if (search.see(*event))
      break;
  const auto found = search.completed_or_scheduled();
  if (found == 0)
    throw command_error("unable to find any scheduled or completed task");
  return {of.run_id, found};
}

/// The last completed task of the run that this one continued.
reset_point last_continued(connection& to, const workflow_flags& of) {
  history_reader reader{to, {of.workflow_id, of.run_id, false, false, false}};
  const auto begun = reader.next(no_history);
  reset_point point;
  if (begun)
    point.run_id =
        begun->workflow_execution_started_event_attributes().continued_execution_run_id();
  if (point.run_id.empty())
    throw command_error(
        "cannot use LastContinuedAsNew for workflow; workflow was not continued from another");
  protocol::reset_search search;
  history_reader before{to, {of.workflow_id, point.run_id, false, true, false}};
  while (const auto event = before.next(no_history))
    if (search.see(*event))
      break;
  point.event_id = search.completed();
  if (point.event_id == 0)
    throw command_error("unable to find WorkflowTaskCompleted event for previous execution");
  return point;
}

reset_point find_point(connection& to, const reset_flags& what) {
  // Of both, the type counts, as in the real one.
  if (what.event_id > 0 && what.type.empty())
    return {what.of.run_id, what.event_id};
  if (what.type == "FirstWorkflowTask")
    return task_of(to, what.of, false);
  if (what.type == "LastWorkflowTask")
    return task_of(to, what.of, true);
  if (what.type == "LastContinuedAsNew")
    return last_continued(to, what.of);
  throw command_error("invalid reset type: " + what.type);
}

void check_version(const version_flags& version) {
  if (version.behavior == "pinned") {
    if (version.lacks_version())
      throw command_error("deployment name and build id are required with 'pinned' behavior");
  } else if (version.names_version()) {
    throw command_error(
        "cannot set deployment name or build id with " + version.behavior + " behavior");
  }
}

/// What is not brought along, in both words for it.
template <class Options>
void apply_exclusions(const reset_flags& what, Options& to) {
  for (const auto& each : what.excluded) {
    if (each == "All" || each == "Signal")
      to.add_reset_reapply_exclude_types(enums::RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL);
    if (each == "All" || each == "Update")
      to.add_reset_reapply_exclude_types(enums::RESET_REAPPLY_EXCLUDE_TYPE_UPDATE);
    if (each == "All")
      to.add_reset_reapply_exclude_types(enums::RESET_REAPPLY_EXCLUDE_TYPE_NEXUS);
  }
  if (what.reapplied == "Signal")
    to.set_reset_reapply_type(enums::RESET_REAPPLY_TYPE_SIGNAL);
  else if (what.reapplied == "None")
    to.set_reset_reapply_type(enums::RESET_REAPPLY_TYPE_NONE);
  else if (what.reapplied == "All")
    to.set_reset_reapply_type(enums::RESET_REAPPLY_TYPE_ALL_ELIGIBLE);
}

/// The change of versions that goes along with it, if one was asked for.
template <class Request>
void apply_version(const reset_flags& what, Request& to) {
  if (!what.changes_version)
    return;
  auto& change = *to.add_post_reset_operations()->mutable_update_workflow_options();
  change.mutable_update_mask()->add_paths("versioning_override");
  what.version.apply(*change.mutable_workflow_execution_options());
}

void check_exclusions(const reset_flags& what) {
  if (!what.reapplied.empty() && !what.excluded.empty())
    throw command_error(
        "--reapply-type cannot be used with --reapply-exclude. Use --reapply-exclude");
}

void reset_many(const reset_flags& what, const global_flags& flags) {
  if (what.type.empty())
    throw command_error("must specify reset type");
  if (!what.of.run_id.empty())
    throw command_error("must not specify run Id");
  if (what.event_id != 0)
    throw command_error("must not specify event Id");
  if (what.type == "BuildId" && what.build_id.empty())
    throw command_error("must specify build Id for BuildId based batch reset");
  if (what.type == "LastContinuedAsNew")
    throw command_error("a batch reset takes no LastContinuedAsNew");
  check_exclusions(what);
  connection to{flags};
  wf::StartBatchOperationRequest request;
  request.set_namespace_(to.name_space());
  request.set_job_id(random_uuid());
  request.set_visibility_query(what.query);
  request.set_reason(what.reason);
  auto& reset = *request.mutable_reset_operation();
  reset.set_identity(to.identity());
  auto& options = *reset.mutable_options();
  if (what.type == "FirstWorkflowTask")
    options.mutable_first_workflow_task();
  else if (what.type == "LastWorkflowTask")
    options.mutable_last_workflow_task();
  else
    options.set_build_id(what.build_id);
  apply_exclusions(what, options);
  apply_version(what, reset);
  confirm_batch(what.query, what.yes, to, flags);
  start_batch(to, request, flags);
}

void reset(const reset_flags& what, const global_flags& flags) {
  if (!what.reapplied.empty())
    std::fputs("Flag --reapply-type has been deprecated, Use --reapply-exclude instead.\n", stderr);
  if (what.changes_version)
    check_version(what.version);
  if (what.of.workflow_id.empty())
    return reset_many(what, flags);
  if (what.event_id <= 0 && what.type.empty())
    throw command_error("must specify either valid event id or reset type");
  check_exclusions(what);
  connection to{flags};
  auto point = find_point(to, what);
  say("Resetting workflow " + what.of.workflow_id + " to event ID "
          + std::to_string(point.event_id),
      flags);
  wf::ResetWorkflowExecutionRequest request;
  wf::ResetWorkflowExecutionResponse response;
  request.set_namespace_(to.name_space());
  request.mutable_workflow_execution()->set_workflow_id(what.of.workflow_id);
  request.mutable_workflow_execution()->set_run_id(point.run_id);
  request.set_reason(user_name() + ": " + what.reason);
  request.set_workflow_task_finish_event_id(point.event_id);
  request.set_request_id(random_uuid());
  request.set_identity(to.identity());
  apply_exclusions(what, request);
  apply_version(what, request);
  to.call("failed to reset workflow", methods::reset_workflow_execution, request, response);
  print_message(response, flags);
}

} // namespace

void add_workflow_reset_command(CLI::App& group, const global_flags& flags) {
  auto [command, what] = add_command<reset_flags>(
      group, flags, "reset", "Let a workflow go on from an earlier point of its history", reset);
  what.of.add(command, false);
  add_number(
      command,
      "-e,--event-id",
      what.event_id,
      "Event to go back to: one that finished a workflow task, or would have");
  add_choice(
      command,
      "-t,--type",
      what.type,
      {"FirstWorkflowTask", "LastWorkflowTask", "LastContinuedAsNew", "BuildId"},
      "Which workflow task to go back to");
  add_text(command, "--reason", what.reason, "Reason")->required();
  add_choices(
      command,
      "--reapply-exclude",
      what.excluded,
      {"All", "Signal", "Update"},
      "Events that are not brought along");
  add_choice(
      command,
      "--reapply-type",
      what.reapplied,
      {"All", "Signal", "None"},
      "Events that are brought along; use --reapply-exclude")
      ->group("");
  add_text(command, "--build-id", what.build_id, "Build whose first task a batch job goes back to");
  add_text(
      command, "-q,--query", what.query, "List filter: a batch job for all workflows it finds");
  add_switch(command, "-y,--yes", what.yes, "Don't prompt to confirm");

  command.require_subcommand(0, 1);
  auto& with = *command.add_subcommand(
      "with-workflow-update-options", "Say as well on which version of its workers it goes on");
  what.version.add(with, {"pinned", "auto_upgrade"});
  // It is done before the command that it belongs to.
  with.callback([&changes = what.changes_version] { changes = true; });
}

} // namespace troupe::cli
