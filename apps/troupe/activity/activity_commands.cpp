// SPDX-License-Identifier: Apache-2.0
// `troupe activity ...`.

#include "apps/troupe/activity/activity_flags.hpp"
#include "apps/troupe/activity/activity_options.hpp"
#include "apps/troupe/activity/standalone_commands.hpp"
#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "apps/troupe/workflow/workflow_start.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::cli {
namespace {

namespace wf = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

// The activity that a command ends in its worker's place.
struct ended_activity {
  workflow_flags of;
  std::string activity_id;

  void add(CLI::App& command) {
    of.add(command, false);
    add_text(command, "-a,--activity-id", activity_id, "Activity ID")->required();
  }

  template <class Request>
  Request request(const connection& to) const {
    Request made;
    made.set_namespace_(to.name_space());
    made.set_identity(to.identity());
    made.set_workflow_id(of.workflow_id);
    made.set_run_id(of.run_id);
    made.set_activity_id(activity_id);
    return made;
  }
};

// One value of JSON, as `--input` takes it.
void set_payload(const std::string& text, temporal::api::common::v1::Payloads& to) {
  payload_flags one;
  one.inputs.push_back(text);
  one.apply(to);
}

struct complete_flags {
  ended_activity which;
  std::string result;
};

void complete(const complete_flags& what, const global_flags& flags) {
  temporal::api::common::v1::Payloads result;
  set_payload(what.result, result);
  connection to{flags};
  auto request = what.which.request<wf::RespondActivityTaskCompletedByIdRequest>(to);
  *request.mutable_result() = std::move(result);
  wf::RespondActivityTaskCompletedByIdResponse response;
  to.call(
      "unable to complete Activity",
      methods::respond_activity_task_completed_by_id,
      request,
      response);
}

struct fail_flags {
  ended_activity which;
  std::string detail, reason;
};

void fail(const fail_flags& what, const global_flags& flags) {
  temporal::api::failure::v1::Failure failure;
  failure.set_message(what.reason);
  failure.set_source("CLI");
  auto& info = *failure.mutable_application_failure_info();
  info.set_non_retryable(true);
  if (!what.detail.empty())
    set_payload(what.detail, *info.mutable_details());
  connection to{flags};
  auto request = what.which.request<wf::RespondActivityTaskFailedByIdRequest>(to);
  *request.mutable_failure() = std::move(failure);
  wf::RespondActivityTaskFailedByIdResponse response;
  to.call(
      "unable to fail Activity", methods::respond_activity_task_failed_by_id, request, response);
}

struct pause_flags {
  workflow_flags of;
  std::string activity_id, reason;
};

void pause(const pause_flags& what, const global_flags& flags) {
  if (what.activity_id.empty())
    throw command_error("Activity Id must be specified");
  connection to{flags};
  auto request = request_about_activity<wf::PauseActivityRequest>(what.of, what.activity_id, to);
  request.set_reason(what.reason);
  wf::PauseActivityResponse response;
  to.call("unable to pause Activity", methods::pause_activity, request, response);
}

struct unpause_flags {
  one_activity_flags which;
  std::string jitter = "0s";
  bool reset_attempts = false, reset_heartbeats = false;
};

void unpause(const unpause_flags& what, const global_flags& flags) {
  connection to{flags};
  if (auto job = what.which.batch(to, flags)) {
    auto& unpause = *job->mutable_unpause_activities_operation();
    unpause.set_identity(to.identity());
    unpause.set_match_all(true);
    unpause.set_reset_attempts(what.reset_attempts);
    unpause.set_reset_heartbeat(what.reset_heartbeats);
    to_proto(parse_duration(what.jitter, "jitter"), *unpause.mutable_jitter());
    return start_batch(to, *job, flags);
  }
  auto request =
      request_about_activity<wf::UnpauseActivityRequest>(what.which.of, what.which.activity_id, to);
  request.set_reset_attempts(what.reset_attempts);
  request.set_reset_heartbeat(what.reset_heartbeats);
  to_proto(parse_duration(what.jitter, "jitter"), *request.mutable_jitter());
  wf::UnpauseActivityResponse response;
  to.call("unable to unpause an Activity", methods::unpause_activity, request, response);
}

struct reset_flags {
  one_activity_flags which;
  std::string jitter = "0s";
  // Attempts are counted anew by every reset.
  bool reset_attempts = false;
  bool reset_heartbeats = false, keep_paused = false, restore_original = false;
};

void reset(const reset_flags& what, const global_flags& flags) {
  connection to{flags};
  if (auto job = what.which.batch(to, flags)) {
    auto& reset = *job->mutable_reset_activities_operation();
    reset.set_identity(to.identity());
    reset.set_match_all(true);
    reset.set_reset_attempts(what.reset_attempts);
    reset.set_reset_heartbeat(what.reset_heartbeats);
    reset.set_keep_paused(what.keep_paused);
    reset.set_restore_original_options(what.restore_original);
    to_proto(parse_duration(what.jitter, "jitter"), *reset.mutable_jitter());
    return start_batch(to, *job, flags);
  }
  auto request =
      request_about_activity<wf::ResetActivityRequest>(what.which.of, what.which.activity_id, to);
  request.set_reset_heartbeat(what.reset_heartbeats);
  request.set_keep_paused(what.keep_paused);
  // These two the Temporal CLI has flags for, and tells the service only of a batch job's.
  request.set_restore_original_options(what.restore_original);
  to_proto(parse_duration(what.jitter, "jitter"), *request.mutable_jitter());
  wf::ResetActivityResponse response;
  to.call("unable to reset an Activity", methods::reset_activity, request, response);
  if (flags.format() == output_format::text) {
    const auto shown = [](bool value) { return std::string{value ? "true" : "false"}; };
    return print(property_list(
        {{"KeepPaused", shown(what.keep_paused)},
         {"ResetHeartbeats", shown(what.reset_heartbeats)},
         {"ServerResponse", "true"}}));
  }
  print_json(
      json_object{}
          .flag("keepPaused", what.keep_paused)
          .flag("resetHeartbeats", what.reset_heartbeats)
          .str(),
      flags);
}

} // namespace

