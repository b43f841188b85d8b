// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/public/worker_home.hpp"
#include "actors/shard/threaded_shard.hpp"
#include "actors/shard/watchdog.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

namespace troupe::detail {

/// A worker's home with threads: one for each shard, on an actor system that is ours, or the
/// user's.
class threaded_home final : public worker_home {
public:
  /// On `users`, or on a system of its own (null).
  explicit threaded_home(caf::actor_system* users) : system_(users) {}

  caf::actor_system& system() override;
  std::vector<actors::shard*> make_shards(std::size_t count) override;
  rpc::polled_queue* queue_of(std::size_t shard) override { return &shards_[shard]->polled(); }
  std::shared_ptr<actors::work_pool> make_pool(std::size_t limit) override;
  [[nodiscard]] log::failure_rules failure_rules() override { return {}; }
  [[nodiscard]] std::chrono::milliseconds long_poll_timeout() const override {
    return std::chrono::seconds{70};
  }
  void watch(std::chrono::nanoseconds patience, std::chrono::nanoseconds shortest) override;
  [[nodiscard]] std::uint64_t stalls() const override { return watchdog_->stalls(); }
  [[nodiscard]] std::string why_dead() const override;
  void wait(
      std::unique_lock<std::mutex>& guard,
      std::condition_variable& changed,
      const std::function<bool()>& done) override {
    changed.wait(guard, done);
  }
  void end() override;

private:
  std::unique_ptr<caf::actor_system_config> own_config_;
  std::unique_ptr<caf::actor_system> own_system_;
  caf::actor_system* system_;
  std::vector<std::unique_ptr<actors::threaded_shard>> shards_;
  std::unique_ptr<actors::watchdog> watchdog_;
};

} // namespace troupe::detail
