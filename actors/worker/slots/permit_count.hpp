// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/unique_function.hpp>

#include <cstddef>
#include <mutex>
#include <utility>

namespace troupe::actors {

/// How many permits of a supplier are out, and who is told when none is. Under the supplier's lock,
/// but for what says otherwise; what is told is called without it.
class permit_count {
public:
  void took() noexcept { ++out_; }
  /// `told` becomes what is to be called now, if anything is.
  void gave_back(unique_function<void()>& told) noexcept {
    if (--out_ == 0)
      told = std::exchange(on_all_free_, nullptr);
  }
  [[nodiscard]] std::size_t out() const noexcept { return out_; }

  /// `slot_supplier::when_all_free`, with the lock that guards this. Not under it.
  void when_all_free(std::mutex& lock, unique_function<void()> on_all_free) {
    {
      const std::lock_guard guard{lock};
      if (out_ != 0 || !on_all_free) {
        std::swap(on_all_free_, on_all_free);
        return; // what it replaced goes after the lock
      }
    }
    on_all_free();
  }

private:
  std::size_t out_ = 0;
  unique_function<void()> on_all_free_;
};

} // namespace troupe::actors
