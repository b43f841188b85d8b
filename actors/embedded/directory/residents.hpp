// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/messages.hpp"
#include "runtime/base/executor.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace troupe::embedded {

/// The records that are in memory, and who is to leave it: those that nothing asked for in a while,
/// and, while there are too many, those that were not asked for since they were looked at last.
///
/// Costs nothing where a record is used: each actor remembers itself whether it was. On the
/// executor's thread.
class residents {
public:
  struct limits {
    duration idle_time{}; ///< unused for that long (at most twice that long): out
    std::size_t most = 0; ///< more than these are not kept as long as some of them are unused
  };

  using ask_function = unique_function<void(const execution_key&, unload_if_idle)>;

  /// `ask` gives the message to the record's actor, if it has one.
  residents(executor& home, limits with, ask_function ask)
      : home_(home), limits_(with), ask_(std::move(ask)) {}
  ~residents();
  residents(const residents&) = delete;
  residents& operator=(const residents&) = delete;

  /// It came into memory, or was asked to leave and has still something to do. What it is asked
  /// next time has the number that is returned.
  std::uint64_t stays(const execution_ref& who);

private:
  struct resident {
    execution_ref who;
    std::uint64_t ticket = 0;
    time_point since;
  };

  void ask_first();
  void arm();
  void look();

  executor& home_;
  limits limits_;
  ask_function ask_;
  std::deque<resident> line_; ///< longest unasked first; may hold some that have ended
  std::uint64_t last_ticket_ = 0;
  executor::timer_id timer_ = 0;
};

} // namespace troupe::embedded
