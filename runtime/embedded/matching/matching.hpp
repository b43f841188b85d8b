// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::embedded {

/// A sticky queue that nobody polled for this long gives its tasks to the normal queue at once.
inline constexpr duration sticky_poller_memory = std::chrono::seconds{10};
/// How long DescribeTaskQueue remembers a poller.
inline constexpr duration poller_memory = std::chrono::minutes{5};
/// A long poll is answered empty this much before its deadline, so that the answer still arrives.
inline constexpr duration poll_margin = std::chrono::seconds{1};
/// Polls with less time than this are refused.
inline constexpr duration shortest_poll = std::chrono::seconds{2};

/// More polls than these do not wait at one queue: no worker needs them, and each costs memory.
inline constexpr std::size_t most_waiting_polls = 10'000;

/// How long a poll with this deadline waits for a task, `longest_poll` at most.
inline duration poll_patience(time_point now, time_point deadline, duration longest_poll) {
  if (deadline == time_point::max() || deadline - now > longest_poll + poll_margin)
    return longest_poll;
  return std::max(deadline - now - poll_margin, duration::zero());
}

/// Priorities of tasks: level 1 is handed out first. The real server's number of levels.
inline constexpr std::int32_t priority_levels = 5;

/// The level of a task with this key: the middle one if it has none, the last one for all beyond.
inline constexpr std::int32_t priority_level(std::int32_t key) {
  return key <= 0 ? (priority_levels + 1) / 2 : std::min(key, priority_levels);
}

/// Where a task stands among those that wait: lower ones are handed out first, by their level, then
/// by the share of their fairness key (`fair_order`; 0 where nothing is shared out), then by their
/// age.
struct task_place {
  std::int32_t level = 0;
  std::uint64_t pass = 0;
  std::uint64_t came_as = 0; ///< unique in the queue; 0: it does not wait

  friend auto operator<=>(const task_place&, const task_place&) = default;
};

/// Brings tasks and polls of one queue together: a waiting poll takes a task at once (sync match),
/// else the task waits. `Task` has a `place`, `Poll` a number `id`, unique in the queue: the task
/// with the lowest place is taken first, the poll that came first takes it. Pure.
template <class Task, class Poll>
class matcher {
public:
  struct match {
    Task task;
    Poll poll;
  };

  /// A task came: the poll that takes it, or nothing and it waits.
  std::optional<match> offer(Task task) {
    if (polls_.empty()) {
      add(std::move(task));
      return std::nullopt;
    }
    match found{std::move(task), std::move(polls_.front())};
    polls_.pop_front();
    return found;
  }

  /// A poll came: the task it takes, or nothing and it waits. `is_first`: it was here before (its
  /// task was stale), so it goes ahead of the others.
  std::optional<match> poll(Poll poll, bool is_first = false) {
    if (!tasks_.empty()) {
      match found{std::move(tasks_.begin()->second), std::move(poll)};
      --count_of(tasks_.begin()->first);
      tasks_.erase(tasks_.begin());
      return found;
    }
    add(std::move(poll), is_first);
    return std::nullopt;
  }

  /// The same for a queue that may hand out nothing now: both wait, and `next` brings them
  /// together.
  void add(Task task) {
    const auto place = task.place;
    ++count_of(place);
    tasks_.emplace(place, std::move(task));
  }
  void add(Poll poll, bool is_first) {
    if (is_first)
      polls_.push_front(std::move(poll));
    else
      polls_.push_back(std::move(poll));
  }
  [[nodiscard]] bool has_match() const noexcept { return !tasks_.empty() && !polls_.empty(); }
  /// The task and the poll that are next; there are both.
  match next() {
    auto first = std::move(polls_.front());
    polls_.pop_front();
    return std::move(*poll(std::move(first)));
  }

  /// Takes out a poll that still waits.
  std::optional<Poll> withdraw_poll(std::uint64_t id) { return take(polls_, id); }
  /// Whether a poll of this kind waits.
  template <class Is>
  [[nodiscard]] bool has_poll(Is is_one) const {
    return std::any_of(polls_.begin(), polls_.end(), is_one);
  }
  /// Takes out a task that still waits.
  std::optional<Task> withdraw_task(const task_place& place) {
    auto node = tasks_.extract(place);
    if (!node)
      return std::nullopt;
    --count_of(place);
    return std::move(node.mapped());
  }
  /// Takes out every task that waits.
  std::map<task_place, Task> take_tasks() {
    counts_ = {};
    return std::exchange(tasks_, {});
  }

  [[nodiscard]] std::size_t waiting_tasks() const noexcept { return tasks_.size(); }
  [[nodiscard]] std::size_t waiting_polls() const noexcept { return polls_.size(); }
  [[nodiscard]] std::size_t waiting_tasks(std::int32_t level) const noexcept {
    return counts_[static_cast<std::size_t>(level)];
  }
  /// The one that is next; there is one.
  [[nodiscard]] const Task& first_task() const noexcept { return tasks_.begin()->second; }
  /// The one of this level that is next; null if none waits.
  [[nodiscard]] const Task* first_task(std::int32_t level) const noexcept {
    const auto found = tasks_.lower_bound({level, 0, 0});
    return found == tasks_.end() || found->first.level != level ? nullptr : &found->second;
  }

private:
  std::size_t& count_of(const task_place& which) {
    return counts_.at(static_cast<std::size_t>(which.level));
  }

  template <class T>
  static std::optional<T> take(std::deque<T>& from, std::uint64_t id) {
    auto found =
        std::find_if(from.begin(), from.end(), [&](const T& each) { return each.id == id; });
    if (found == from.end())
      return std::nullopt;
    T taken = std::move(*found);
    from.erase(found);
    return taken;
  }

  std::map<task_place, Task> tasks_; ///< in their order: one of many is found at once
  std::array<std::size_t, priority_levels + 1> counts_{}; ///< of each level
  std::deque<Poll> polls_;
};

/// Who polled a queue, and when last. Pure.
class poller_history {
public:
  struct entry {
    std::string identity;
    time_point last_access;
    double per_second = 0; ///< how many tasks it wants at most
  };

  void saw(const std::string& identity, double per_second, time_point now) {
    last_poll_ = now;
    if (auto found = pollers_.find(identity); found != pollers_.end())
      found->second = {now, per_second};
    else if (pollers_.size() < most_pollers)
      pollers_.emplace(identity, seen{now, per_second});
  }

  /// Nobody polls here any more: its worker said so.
  void forget() {
    last_poll_.reset();
    pollers_.clear();
  }

  [[nodiscard]] bool polled_within(duration memory, time_point now) const {
    return last_poll_ && now - *last_poll_ <= memory;
  }

  /// The pollers of the last five minutes; older ones are forgotten.
  std::vector<entry> recent(time_point now) {
    std::vector<entry> out;
    std::erase_if(
        pollers_, [&](const auto& each) { return now - each.second.last_access > poller_memory; });
    for (const auto& [identity, last] : pollers_)
      out.push_back({identity, last.last_access, last.per_second});
    return out;
  }

private:
  static constexpr std::size_t most_pollers = 1000;

  struct seen {
    time_point last_access;
    double per_second = 0;
  };

  std::map<std::string, seen> pollers_;
  std::optional<time_point> last_poll_;
};

} // namespace troupe::embedded
