// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <troupe/log.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::log {

/// A failure of user code, for one line of the log.
struct failure {
  level severity = level::warn;
  std::string_view message;  ///< what failed: `a Nexus handler failed`; outlives the log
  std::string source;        ///< whose code: the workflow type, `service/operation`
  std::string error;         ///< why, with all its causes
  std::vector<field> fields; ///< which one it was
};

/// What is not the same everywhere.
struct failure_rules {
  duration longest_interval = std::chrono::hours{1}; ///< between two lines that count a kind
  std::function<void(const failure&)> seen = {};     ///< hears of each, told or not
};

/// Writes failures of user code to the log so that none goes unseen and none fills it.
///
/// Two failures are the same if message, source and error are. The first few of a kind are a line
/// each; what comes after is counted, and a line with `times` and the last one's fields tells the
/// number: after a minute, and while it goes on after two, four and so on up to an hour
/// (`longest_interval`). A kind that is quiet for so long begins anew. If too many kinds come in a
/// minute (texts with numbers in them) the rest is counted together.
///
/// One thread: that of the executor, which must outlive it. Holds a bounded number of kinds.
class repeated_failures {
public:
  static constexpr std::size_t lines_of_a_kind = 5;
  static constexpr std::size_t lines_a_minute = 600;
  static constexpr std::size_t most_kinds = 256;

  /// `common` are fields that every line ends with.
  explicit repeated_failures(
      executor& where, std::vector<field> common = {}, failure_rules rules = {});
  repeated_failures(const repeated_failures&) = delete;
  repeated_failures& operator=(const repeated_failures&) = delete;
  /// Tells what is counted and not told.
  ~repeated_failures();

  void report(failure what);

  /// One as it was reported.
  struct kept {
    time_point time;
    failure what;
  };
  static constexpr std::size_t most_kept = 20;
  /// The last ones that were reported, whether they were told or not, oldest first.
  [[nodiscard]] const std::deque<kept>& last() const noexcept;

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace troupe::log
