// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/host/service_host.hpp"
#include "actors/public/worker_home.hpp"
#include "actors/shard/manual_shard.hpp"
#include "actors/testing/virtual_driver.hpp"
#include "actors/testing/virtual_pool.hpp"
#include "runtime/base/log/repeated_failures.hpp"
#include "runtime/embedded/decision/queue_waits.hpp"
#include "runtime/rpc/blocking.hpp"

#include <troupe/testing/environment.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe::testing {

/// Everything that shares one virtual time: the service, the shards of clients and workers, and the
/// threads of plain functions. Lives as long as anything of it is held.
class virtual_world : public std::enable_shared_from_this<virtual_world> {
public:
  explicit virtual_world(const environment_options& options);
  ~virtual_world();
  virtual_world(const virtual_world&) = delete;
  virtual_world& operator=(const virtual_world&) = delete;

  // These move on the driver's thread. Where code does not come back they return without having
  // done everything, and `raise_if_stuck` says so.
  /// Runs what can go on now; if nothing can, moves to the next thing due, unless the time is held.
  /// If that is later than `latest`, it moves only so far. False if nothing is left to do.
  bool step(time_point latest = time_point::max());
  /// Runs everything that can go on now; true if anything did.
  bool run();
  void advance(duration by);
  bool advance_to_next();

  /// Throws if code did not come back, once for each.
  void raise_if_stuck();
  /// Whoever it was, nobody waits for that: what is left can go on.
  bool forget_stuck() noexcept { return !std::exchange(stuck_, {}).empty(); }
  [[nodiscard]] virtual_driver& driver() noexcept { return driver_; }

  /// What blocking calls of this world's clients do meanwhile. With `goes_on_without`, code that
  /// does not come back is nothing that they hear of.
  [[nodiscard]] rpc::pump_function pump(bool goes_on_without = false);
  [[nodiscard]] std::unique_ptr<detail::worker_home> make_home();

  [[nodiscard]] embedded::service_host& service() noexcept { return *service_; }
  [[nodiscard]] executor& client_executor() noexcept { return client_shard_; }
  [[nodiscard]] caf::actor_system& system() noexcept { return system_; }
  [[nodiscard]] const std::shared_ptr<actors::manual_clock>& clock() const noexcept {
    return clock_;
  }
  [[nodiscard]] const std::shared_ptr<virtual_pool>& pool() const noexcept { return pool_; }
  [[nodiscard]] std::uint64_t next_seed() { return chance_(); }

  /// Longer than any test.
  static constexpr std::chrono::years for_ever{50};

  /// What user code did wrong, to be told where a blocking call waits in vain because of it.
  void note(const log::failure& what);

  std::vector<replacement> replacements; ///< for the workers that start from now on
  std::size_t holds = 0;                 ///< while there are any, the time does not move by itself

private:
  static caf::actor_system_config& configured(caf::actor_system_config& config);
  void prepare(const service_options& options);
  void drive(std::function<void()> work);
  bool run_here();

  /// Of one kind since the last blocking call began.
  struct failed {
    std::size_t times = 0;
    std::string text = {}; ///< what, whose, why
  };
  /// Throws for a blocking call that waits in vain. On the thread that waits.
  [[noreturn]] void give_up(const std::string& why, const failed& last);
  /// What waits in queues that nobody polls, oldest first, and the queues that are polled.
  struct unpolled {
    std::vector<embedded::queue_wait> waits;
    std::set<embedded::polled_queue_key> served;
  };
  unpolled look_for_unpolled();
  [[nodiscard]] std::string describe(const unpolled& what) const;
  /// Of a blocking call that began then; gives when to look again.
  time_point check_queues(time_point begun);

  const duration longest_wait_;
  const duration longest_unpolled_;
  const std::size_t most_failures_;
  std::map<std::string, failed, std::less<>> failures_; ///< by message, source and error
  failed last_failure_;
  std::string last_run_; ///< of the last failure, if it was a workflow's: its id
  std::string stuck_;    ///< whose code did not come back, and where; empty: nobody's
  bool fails_for_ever_ = false;
  std::mt19937_64 chance_;
  caf::actor_system_config config_;
  caf::actor_system system_{configured(config_)};
  std::shared_ptr<actors::manual_clock> clock_;
  actors::manual_shard service_shard_{system_, clock_};
  actors::manual_shard client_shard_{system_, clock_};
  std::unique_ptr<embedded::service_host> service_;
  std::shared_ptr<virtual_pool> pool_;
  virtual_driver driver_;
};

} // namespace troupe::testing
