// SPDX-License-Identifier: Apache-2.0
// `troupe task-queue config get|set`.

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/command_line.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/task_queue/task_queue_description.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <cstdio>
#include <iostream>
#include <optional>
#include <set>

namespace troupe::cli {
namespace {

namespace enums = temporal::api::enums::v1;
namespace tq = temporal::api::taskqueue::v1;
namespace wf = temporal::api::workflowservice::v1;
using update_request = wf::UpdateTaskQueueConfigRequest;

struct queue_flags {
  std::string task_queue, type;
};

struct set_flags : queue_flags {
  std::optional<std::string> queue_limit, queue_reason, key_limit, key_reason;
  std::vector<std::string> weights;
  bool clears_weights = false;
};

std::string name_of(const queue_flags& what) {
  auto name = boost::trim_copy(what.task_queue);
  if (name.empty())
    throw command_error{"task queue name is required and cannot be empty"};
  return name;
}

enums::TaskQueueType type_of(const queue_flags& what) {
  for (const auto& [name, type] : queue_types)
    if (name == what.type)
      return type;
  return enums::TASK_QUEUE_TYPE_UNSPECIFIED; // the flag takes no other
}

std::optional<tq::TaskQueueConfig> config_of(
    const queue_flags& what, const std::string& name, connection& to, const std::string& fault) {
  describe_queue_flags queue;
  queue.task_queue = name;
  auto request = request_for(queue, to);
  request.set_task_queue_type(type_of(what));
  request.set_report_config(true);
  auto answer = describe_task_queue(request, to, fault);
  if (!answer.has_config())
    return std::nullopt;
  return std::move(*answer.mutable_config());
}

// -- get -----------------------------------------------------------------------------------------

/// At most so many bytes, and whole characters.
std::string shortened(const std::string& text) {
  constexpr std::size_t longest = 50;
  constexpr std::string_view end = "...";
  if (text.size() <= longest)
    return text;
  auto size = longest - end.size();
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
    --size;
  return text.substr(0, size) + std::string{end};
}

std::vector<std::string> row_of(const char* name, const tq::RateLimitConfig& limit) {
  std::string value = "Not Set";
  if (limit.has_rate_limit()) {
    std::array<char, 64> text{};
    const auto size = std::snprintf(
        text.data(),
        text.size(),
        "%.2f rps",
        static_cast<double>(limit.rate_limit().requests_per_second()));
    value.assign(text.data(), std::min(static_cast<std::size_t>(size), text.size() - 1));
  }
  const auto& by = limit.metadata();
  return {
      name,
      value,
      shortened(by.reason()),
      shortened(by.update_identity()),
      by.has_update_time() ? rfc3339(instant{by.update_time().seconds(), 0}) : ""};
}

void get(const queue_flags& what, const global_flags& flags) {
  const auto name = name_of(what);
  connection to{flags};
  const auto config = config_of(what, name, to, "error getting task queue config");
  if (!config) {
    say("No configuration found for task queue", flags);
    return;
  }
  print_message(*config, flags);
  if (flags.format() == output_format::text)
    print_limits(*config, flags);
}

// -- set -----------------------------------------------------------------------------------------

bool is_default(const std::string& text) {
  return boost::iequals(text, "default");
}

/// What is to become of a limit; nothing for none.
std::optional<float>
limit_from(const std::string& given, const std::string& flag, const std::string& name) {
  const auto text = boost::trim_copy(given);
  if (is_default(text))
    return std::nullopt;
  float limit = 0;
  if (read_real(text, limit) != std::errc{})
    throw command_error{
        "invalid value for --" + flag + ": must be a non-negative number or 'default'"};
  if (limit < 0)
    throw command_error{"invalid value for --" + flag + ": must be >= 0 or 'default'"};
  if (limit == 0)
    std::cerr << "WARNING: Setting " << name
              << " to 0 will STOP ALL TRAFFIC on this task queue.\n"
                 "         This will prevent any tasks from being dispatched until the limit is "
                 "changed.\n";
  return limit;
}

void change(
    update_request::RateLimitUpdate& to,
    std::optional<float> limit,
    const std::optional<std::string>& reason) {
  if (limit)
    to.mutable_rate_limit()->set_requests_per_second(*limit);
  to.set_reason(reason.value_or(""));
}

void read_weights(const std::vector<std::string>& given, update_request& to) {
  constexpr std::size_t longest_key = 64;
  std::set<std::string> seen;
  for (const auto& each : given) {
    const auto split = each.find('=');
    if (split == std::string::npos)
      throw command_error{
          "invalid format: " + go_quoted(each) + " (expected key=weight or key=default)"};
    const auto key = each.substr(0, split);
    const auto text = each.substr(split + 1);
    if (key.empty())
      throw command_error{"empty key in: " + go_quoted(each)};
    if (!seen.insert(key).second)
      throw command_error{"duplicate fairness key " + go_quoted(key) + " specified multiple times"};
    if (text.empty())
      throw command_error{"empty value for key " + go_quoted(key)};
    if (is_default(text)) {
      to.add_unset_fairness_weight_overrides(key);
      continue;
    }
    if (key.size() > longest_key)
      throw command_error{
          "fairness key " + go_quoted(key) + " exceeds maximum length of "
          + std::to_string(longest_key) + " bytes"};
    float weight = 0;
    if (read_real(text, weight) != std::errc{})
      throw command_error{
          "invalid weight " + go_quoted(text) + " for key " + go_quoted(key)
          + ": must be a number or 'default'"};
    if (weight <= 0)
      throw command_error{"weight for key " + go_quoted(key) + " must be positive"};
    (*to.mutable_set_fairness_weight_overrides())[key] = weight;
  }
}

void set(const set_flags& what, const global_flags& flags) {
  const auto name = name_of(what);
  const auto type = type_of(what);
  if (type == enums::TASK_QUEUE_TYPE_WORKFLOW && (what.queue_limit || what.queue_reason))
    throw command_error{"setting rate limit on workflow task queues is not allowed"};
  update_request request;
  request.set_task_queue(name);
  request.set_task_queue_type(type);
  if (what.queue_limit)
    change(
        *request.mutable_update_queue_rate_limit(),
        limit_from(*what.queue_limit, "queue-rps-limit", "queue rate limit"),
        what.queue_reason);
  if (what.key_limit)
    change(
        *request.mutable_update_fairness_key_rate_limit_default(),
        limit_from(
            *what.key_limit, "fairness-key-rps-limit-default", "fairness key rate limit default"),
        what.key_reason);
  connection to{flags};
  request.set_namespace_(to.name_space());
  request.set_identity(to.identity());
  if (!what.queue_limit && !what.key_limit && what.weights.empty() && !what.clears_weights)
    throw command_error{
        "at least one configuration update must be specified (use --help to see available "
        "options)"};
  if (what.clears_weights && !what.weights.empty())
    throw command_error{
        "--fairness-key-weight-clear-all cannot be used with --fairness-key-weight"};
  read_weights(what.weights, request);
  if (what.clears_weights) {
    const auto now = config_of(what, name, to, "error fetching current config for clear-all")
                         .value_or(tq::TaskQueueConfig{});
    for (const auto& [key, weight] : now.fairness_weight_overrides())
      request.add_unset_fairness_weight_overrides(key);
    const auto count = request.unset_fairness_weight_overrides_size();
    say(count > 0 ? "Unsetting " + std::to_string(count) + " fairness weight override(s)"
                  : "No fairness weight overrides found to unset",
        flags);
  }
  wf::UpdateTaskQueueConfigResponse response;
  to.call(
      "failed to update task queue config for " + to.name_space() + '/' + name,
      rpc::methods::workflow_service::update_task_queue_config,
      request,
      response);
  say("Successfully updated task queue configuration", flags);
  if (flags.format() == output_format::text)
    print(property_list({{"Config", to_json(response.config(), style_of(flags))}}));
  print_message(response, flags);
}

void add_queue_flags(CLI::App& command, queue_flags& given) {
  add_text(command, "-t,--task-queue", given.task_queue, "Task queue")->required();
  add_choice(
      command,
      "--task-queue-type",
      given.type,
      {"workflow", "activity", "nexus"},
      "The kind of task: workflow, activity, nexus")
      ->required();
}

} // namespace

void print_limits(const tq::TaskQueueConfig& of, const global_flags& flags) {
  std::vector<std::vector<std::string>> rows;
  if (of.has_queue_rate_limit())
    rows.push_back(row_of("Queue Rate Limit", of.queue_rate_limit()));
  if (of.has_fairness_keys_rate_limit_default())
    rows.push_back(
        row_of("Fairness Key Rate Limit Default", of.fairness_keys_rate_limit_default()));
  if (rows.empty())
    return;
  say("Note: Long content may be truncated. Use --output json for full details.", flags);
  print(table(flags, {"Setting", "Value", "Reason", "UpdatedBy", "UpdatedTime"}, rows));
}

void add_task_queue_config_commands(CLI::App& group, const global_flags& flags) {
  auto& config =
      *group.add_subcommand("config", "Limits of task queues and weights of fairness keys")
           ->require_subcommand(1);
  auto [show, shown] =
      add_command<queue_flags>(config, flags, "get", "Show what is set of a task queue", get);
  add_queue_flags(show, shown);
  auto [change_one, given] =
      add_command<set_flags>(config, flags, "set", "Set limits and weights of a task queue", set);
  add_queue_flags(change_one, given);
  add_text(
      change_one,
      "--queue-rps-limit",
      given.queue_limit,
      "Tasks a second that the queue hands out, whatever its workers want; default: as they want");
  add_text(change_one, "--queue-rps-limit-reason", given.queue_reason, "Why it is changed");
  add_text(
      change_one,
      "--fairness-key-rps-limit-default",
      given.key_limit,
      "The same of each fairness key, times its weight; default: no limit");
  add_text(change_one, "--fairness-key-rps-limit-reason", given.key_reason, "Why it is changed");
  add_list(
      change_one,
      "--fairness-key-weight",
      given.weights,
      "KEY=WEIGHT or KEY=default: the weight of a fairness key, whatever its tasks say");
  add_switch(
      change_one,
      "--fairness-key-weight-clear-all",
      given.clears_weights,
      "Every key has the weight that its tasks say");
}

} // namespace troupe::cli
