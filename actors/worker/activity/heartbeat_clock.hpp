// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/shard/shard.hpp"

#include <cstdint>
#include <map>

namespace troupe::actors {

/// When the activities of one shard may send their next heartbeats: one timer for all of them, and
/// what is due within a moment goes together. Used on the shard; `clear` before it ends.
class heartbeat_clock {
public:
  explicit heartbeat_clock(shard& home) : home_(home) {}
  heartbeat_clock(const heartbeat_clock&) = delete;
  heartbeat_clock& operator=(const heartbeat_clock&) = delete;

  /// Tells `whom` its `heartbeat_due` then.
  void wake(time_point when, activity_handle whom, std::uint64_t work);
  /// Forgets them all.
  void clear() noexcept;

  /// Heartbeats that are due so close together are sent together.
  static constexpr std::chrono::milliseconds slack{10};

private:
  struct sleeper {
    activity_handle who;
    std::uint64_t work;
  };
  void arm();
  void ring();

  shard& home_;
  std::multimap<time_point, sleeper> waiting_;
  executor::timer_id timer_ = 0;
  time_point timer_due_ = time_point::max();
};

} // namespace troupe::actors