std::optional<wf::StartBatchOperationRequest>
one_activity_flags::batch(connection& to, const global_flags& flags) const {
  auto job = batch_request(of, many, to, flags);
  if (!job && activity_id.empty())
    throw command_error("either --activity-id and --workflow-id, or --query must be set");
  return job;
}

void add_activity_commands(CLI::App& app, const global_flags& flags) {
  auto& group = *app.add_subcommand("activity", "Steer activities")->require_subcommand(1);

  auto [complete_one, completed] = add_command<complete_flags>(
      group, flags, "complete", "Complete an activity with a result", complete);
  completed.which.add(complete_one);
  add_text(complete_one, "--result", completed.result, "Result, JSON")->required();

  auto [fail_one, failed] =
      add_command<fail_flags>(group, flags, "fail", "Fail an activity for good", fail);
  failed.which.add(fail_one);
  add_text(fail_one, "--detail", failed.detail, "Detail of the failure, JSON");
  add_text(fail_one, "--reason", failed.reason, "Message of the failure");

  auto [pause_one, paused] = add_command<pause_flags>(
      group, flags, "pause", "Pause an activity: no further attempts until it is unpaused", pause);
  paused.of.add(pause_one);
  add_text(pause_one, "-a,--activity-id", paused.activity_id, "Activity ID");
  add_text(pause_one, "--reason", paused.reason, "Reason");

  auto [unpause_one, unpaused] =
      add_command<unpause_flags>(group, flags, "unpause", "Let a paused activity go on", unpause);
  unpaused.which.add(unpause_one);
  add_switch(unpause_one, "--reset-attempts", unpaused.reset_attempts, "Count attempts anew");
  add_switch(unpause_one, "--reset-heartbeats", unpaused.reset_heartbeats, "Forget the heartbeats");
  add_duration(
      unpause_one, "--jitter", unpaused.jitter, "Start at a random moment within this time");

  auto [reset_one, was_reset] = add_command<reset_flags>(
      group, flags, "reset", "Begin an activity anew, with its first attempt", reset);
  was_reset.which.add(reset_one);
  add_switch(
      reset_one, "--reset-attempts", was_reset.reset_attempts, "What every reset does: no effect");
  add_switch(reset_one, "--reset-heartbeats", was_reset.reset_heartbeats, "Forget the heartbeats");
  add_switch(reset_one, "--keep-paused", was_reset.keep_paused, "A paused one stays paused");
  add_switch(
      reset_one,
      "--restore-original-options",
      was_reset.restore_original,
      "Back to the options that the workflow gave it");
  add_duration(
      reset_one, "--jitter", was_reset.jitter, "Start at a random moment within this time");

  add_activity_options_command(group, flags);
  add_standalone_start_commands(group, flags);
  add_standalone_commands(group, flags);
}

} // namespace troupe::cli
