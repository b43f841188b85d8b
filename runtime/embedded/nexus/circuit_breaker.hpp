// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <utility>

namespace troupe::embedded {

/// Keeps requests away from a destination that keeps failing. Pure.
///
/// | state     | event                    | next                                        |
/// |-----------|--------------------------|---------------------------------------------|
/// | closed    | 6th failure in a row     | open (60 s)                                 |
/// | open      | 60 s passed (`tick`)     | half_open                                   |
/// | half_open | first request (`admits`) | half_open: it is the probe, others are held |
/// | half_open | probe succeeded          | closed                                      |
/// | half_open | probe failed             | open (60 s)                                 |
///
/// Numbers are those of the real server. Outcomes of requests that were admitted before it opened
/// do not count then.
class circuit_breaker {
public:
  enum class state { closed, open, half_open };

  static constexpr int failures_until_open = 6;
  static constexpr duration open_for = std::chrono::seconds{60};

  /// True if a request may go now; false if it is to be held.
  bool admits() {
    switch (state_) {
    case state::closed: return true;
    case state::open: return false;
    case state::half_open:
      if (is_probing_)
        return false;
      is_probing_ = true;
      return true;
    }
    return true;
  }

  /// A request ended. True if the state changed: held requests are to be looked at (closed), or a
  /// timer of `open_for` is to be armed (open).
  bool record(bool is_failure) {
    if (state_ == state::open)
      return false;
    if (!is_failure) {
      failures_ = 0;
      is_probing_ = false;
      return std::exchange(state_, state::closed) != state::closed;
    }
    if (state_ == state::closed && ++failures_ < failures_until_open)
      return false;
    state_ = state::open;
    is_probing_ = false;
    failures_ = 0;
    return true;
  }

  /// `open_for` has passed since it opened.
  void tick() {
    if (state_ == state::open)
      state_ = state::half_open;
  }

  [[nodiscard]] state current() const noexcept { return state_; }
  /// In a row, while it is closed.
  [[nodiscard]] int failures() const noexcept { return failures_; }
  /// Closed, and the last request did not fail.
  [[nodiscard]] bool is_quiet() const noexcept { return state_ == state::closed && failures_ == 0; }

private:
  state state_ = state::closed;
  int failures_ = 0;
  bool is_probing_ = false;
};

} // namespace troupe::embedded
