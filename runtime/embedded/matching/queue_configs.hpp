// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <troupe/rpc_status.hpp>

#include <compare>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace temporal::api::taskqueue::v1 {
class TaskQueueConfig;
} // namespace temporal::api::taskqueue::v1
namespace temporal::api::workflowservice::v1 {
class UpdateTaskQueueConfigRequest;
} // namespace temporal::api::workflowservice::v1

namespace troupe::embedded {

/// Which tasks of which queue a configuration is of.
struct queue_config_key {
  std::string namespace_id;
  std::string queue;
  int type = 0; ///< TaskQueueType

  auto operator<=>(const queue_config_key&) const = default;
};

/// What clients have set of task queues: limits of tasks a second, weights of fairness keys; rules
/// and texts of the real server. Pure.
class queue_configs {
public:
  using config = std::shared_ptr<const temporal::api::taskqueue::v1::TaskQueueConfig>;

  /// Changes what the request names; `changed` is what is there then.
  rpc_status update(
      const std::string& namespace_id,
      const temporal::api::workflowservice::v1::UpdateTaskQueueConfigRequest& request,
      time_point now,
      temporal::api::taskqueue::v1::TaskQueueConfig& changed);
  /// Null if nobody ever set anything.
  [[nodiscard]] config find(const queue_config_key& of) const;
  [[nodiscard]] std::vector<queue_config_key> of_namespace(const std::string& namespace_id) const;

  // -- changes that are made only once they are durable ------------------------------------------

  struct change {
    queue_config_key of;
    config to;
  };
  /// Runs `change`, which calls `update`, without changing anything: gives what it would change,
  /// for `put`.
  std::vector<change> plan(const std::function<void()>& change);
  void put(queue_config_key of, config to);
  /// Forgets those of a namespace that is gone.
  void erase_namespace(const std::string& namespace_id);

private:
  std::map<queue_config_key, config> known_;
  std::vector<change>* planned_ = nullptr; ///< while a change is planned
};

/// The limits that a configuration sets, in tasks a second; nothing where it sets none.
std::optional<double> queue_rate(const queue_configs::config& of);
std::optional<double> key_rate(const queue_configs::config& of);
/// The weight of a key, of which its task says `said` (0: nothing): what the configuration says of
/// it goes first. Above zero.
float weight_of(const queue_configs::config& of, const std::string& key, float said);

} // namespace troupe::embedded
