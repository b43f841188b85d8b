// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/matching/queue_configs.hpp"

#include "runtime/base/time/time.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/taskqueue/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

namespace troupe::embedded {

namespace {

namespace enums = temporal::api::enums::v1;
namespace tq = temporal::api::taskqueue::v1;
using request = temporal::api::workflowservice::v1::UpdateTaskQueueConfigRequest;

constexpr std::size_t most_weights = 1000;
constexpr std::size_t longest_text = 1000;
constexpr std::size_t longest_key = 64;
constexpr float least_weight = 0.001F;

rpc_status too_long(const std::string& field) {
  return bad_argument(
      field + " field too long (max " + std::to_string(longest_text) + " characters).");
}

rpc_status check_rate(const request::RateLimitUpdate& what, const std::string& name) {
  if (!what.has_rate_limit())
    return {};
  if (what.rate_limit().requests_per_second() < 0)
    return bad_argument("RequestsPerSecond for " + name + " rate limit must be non-negative.");
  return what.reason().size() > longest_text ? too_long(name + ".Reason") : rpc_status{};
}

rpc_status check_key(const std::string& key) {
  if (key.empty())
    return bad_argument("fairness weight override key must not be empty");
  if (key.size() > longest_key)
    return bad_argument("fairness key length exceeds limit");
  return {};
}

rpc_status check_weights(const request& what) {
  const auto& to_set = what.set_fairness_weight_overrides();
  const auto count =
      to_set.size() + static_cast<std::size_t>(what.unset_fairness_weight_overrides_size());
  if (count > most_weights)
    return bad_argument(
        "too many fairness weight overrides in request: got " + std::to_string(count) + ", maximum "
        + std::to_string(most_weights));
  for (const auto& [key, weight] : to_set) {
    if (auto status = check_key(key); !status.ok())
      return status;
    if (weight <= 0)
      return bad_argument(
          "invalid fairness weight weight for key \"" + key + "\": must be greater than zero");
  }
  for (const auto& key : what.unset_fairness_weight_overrides())
    if (auto status = check_key(key); !status.ok())
      return status;
  for (const auto& key : what.unset_fairness_weight_overrides())
    if (to_set.contains(key))
      return bad_argument(
          "fairness weight override key \"" + key + "\" present in both set and unset lists");
  return {};
}

/// Queues have parts inside the real server: names of those are "/_sys/NAME/NUMBER".
rpc_status check_name(std::string_view name) {
  constexpr std::string_view prefix = "/_sys/";
  if (!name.starts_with(prefix))
    return {};
  const auto slash = name.rfind('/');
  auto part = name.substr(slash + 1);
  if (part.starts_with('+'))
    part.remove_prefix(1);
  std::int64_t number = 0;
  const auto* const end = part.data() + part.size();
  const auto read = std::from_chars(part.data(), end, number);
  if (slash <= prefix.size() || read.ec != std::errc{} || read.ptr != end || number <= 0)
    return bad_argument("invalid task queue partition name " + std::string{name});
  return bad_argument("task queue family name cannot have prefix /_sys/ " + std::string{name});
}

/// As the real server: it takes an empty name, any kind of task, and a rate that is no number.
rpc_status check(const request& what) {
  const bool is_workflow = what.task_queue_type() == enums::TASK_QUEUE_TYPE_WORKFLOW;
  const auto& of_queue = what.update_queue_rate_limit();
  if (is_workflow && of_queue.has_rate_limit())
    return bad_argument("Setting rate limit on workflow task queues is not allowed.");
  if (auto status = check_rate(of_queue, "UpdateQueueRateLimit"); !status.ok())
    return status;
  const auto& of_keys = what.update_fairness_key_rate_limit_default();
  if (is_workflow && of_keys.has_rate_limit())
    return bad_argument("Setting fairness key rate limit on workflow task queues is not allowed.");
  if (auto status = check_rate(of_keys, "UpdateFairnessKeyRateLimitDefault"); !status.ok())
    return status;
  if (what.identity().size() > longest_text)
    return too_long("Identity");
  if (auto status = check_weights(what); !status.ok())
    return status;
  return check_name(what.task_queue());
}

tq::RateLimitConfig
limit_of(const request::RateLimitUpdate& what, const std::string& identity, time_point now) {
  tq::RateLimitConfig made;
  if (what.has_rate_limit())
    *made.mutable_rate_limit() = what.rate_limit();
  auto& by = *made.mutable_metadata();
  by.set_reason(what.reason());
  by.set_update_identity(identity);
  to_proto(
      std::chrono::floor<std::chrono::milliseconds>(now), // as exact as the real server
      *by.mutable_update_time());
  return made;
}

} // namespace

rpc_status queue_configs::update(
    const std::string& namespace_id,
    const request& what,
    time_point now,
    tq::TaskQueueConfig& changed) {
  if (auto status = check(what); !status.ok())
    return status;
  const queue_config_key key{namespace_id, what.task_queue(), what.task_queue_type()};
  if (const auto known = find(key))
    changed = *known;
  if (what.has_update_queue_rate_limit())
    *changed.mutable_queue_rate_limit() =
        limit_of(what.update_queue_rate_limit(), what.identity(), now);
  if (what.has_update_fairness_key_rate_limit_default())
    *changed.mutable_fairness_keys_rate_limit_default() =
        limit_of(what.update_fairness_key_rate_limit_default(), what.identity(), now);
  auto& weights = *changed.mutable_fairness_weight_overrides();
  for (const auto& gone : what.unset_fairness_weight_overrides())
    weights.erase(gone);
  for (const auto& [name, weight] : what.set_fairness_weight_overrides())
    weights[name] = weight;
  if (weights.size() > most_weights)
    return bad_argument("fairness weight overrides update rejected: exceeding maximum key size");
  put(key, std::make_shared<const tq::TaskQueueConfig>(changed));
  return {};
}

queue_configs::config queue_configs::find(const queue_config_key& of) const {
  const auto found = known_.find(of);
  return found == known_.end() ? nullptr : found->second;
}

std::vector<queue_config_key> queue_configs::of_namespace(const std::string& namespace_id) const {
  std::vector<queue_config_key> found;
  for (auto each = known_.lower_bound({namespace_id, {}, INT32_MIN});
       each != known_.end() && each->first.namespace_id == namespace_id;
       ++each)
    found.push_back(each->first);
  return found;
}

std::vector<queue_configs::change> queue_configs::plan(const std::function<void()>& change) {
  std::vector<queue_configs::change> made;
  planned_ = &made;
  try {
    change();
  } catch (...) {
    planned_ = nullptr;
    throw;
  }
  planned_ = nullptr;
  return made;
}

void queue_configs::put(queue_config_key of, config to) {
  if (planned_ != nullptr)
    planned_->push_back({std::move(of), std::move(to)});
  else
    known_[std::move(of)] = std::move(to);
}

void queue_configs::erase_namespace(const std::string& namespace_id) {
  for (const auto& each : of_namespace(namespace_id))
    known_.erase(each);
}

std::optional<double> queue_rate(const queue_configs::config& of) {
  if (!of || !of->queue_rate_limit().has_rate_limit())
    return std::nullopt;
  return of->queue_rate_limit().rate_limit().requests_per_second();
}

std::optional<double> key_rate(const queue_configs::config& of) {
  if (!of || !of->fairness_keys_rate_limit_default().has_rate_limit())
    return std::nullopt;
  return of->fairness_keys_rate_limit_default().rate_limit().requests_per_second();
}

float weight_of(const queue_configs::config& of, const std::string& key, float said) {
  if (of) {
    const auto found = of->fairness_weight_overrides().find(key);
    if (found != of->fairness_weight_overrides().end())
      said = found->second;
  }
  return said > 0 ? std::max(said, least_weight) : 1;
}

} // namespace troupe::embedded
