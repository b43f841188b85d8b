// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/activity/activity_options.hpp"

#include "apps/troupe/activity/activity_flags.hpp"
#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/activity/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <array>
#include <iterator>
#include <utility>

namespace troupe::cli {
namespace {

namespace wf = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

using options = temporal::api::activity::v1::ActivityOptions;

// A flag for each time among the options, and the field that it changes, in the API's words.
struct timed_option {
  const char* flag;
  const char* field;
  google::protobuf::Duration* (*in)(options&);
  const char* help;
};
constexpr timed_option timed_options[] = {
    {"--schedule-to-close-timeout",
     "schedule_to_close_timeout",
     [](options& of) { return of.mutable_schedule_to_close_timeout(); },
     "Limit of all attempts together"},
    {"--schedule-to-start-timeout",
     "schedule_to_start_timeout",
     [](options& of) { return of.mutable_schedule_to_start_timeout(); },
     "Limit of the wait for a worker"},
    {"--start-to-close-timeout",
     "start_to_close_timeout",
     [](options& of) { return of.mutable_start_to_close_timeout(); },
     "Limit of one attempt"},
    {"--heartbeat-timeout",
     "heartbeat_timeout",
     [](options& of) { return of.mutable_heartbeat_timeout(); },
     "Longest time between two heartbeats"},
    {"--retry-initial-interval",
     "retry_policy.initial_interval",
     [](options& of) { return of.mutable_retry_policy()->mutable_initial_interval(); },
     "Wait before the first retry"},
    {"--retry-maximum-interval",
     "retry_policy.maximum_interval",
     [](options& of) { return of.mutable_retry_policy()->mutable_maximum_interval(); },
     "Longest wait before a retry"},
};

struct option_flags {
  one_activity_flags which;
  std::string task_queue;
  std::array<std::string, std::size(timed_options)> times;
  float backoff_coefficient = 0;
  std::int32_t maximum_attempts = 0;
  bool restore_original = false;
  // Zero and empty are values too: only the flags know whether they were given.
  const CLI::Option* has_task_queue = nullptr;
  const CLI::Option* has_coefficient = nullptr;
  const CLI::Option* has_attempts = nullptr;

  void add(CLI::App& command) {
    which.add(command);
    has_task_queue =
        add_text(command, "--task-queue", task_queue, "Task queue of further attempts");
    for (std::size_t i = 0; i < times.size(); ++i)
      add_duration(command, timed_options[i].flag, times[i], timed_options[i].help);
    has_coefficient = add_number(
        command,
        "--retry-backoff-coefficient",
        backoff_coefficient,
        "What each wait is multiplied by, 1 or more");
    has_attempts = add_number(
        command,
        "--retry-maximum-attempts",
        maximum_attempts,
        "Most attempts; 0: as many as the timeouts allow");
    add_switch(
        command,
        "--restore-original-options",
        restore_original,
        "Back to the options that the workflow gave it");
  }

  template <class Request>
  void apply(Request& to) const {
    auto& changed = *to.mutable_activity_options();
    const auto change = [&to](const char* field) { to.mutable_update_mask()->add_paths(field); };
    if (has_task_queue->count() > 0) {
      // The Temporal CLI says `task_queue_name`, which services pass over.
      changed.mutable_task_queue()->set_name(task_queue);
      change("task_queue.name");
    }
    for (std::size_t i = 0; i < times.size(); ++i) {
      if (times[i].empty())
        continue;
      to_proto(parse_duration(times[i], timed_options[i].flag + 2), *timed_options[i].in(changed));
      change(timed_options[i].field);
    }
    if (has_coefficient->count() > 0) {
      changed.mutable_retry_policy()->set_backoff_coefficient(backoff_coefficient);
      change("retry_policy.backoff_coefficient");
    }
    if (has_attempts->count() > 0) {
      changed.mutable_retry_policy()->set_maximum_attempts(maximum_attempts);
      change("retry_policy.maximum_attempts");
    }
    to.set_restore_original(restore_original);
    // Without a change the service only says what the options are.
    if (!restore_original)
      to.mutable_update_mask();
  }
};

void print_options(const options& of, const global_flags& flags) {
  const auto& retry = of.retry_policy();
  const std::pair<const char*, const google::protobuf::Duration*> timeouts[] = {
      {"ScheduleToCloseTimeout", &of.schedule_to_close_timeout()},
      {"ScheduleToStartTimeout", &of.schedule_to_start_timeout()},
      {"StartToCloseTimeout", &of.start_to_close_timeout()},
      {"HeartbeatTimeout", &of.heartbeat_timeout()},
  };
  const auto attempts = std::to_string(retry.maximum_attempts());
  if (flags.format() == output_format::text) {
    properties lines{{"TaskQueue", of.task_queue().name()}};
    for (const auto& [name, span] : timeouts)
      lines.push_back({name, go_duration(*span)});
    lines.push_back({"InitialInterval", go_duration(retry.initial_interval())});
    lines.push_back({"BackoffCoefficient", go_number(retry.backoff_coefficient())});
    lines.push_back({"MaximumInterval", go_duration(retry.maximum_interval())});
    lines.push_back({"MaximumAttempts", attempts});
    return print(property_list(lines));
  }
  // Go's durations are counts of nanoseconds.
  const auto nanoseconds = [](const google::protobuf::Duration& span) {
    return std::to_string(from_proto(span).count());
  };
  json_object out;
  out.text("TaskQueue", of.task_queue().name());
  for (const auto& [name, span] : timeouts)
    out.raw(name, nanoseconds(*span));
  out.raw("InitialInterval", nanoseconds(retry.initial_interval()))
      .raw("BackoffCoefficient", go_number_json(retry.backoff_coefficient()))
      .raw("MaximumInterval", nanoseconds(retry.maximum_interval()))
      .raw("MaximumAttempts", attempts);
  print_json(out.str(), flags);
}

void update_options(const option_flags& what, const global_flags& flags) {
  connection to{flags};
  if (auto job = what.which.batch(to, flags)) {
    auto& change = *job->mutable_update_activity_options_operation();
    change.set_identity(to.identity());
    change.set_match_all(true);
    what.apply(change);
    return start_batch(to, *job, flags);
  }
  auto request = request_about_activity<wf::UpdateActivityOptionsRequest>(
      what.which.of, what.which.activity_id, to);
  what.apply(request);
  wf::UpdateActivityOptionsResponse response;
  to.call("unable to update Activity options", methods::update_activity_options, request, response);
  print_options(response.activity_options(), flags);
}

} // namespace

void add_activity_options_command(CLI::App& group, const global_flags& flags) {
  auto [command, given] = add_command<option_flags>(
      group,
      flags,
      "update-options",
      "Change the timeouts, retries or queue of an activity",
      update_options);
  given.add(command);
}

} // namespace troupe::cli
