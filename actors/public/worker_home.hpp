// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/log/repeated_failures.hpp"
#include "runtime/rpc/transport.hpp"

#include <troupe/unique_function.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace caf {
class actor_system;
}

namespace troupe {
struct worker_options;
}
namespace troupe::rpc {
class connector;
struct polled_queue;
} // namespace troupe::rpc

namespace troupe::actors {
class shard;
class work_pool;
} // namespace troupe::actors
namespace troupe::activity {
class registry;
}
namespace troupe::nexus {
class service_registry;
}
namespace troupe::workflow {
struct definition;
}

namespace troupe::detail {

/// What a worker serves, before it starts.
struct served_code {
  activity::registry& activities;
  std::map<std::string, std::shared_ptr<const workflow::definition>, std::less<>>& workflows;
  nexus::service_registry& services;
};

class worker_slots;

/// The kinds of task that a worker serves.
struct served_kinds {
  bool workflow = false;
  bool activity = false;
  bool local_activity = false;
  bool nexus = false;
};

/// Where a worker lives: what runs its actors and its plain functions, and how those who wait for
/// it wait. Threads in a program (`threaded_home`), one virtual time in a test, a host of many
/// workers (`hosted_home`).
///
/// Called by the worker's owner, but for what is said to be thread-safe.
class worker_home {
public:
  virtual ~worker_home() = default;

  [[nodiscard]] virtual caf::actor_system& system() = 0;
  /// Makes so many shards, which live until `end`. Once.
  [[nodiscard]] virtual std::vector<actors::shard*> make_shards(std::size_t count) = 0;
  /// The queue that a shard polls; null if it polls none.
  [[nodiscard]] virtual rpc::polled_queue* queue_of(std::size_t shard) = 0;
  [[nodiscard]] virtual std::shared_ptr<actors::work_pool> make_pool(std::size_t limit) = 0;
  /// Where slots come from; those of kinds that are not served may be null. Throws `worker_error`
  /// if there are none for such a worker.
  [[nodiscard]] virtual worker_slots make_slots(const worker_options&, const served_kinds&);
  /// To a service, for one of its shards.
  [[nodiscard]] virtual std::unique_ptr<rpc::transport>
  connect(const std::shared_ptr<const rpc::connector>& to, actors::shard& where, std::size_t shard);
  /// Many workers live here, most of them idle perhaps: each begins with few polls, and what is
  /// told of the home is not told of each.
  [[nodiscard]] virtual bool is_shared() const { return false; }
  /// The jitter of backoffs; empty: the system's entropy.
  [[nodiscard]] virtual std::function<double()> random() { return {}; }
  /// How long a poll may wait for a task.
  [[nodiscard]] virtual std::chrono::milliseconds long_poll_timeout() const = 0;
  /// How failures of user code are told.
  [[nodiscard]] virtual log::failure_rules failure_rules() = 0;

  /// Before the worker starts: what it serves, to be changed.
  virtual void adapt(const served_code&) {}
  /// Code that keeps a shard for longer than `patience`, or than its own, is left behind from now
  /// on; zero: none is. `shortest`: of all of these but zeros.
  virtual void watch(std::chrono::nanoseconds patience, std::chrono::nanoseconds shortest) = 0;
  /// How often code kept a shard too long. Thread-safe.
  [[nodiscard]] virtual std::uint64_t stalls() const = 0;
  /// Why it is not alive; empty if it is. Thread-safe.
  [[nodiscard]] virtual std::string why_dead() const = 0;

  /// Returns when `done`, which `changed` tells of; both are guarded by what `guard` holds.
  virtual void wait(
      std::unique_lock<std::mutex>& guard,
      std::condition_variable& changed,
      const std::function<bool()>& done) = 0;
  /// Lets the shards do what is due, where nothing does by itself.
  virtual void run_what_is_due() {}
  /// Ends the shards; what they were asked before is done first.
  virtual void end() = 0;
};

} // namespace troupe::detail
