// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace troupe {

/// Values that any thread adds, in their order, until somebody takes them all. While there are
/// none, taking costs no lock.
template <class T>
class collected {
public:
  void add(T value) {
    const std::lock_guard lock{mutex_};
    keep(std::move(value));
  }

  /// Unless there is such a one, or there are `most`.
  void add_new(T value, std::size_t most) {
    const std::lock_guard lock{mutex_};
    if (values_.size() < most && std::ranges::find(values_, value) == values_.end())
      keep(std::move(value));
  }

  /// Those that came since it was asked last.
  [[nodiscard]] std::vector<T> take() {
    if (!has_any_) [[likely]]
      return {};
    const std::lock_guard lock{mutex_};
    has_any_ = false;
    return std::exchange(values_, {});
  }

private:
  void keep(T value) {
    values_.push_back(std::move(value));
    has_any_ = true;
  }

  std::atomic<bool> has_any_{false};
  std::mutex mutex_;
  std::vector<T> values_;
};

} // namespace troupe
