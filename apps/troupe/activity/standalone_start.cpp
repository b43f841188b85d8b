// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/activity/standalone_commands.hpp"
#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/connection/standalone_calls.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "apps/troupe/workflow/workflow_start.hpp"
#include "runtime/base/text/enum_name.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/activity/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::cli {
namespace {

namespace wf = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace methods = rpc::methods::workflow_service;

struct start_one_flags {
  std::string activity_id, type, task_queue;
  std::string schedule_to_close = "0s", schedule_to_start = "0s", start_to_close = "0s";
  std::string heartbeat = "0s", initial_interval = "0s", maximum_interval = "0s";
  std::string reuse_policy, conflict_policy, summary, details;
  std::int32_t maximum_attempts = 0;
  float backoff_coefficient = 0;
  priority_flags priority;
  std::vector<std::string> search_attributes;
  payload_flags input;
  header_flags headers;

  void add(CLI::App& command);
  [[nodiscard]] wf::StartActivityExecutionRequest request(const connection& to) const;
};

void start_one_flags::add(CLI::App& command) {
  add_text(command, "-a,--activity-id", activity_id, "Activity ID")->required();
  add_text(command, "--type", type, "Activity type")->required();
  add_text(command, "-t,--task-queue", task_queue, "Task queue")->required();
  add_duration(
      command,
      "--schedule-to-close-timeout",
      schedule_to_close,
      "Limit of all attempts together; this one or --start-to-close-timeout is needed");
  add_duration(
      command, "--schedule-to-start-timeout", schedule_to_start, "Limit of the wait for a worker");
  add_duration(command, "--start-to-close-timeout", start_to_close, "Limit of one attempt");
  add_duration(command, "--heartbeat-timeout", heartbeat, "Longest time between two heartbeats");
  add_duration(
      command, "--retry-initial-interval", initial_interval, "Wait before the first retry");
  add_duration(command, "--retry-maximum-interval", maximum_interval, "Longest wait for a retry");
  add_number(
      command,
      "--retry-backoff-coefficient",
      backoff_coefficient,
      "What each wait is multiplied by, 1 or more");
  add_number(
      command,
      "--retry-maximum-attempts",
      maximum_attempts,
      "Most attempts; 0: as many as the timeouts allow");
  add_choice(
      command,
      "--id-reuse-policy",
      reuse_policy,
      {"AllowDuplicate", "AllowDuplicateFailedOnly", "RejectDuplicate"},
      "What if one of this ID has ended");
  add_choice(
      command,
      "--id-conflict-policy",
      conflict_policy,
      {"Fail", "UseExisting"},
      "What if one of this ID runs");
  add_text(command, "--static-summary", summary, "One line for user interfaces");
  add_text(command, "--static-details", details, "Details for user interfaces, Markdown");
  priority.add(command);
  add_list(
      command,
      "--search-attribute",
      search_attributes,
      "Search attribute, KEY=JSON; may be given several times");
  input.add(command);
  headers.add(command);
}

// What the Temporal CLI's SDK asks for before it sends anything, in its words.
void check(const wf::StartActivityExecutionRequest& made) {
  const auto& overall = made.schedule_to_close_timeout();
  const auto& attempt = made.start_to_close_timeout();
  const auto refuse = [](const char* why) {
    throw command_error(std::string{"failed starting activity: "} + why);
  };
  if (made.activity_id().empty())
    refuse("activity ID is required");
  if (made.task_queue().name().empty())
    refuse("task queue is required");
  if (from_proto(overall).count() < 0)
    refuse("negative ScheduleToCloseTimeout");
  if (from_proto(attempt).count() < 0)
    refuse("negative StartToCloseTimeout");
  if (from_proto(overall).count() == 0 && from_proto(attempt).count() == 0)
    refuse("at least one of ScheduleToCloseTimeout and StartToCloseTimeout is required");
}

wf::StartActivityExecutionRequest start_one_flags::request(const connection& to) const {
  wf::StartActivityExecutionRequest made;
  made.set_namespace_(to.name_space());
  made.set_identity(to.identity());
  made.set_request_id(random_uuid());
  made.set_activity_id(activity_id);
  made.mutable_activity_type()->set_name(type);
  made.mutable_task_queue()->set_name(task_queue);
  const auto set_time = [](const std::string& text, const char* flag, auto& field) {
    to_proto(parse_duration(text, flag), field);
  };
  set_time(
      schedule_to_close, "schedule-to-close-timeout", *made.mutable_schedule_to_close_timeout());
  set_time(
      schedule_to_start, "schedule-to-start-timeout", *made.mutable_schedule_to_start_timeout());
  set_time(start_to_close, "start-to-close-timeout", *made.mutable_start_to_close_timeout());
  set_time(heartbeat, "heartbeat-timeout", *made.mutable_heartbeat_timeout());
  const auto initial = parse_duration(initial_interval, "retry-initial-interval");
  const auto maximum = parse_duration(maximum_interval, "retry-maximum-interval");
  // A policy without anything that counts is none.
  if (initial.count() > 0 || maximum.count() > 0 || backoff_coefficient > 0
      || maximum_attempts > 0) {
    auto& policy = *made.mutable_retry_policy();
    to_proto(initial, *policy.mutable_initial_interval());
    to_proto(maximum, *policy.mutable_maximum_interval());
    policy.set_backoff_coefficient(backoff_coefficient);
    policy.set_maximum_attempts(maximum_attempts);
  }
  enums::ActivityIdReusePolicy reuse{};
  if (!reuse_policy.empty()
      && enums::ActivityIdReusePolicy_Parse(
          enum_name(reuse_policy, "ACTIVITY_ID_REUSE_POLICY_"), &reuse))
    made.set_id_reuse_policy(reuse);
  enums::ActivityIdConflictPolicy conflict{};
  if (!conflict_policy.empty()
      && enums::ActivityIdConflictPolicy_Parse(
          enum_name(conflict_policy, "ACTIVITY_ID_CONFLICT_POLICY_"), &conflict))
    made.set_id_conflict_policy(conflict);
  for (auto& [key, value] : payloads_of(search_attributes, "search attribute"))
    (*made.mutable_search_attributes()->mutable_indexed_fields())[key] = std::move(value);
  if (!summary.empty())
    set_text(summary, *made.mutable_user_metadata()->mutable_summary());
  if (!details.empty())
    set_text(details, *made.mutable_user_metadata()->mutable_details());
  if (priority)
    priority.apply(*made.mutable_priority());
  temporal::api::common::v1::Payloads all;
  input.apply(all);
  if (!all.payloads().empty())
    *made.mutable_input() = std::move(all);
  headers.apply(*made.mutable_header());
  check(made);
  return made;
}

std::string start_one(connection& to, const start_one_flags& what, const global_flags& flags) {
  wf::StartActivityExecutionResponse response;
  to.call(
      "failed starting activity", methods::start_activity_execution, what.request(to), response);
  if (flags.format() == output_format::text) {
    say_heading("Running execution:", flags);
    print(property_list(
        {{"ActivityId", what.activity_id},
         {"RunId", response.run_id()},
         {"Namespace", to.name_space()}}));
  }
  return response.run_id();
}

void start(const start_one_flags& what, const global_flags& flags) {
  connection to{flags};
  const auto run_id = start_one(to, what, flags);
  if (flags.format() != output_format::text)
    print_json(
        json_object{}
            .text("activityId", what.activity_id)
            .text("runId", run_id)
            .text("namespace", to.name_space())
            .str(),
        flags);
}

void execute(const start_one_flags& what, const global_flags& flags) {
  connection to{flags};
  const auto run_id = start_one(to, what, flags);
  print_outcome(
      wait_for_outcome(to, "failed polling activity result: ", what.activity_id, run_id),
      json_object{}.text("activityId", what.activity_id).text("runId", run_id),
      flags);
}

} // namespace

void add_standalone_start_commands(CLI::App& group, const global_flags& flags) {
  auto [start_command, started] = add_command<start_one_flags>(
      group, flags, "start", "Start an activity that no workflow asked for", start);
  started.add(start_command);
  auto [execute_command, executed] = add_command<start_one_flags>(
      group, flags, "execute", "Start such an activity and wait for its result", execute);
  executed.add(execute_command);
}

} // namespace troupe::cli
