// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>

namespace troupe::actors {

/// What of one worker is slow (Nexus operations near their deadline, types of workflows whose tasks
/// take long): each is to be told of once. Thread-safe; asked only about what is slow.
class slow_kinds {
public:
  /// More are not told of: their names come from outside.
  static constexpr std::size_t most = 100;

  /// True the first time.
  [[nodiscard]] bool is_new(const std::string& name) {
    const std::lock_guard lock{mutex_};
    return told_.size() < most && told_.insert(name).second;
  }

private:
  std::mutex mutex_;
  std::set<std::string> told_;
};

} // namespace troupe::actors
