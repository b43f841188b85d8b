// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/inspection.hpp"

#include "actors/worker/worker_context.hpp"

#include <troupe/async.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// What can be seen of a shard from any thread.
worker_snapshot::shard from_outside(const shard& what, std::size_t number) {
  worker_snapshot::shard seen;
  seen.number = number;
  if (const auto since = what.busy_since(); since != 0) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    seen.busy = std::max(
        std::chrono::duration_cast<std::chrono::nanoseconds>(now) - std::chrono::nanoseconds{since},
        std::chrono::nanoseconds{1});
  }
  if (const auto coroutine = what.running_coroutine(); coroutine.line() != 0)
    seen.coroutine = troupe::detail::describe(coroutine);
  seen.threads_left_behind = what.counters().left_behind.load(std::memory_order_relaxed);
  seen.threads_away = what.threads_away();
  return seen;
}

worker_snapshot::failure shown(time_point time, const log::failure& what) {
  worker_snapshot::failure result{
      .time = std::chrono::time_point_cast<std::chrono::system_clock::duration>(time),
      .what = std::string{what.message},
      .source = what.source,
      .error = what.error,
      .fields = {}};
  for (const auto& each : what.fields)
    result.fields.emplace(each.key, each.value);
  return result;
}

} // namespace

/// The answer of one shard, which is given once: by the function that was posted there, or by its
/// end if the shard drops it.
class inspection::answer {
public:
  answer(std::shared_ptr<answers> to, std::size_t number) : to_(std::move(to)), number_(number) {}
  answer(answer&&) noexcept = default;
  answer& operator=(answer&&) = delete;
  ~answer() {
    if (!to_)
      return;
    const std::lock_guard guard{to_->mutex};
    --to_->open;
    to_->changed.notify_all();
  }

  void give(inspected_part part) const {
    const std::lock_guard guard{to_->mutex};
    to_->parts[number_] = std::move(part);
  }

private:
  std::shared_ptr<answers> to_;
  std::size_t number_;
};

inspection::inspection(std::shared_ptr<const worker_context> of, const snapshot_options& what)
    : of_(std::move(of)) {
  answers_->parts.resize(of_->shards.size());
  answers_->open = of_->shards.size();
  for (std::size_t i = 0; i < of_->shards.size(); ++i) {
    auto* const context = of_->shards[i].get();
    context->home.post([keep = of_, context, what, i, mine = answer{answers_, i}] {
      inspected_part part;
      part.shard = from_outside(context->home, i);
      part.shard.answered = true;
      part.shard.busy = {}; // with this
      part.shard.queued = context->home.queued();
      part.shard.timers = context->home.pending_timers();
      for (const auto& [name, of_name] : context->home.census())
        part.shard.actors[name] = {of_name.actors, of_name.messages};
      for (const auto* each : context->inspected)
        each->describe(what, part);
      if (context->failures)
        for (const auto& [time, failure] : context->failures->last())
          part.failures.push_back(shown(time, failure));
      const auto stamp = [i](auto& list) {
        for (auto& each : list)
          each.shard = i;
      };
      stamp(part.pollers);
      stamp(part.runs);
      stamp(part.requests);
      stamp(part.activities);
      stamp(part.failures);
      mine.give(std::move(part));
    });
  }
}

std::vector<inspected_part> inspection::wait(std::chrono::nanoseconds patience) {
  std::unique_lock guard{answers_->mutex};
  answers_->changed.wait_for(guard, patience, [this] { return answers_->open == 0; });
  auto parts = answers_->parts; // a late answer still has its place
  guard.unlock();
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (!parts[i].shard.answered)
      parts[i].shard = from_outside(of_->shards[i]->home, i);
  return parts;
}

} // namespace troupe::actors
