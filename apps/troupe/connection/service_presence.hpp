// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/rpc_status.hpp>

#include <chrono>
#include <optional>

namespace troupe::cli {

/// How long a service may be away that a command waits for.
inline constexpr std::chrono::seconds longest_absence{60};

/// Whether the service of a command is there, as its calls have seen it, and whether it is worth
/// waiting for. Pure.
class service_presence {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// How a call ended.
  void saw(status_code how) {
    if (how == status_code::unavailable)
      return;
    lost_since_.reset();
    // A long poll that nothing came of ends by its time, but so does a call to who never answers.
    if (how != status_code::deadline_exceeded)
      has_answered_ = true;
  }

  /// Whether it ever was there.
  [[nodiscard]] bool has_answered() const noexcept { return has_answered_; }

  /// After a call that has not reached it: whether to try again. One that has answered may come
  /// back for `longest_absence`, counted from the first such call.
  [[nodiscard]] bool may_come_back(time_point now) {
    if (!lost_since_)
      lost_since_ = now;
    return has_answered_ && now - *lost_since_ < longest_absence;
  }

private:
  bool has_answered_ = false;
  std::optional<time_point> lost_since_;
};

} // namespace troupe::cli
