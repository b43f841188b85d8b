// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/shard.hpp"
#include "runtime/base/slices/sliced_work.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>

namespace troupe::embedded {

/// Who has more to do than fits into one turn of the shard: one slice of one of them is run in a
/// turn, in the order in which they asked for it, once nothing else is ready.
///
/// On the shard's thread. What still waits when the queue ends is destroyed unrun.
class slice_queue {
public:
  /// So much is done in a turn.
  slice_queue(actors::shard& home, const std::size_t& units);
  ~slice_queue();
  slice_queue(const slice_queue&) = delete;
  slice_queue& operator=(const slice_queue&) = delete;

  [[nodiscard]] std::size_t units() const noexcept { return units_; }
  /// True for a request of so many bytes, about something of that weight, that may not fit into a
  /// slice: its bytes may be many small things.
  [[nodiscard]] bool is_large(std::size_t bytes, std::size_t weight = 0) const noexcept {
    constexpr std::size_t bytes_of_a_thing = 16;
    return 1 + bytes / bytes_of_a_thing + weight > units_;
  }

  /// Runs `next` in a turn of its own.
  void push(unique_function<void()> next);

  /// Runs `what` in slices, the first one now, then `done`. If the queue ends before, `done` is
  /// destroyed unrun. What `what` lets out is logged, and `done` does not run.
  void run(unique_function<void()> what, unique_function<void()> done);

  /// Lets go of what is large, a part at a time.
  void discard(std::shared_ptr<struct record> what);
  void discard(std::shared_ptr<struct run> what);

private:
  struct state;
  struct job;
  void go_on(std::shared_ptr<job> what);

  const std::size_t& units_;
  std::shared_ptr<state> state_;
};

} // namespace troupe::embedded
