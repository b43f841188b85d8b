// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/unique_function.hpp>

#include <cstddef>
#include <exception>
#include <memory>

namespace troupe {

void spend(std::size_t units);

/// Thrown into work that is given up half-done, out of its `spend`. No `std::exception`: whoever
/// handles errors must not take it for one, but may undo what was done and let it pass or not.
struct slices_abandoned {};

/// A function that is run in slices: it has a stack of its own, and at each `spend` beyond the
/// budget the caller goes on instead.
///
/// For pure work on what is its alone, or on what nobody else touches until it is over. It may not
/// wait for anything and holds no locks while it spends. Not thread-safe; all slices belong to one
/// executor. Each slice costs two switches of stacks, about a microsecond.
class sliced_work {
public:
  /// Nothing runs yet.
  explicit sliced_work(unique_function<void()> what);
  /// Work that was begun and is not over hears `slices_abandoned`, and runs to its end at once.
  ~sliced_work();
  sliced_work(const sliced_work&) = delete;
  sliced_work& operator=(const sliced_work&) = delete;

  /// Runs on until so many units are spent. True if it is over. What it lets out is thrown here.
  bool step(std::size_t budget);

  /// True within the work of one of them, on this thread.
  [[nodiscard]] static bool is_running() noexcept;

  /// What one object spends of memory for a stack, touched or not.
  static constexpr std::size_t stack_bytes = std::size_t{1} << 20;

private:
  friend void spend(std::size_t units);
  struct state;

  /// The budget of whoever runs may be spent.
  static void charge(std::size_t units);

  std::unique_ptr<state> state_;
};

} // namespace troupe
