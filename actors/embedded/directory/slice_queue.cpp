// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/directory/slice_queue.hpp"

#include "runtime/base/log/log.hpp"
#include "runtime/base/slices/slice.hpp"
#include "runtime/embedded/record/record.hpp"

#include <troupe/error.hpp>

#include <exception>
#include <utility>
#include <vector>

namespace troupe::embedded {

namespace {

/// Below so many events what is let go of costs next to nothing.
constexpr std::size_t few_events = 500;

void let_go(run& of) {
  for (auto& history = of.history; !history.empty(); history.pop_back())
    spend();
  for_each_table(
      [](auto& map) {
        map.clear();
        map.forget_notes();
      },
      of.state);
}

} // namespace

/// What the shard still has to do when the queue has ended finds nothing.
struct slice_queue::state : std::enable_shared_from_this<state> {
  explicit state(actors::shard& shard) : home(shard) {}

  void arm() {
    is_armed = true;
    home.defer([weak = weak_from_this()] {
      if (auto self = weak.lock())
        self->run_next();
    });
  }

  void run_next() {
    auto next = std::move(waiting.front());
    waiting.pop_front();
    is_armed = false;
    if (!waiting.empty())
      arm();
    next();
  }

  actors::shard& home;
  std::deque<unique_function<void()>> waiting;
  bool is_armed = false; ///< so is one that waits for the shard
};

struct slice_queue::job {
  job(unique_function<void()> what, unique_function<void()> then)
      : work(std::move(what)), done(std::move(then)) {}

  sliced_work work;
  unique_function<void()> done;
};

slice_queue::slice_queue(actors::shard& home, const std::size_t& units)
    : units_(units), state_(std::make_shared<state>(home)) {}

slice_queue::~slice_queue() = default;

void slice_queue::push(unique_function<void()> next) {
  state_->waiting.push_back(std::move(next));
  if (!state_->is_armed)
    state_->arm();
}

void slice_queue::run(unique_function<void()> what, unique_function<void()> done) {
  go_on(std::make_shared<job>(std::move(what), std::move(done)));
}

void slice_queue::go_on(std::shared_ptr<job> what) {
  try {
    if (!what->work.step(units_)) {
      push([this, what = std::move(what)]() mutable { go_on(std::move(what)); });
      return;
    }
  } catch (...) {
    log::error("work in slices threw", {{"error", describe(std::current_exception())}});
    return;
  }
  what->done();
}

void slice_queue::discard(std::shared_ptr<struct run> what) {
  if (what == nullptr || what->history.size() < few_events || what.use_count() != 1)
    return;
  run([what = std::move(what)] { let_go(*what); }, [] {});
}

void slice_queue::discard(std::shared_ptr<record> what) {
  if (what == nullptr || what->last_task_id < static_cast<std::int64_t>(few_events)
      || what.use_count() != 1)
    return;
  run(
      [what = std::move(what)]() mutable {
        what->deadlines.clear();
        std::vector<std::uint64_t> numbers;
        what->runs.for_each([&](const struct run& each) { numbers.push_back(each.number); });
        for (const auto number : numbers)
          if (const auto gone = what->runs.remove(number)) {
            spend();
            let_go(*gone);
          }
        what.reset();
      },
      [] {});
}

} // namespace troupe::embedded
