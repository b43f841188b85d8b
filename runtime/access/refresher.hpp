// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace troupe::access {

/// A thread that does the same again and again: looks whether files have changed.
class refresher {
public:
  /// The functions may take their time and must not throw.
  explicit refresher(
      std::vector<std::function<void()>> tasks,
      std::chrono::milliseconds every = std::chrono::seconds{1});
  /// Ends the thread; waits for a task that is under way.
  ~refresher();
  refresher(const refresher&) = delete;
  refresher& operator=(const refresher&) = delete;

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace troupe::access
