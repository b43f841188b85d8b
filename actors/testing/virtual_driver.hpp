// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/manual_shard.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace troupe::testing {

/// The thread that moves a virtual world while the test's own waits for it, so that user's code
/// which never comes back can be left behind with it: the test gets its thread back and can fail.
///
/// Real time is looked at for that and for nothing else. Looks are counted, as a watchdog does: a
/// process that a debugger stops does not age.
class virtual_driver {
public:
  /// `patience`: how long code may keep the thread without getting on; zero: for ever, and then
  /// there is no thread.
  virtual_driver(std::shared_ptr<actors::manual_clock> clock, std::chrono::nanoseconds patience)
      : clock_(std::move(clock)), patience_(patience) {}
  ~virtual_driver();
  virtual_driver(const virtual_driver&) = delete;
  virtual_driver& operator=(const virtual_driver&) = delete;

  // Any thread: also from code that runs on the driver's.
  /// Code on this shard may be left behind; its own patience counts if it is longer.
  void watch(actors::shard& where, std::chrono::nanoseconds patience);
  void forget(const actors::shard& where);

  /// Does `work` on the driver's thread and waits for it; what it throws is thrown here. False if
  /// its thread was left behind: then `work` has not come to its end, and does nothing more when
  /// user's code returns. Within such work: at once. On the thread that has the clock, which has it
  /// again afterwards.
  [[nodiscard]] bool run(std::function<void()> work);

private:
  struct hand;
  struct watched {
    actors::shard* what;
    std::chrono::nanoseconds patience;
    actors::foreign_look last{};
    int unchanged = 0; ///< looks that saw the same as the one before
  };

  static void live(const std::shared_ptr<hand>& me, const std::shared_ptr<actors::manual_clock>&);
  [[nodiscard]] bool leaves_behind(watched& at) const;
  [[nodiscard]] bool leaves_any_behind();

  std::shared_ptr<actors::manual_clock> clock_;
  const std::chrono::nanoseconds patience_;
  bool is_running_ = false; ///< of the thread that has the clock
  /// Guards the shards: they are looked at, and left behind, while they are in the list. Recursive:
  /// what is left behind may end one.
  std::recursive_mutex mutex_;
  std::vector<watched> shards_;
  std::shared_ptr<hand> hand_; ///< null until it is needed
};

} // namespace troupe::testing
