// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/messages.hpp"
#include "runtime/base/executor.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace troupe::embedded {

/// The records that are in memory, and who is to leave it: those that nothing asked for in a while,
/// and, while there are too many, those that were not asked for since they were looked at last;
/// none more often than once in a `beat`, since those that cannot leave come back into the line.
///
/// Costs nothing where a record is used: each actor remembers itself whether it was. On the
/// executor's thread.
class residents {
public:
  struct limits {
    duration idle_time{}; ///< unused for that long (at most twice that long): out
    std::size_t most = 0; ///< more than these are not kept as long as some of them are unused
  };

  static constexpr duration beat = std::chrono::seconds{1};

  using ask_function = unique_function<void(const execution_key&, unload_if_idle)>;

  /// `ask` gives the message to the record's actor, if it has one.
  residents(executor& home, limits with, ask_function ask)
      : home_(home), limits_(with), ask_(std::move(ask)) {}
  ~residents();
  residents(const residents&) = delete;
  residents& operator=(const residents&) = delete;

  /// It came into memory, or was asked to leave and has still something to do (`was_asked`). What
  /// it is asked next time has the number that is returned.
  std::uint64_t stays(const execution_ref& who, bool was_asked);

private:
  struct resident {
    execution_ref who;
    std::uint64_t ticket = 0;
    time_point since;
    bool was_asked = false;
  };

  [[nodiscard]] bool too_many() const noexcept { return line_.size() > limits_.most; }
  [[nodiscard]] duration rest() const noexcept;
  [[nodiscard]] bool may_be_asked(const resident& one) const;
  void make_room();
  void ask_first();
  void arm();
  void look();

  executor& home_;
  limits limits_;
  ask_function ask_;
  std::deque<resident> line_; ///< longest unasked first; may hold some that have ended
  std::uint64_t last_ticket_ = 0;
  executor::timer_id timer_ = 0;
  time_point timer_due_{};
};

} // namespace troupe::embedded
