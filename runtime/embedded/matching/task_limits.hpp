// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/base/time/saturate.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace troupe::embedded {

/// Tasks at so many a second: how far apart they are, and a second's worth of them at once. Pure.
///
/// What it counts is when the next one is ready (a generic cell rate limiter, as the real server
/// has it): each task moves that on by one interval, from a second ago at the earliest.
class task_pace {
public:
  /// No limit.
  task_pace() = default;
  /// What is not above zero lets no task through.
  explicit task_pace(double per_second, double weight = 1) {
    const double rate = per_second * weight;
    if (!(rate > 0))
      interval_ = never;
    else
      interval_ = std::chrono::duration_cast<duration>(
          std::chrono::duration<double>{std::min(1 / rate, longest)});
  }

  [[nodiscard]] bool lets_through() const noexcept { return interval_ != never; }

  /// When the next task is ready, if one goes now; `ready` is when this one was.
  [[nodiscard]] time_point after(time_point ready, time_point now) const {
    return lets_through() ? std::max(ready, now - burst) + interval_ : time_point::max();
  }
  /// The same if one that had gone comes back.
  [[nodiscard]] time_point before(time_point ready) const {
    return lets_through() && ready != time_point::max() ? later(ready, -interval_) : ready;
  }
  /// After a change to this pace: nobody waits for what the one before was slow in.
  [[nodiscard]] time_point at_most(time_point ready, time_point now) const {
    return lets_through() ? std::min(ready, now + interval_ + burst) : time_point::max();
  }

private:
  static constexpr duration burst = std::chrono::seconds{1};
  static constexpr duration never = duration::max();
  static constexpr double longest = 24.0 * 3600 * 365; ///< seconds; a rate close to nothing

  duration interval_{};
};

/// How many tasks a second a queue hands out: as many as its configuration says, or else its
/// workers, in all and of each fairness key, by its weight. Pure; of one thread.
class task_limits {
public:
  /// What the polls say from now on; nothing: no limit. True if that changes a limit in force.
  bool set_by_worker(std::optional<double> per_second, time_point now) {
    by_worker_ = number(per_second);
    return apply(now);
  }
  /// What the configuration says from now on: of the queue, and of each key that weighs 1, where
  /// zero is no limit. The former counts instead of what the workers say. True if that changes a
  /// limit in force.
  bool set_by_config(
      std::optional<double> per_second, std::optional<double> key_per_second, time_point now) {
    // As the real server has it: only a queue's own limit of zero stops it, what is no number is
    // none, and overrules that of the workers all the same.
    by_config_ = per_second && std::isnan(*per_second)
                     ? std::optional{std::numeric_limits<double>::infinity()}
                     : per_second;
    if (key_per_second && !(*key_per_second > 0))
      key_per_second.reset();
    const bool is_other = key_per_second != per_key_;
    per_key_ = key_per_second;
    if (!per_key_)
      keys_.clear();
    else if (is_other)
      for (auto& [key, ready] : keys_)
        ready = task_pace{*per_key_}.at_most(ready, now);
    return apply(now) || is_other;
  }

  [[nodiscard]] bool is_on() const noexcept { return in_all().has_value() || per_key_.has_value(); }
  [[nodiscard]] std::optional<double> by_worker() const noexcept { return by_worker_; }

  /// A task of this key goes; false if none may go now.
  bool take(const std::string& key, double weight, time_point now) {
    if (ready_at(key) > now)
      return false;
    if (applied_)
      ready_ = pace_.after(ready_, now);
    if (per_key_) {
      auto& ready = ready_of(key, now);
      ready = task_pace{*per_key_, weight}.after(ready, now);
    }
    return true;
  }
  /// The task that was taken was not worth it: it counts as one that never went. The limits may be
  /// others than those it was taken under.
  void give_back(const std::string& key, double weight) {
    if (applied_)
      ready_ = pace_.before(ready_);
    const auto found = keys_.find(key);
    if (per_key_ && found != keys_.end())
      found->second = task_pace{*per_key_, weight}.before(found->second);
  }
  /// How long until a task of this key may go; nothing if none ever may.
  [[nodiscard]] std::optional<duration> until_next(const std::string& key, time_point now) const {
    const auto ready = ready_at(key);
    if (ready == time_point::max())
      return std::nullopt;
    return ready > now ? ready - now : duration::zero();
  }

  /// Keys that are remembered.
  [[nodiscard]] std::size_t known_keys() const noexcept { return keys_.size(); }

private:
  /// The one that was ready first is forgotten for one more; the real server's number.
  static constexpr std::size_t most_keys = 2000;

  /// What is no number lets nothing through.
  static std::optional<double> number(std::optional<double> per_second) {
    return per_second && std::isnan(*per_second) ? 0 : per_second;
  }

  [[nodiscard]] std::optional<double> in_all() const noexcept {
    return by_config_ ? by_config_ : by_worker_;
  }

  bool apply(time_point now) {
    if (in_all() == applied_)
      return false;
    applied_ = in_all();
    if (applied_) {
      pace_ = task_pace{*applied_};
      ready_ = pace_.at_most(ready_, now);
    }
    return true;
  }

  [[nodiscard]] time_point ready_at(const std::string& key) const {
    // What a limit that is gone has left behind counts again if it comes back, and not before.
    const auto any = applied_ ? ready_ : time_point::min();
    if (!per_key_)
      return any;
    const auto found = keys_.find(key);
    return found == keys_.end() ? any : std::max(any, found->second);
  }

  time_point& ready_of(const std::string& key, time_point now) {
    if (const auto found = keys_.find(key); found != keys_.end())
      return found->second;
    if (keys_.size() >= most_keys)
      std::erase_if(keys_, [&](const auto& each) { return each.second <= now - forgotten_after; });
    if (keys_.size() >= most_keys)
      keys_.erase(std::min_element(keys_.begin(), keys_.end(), [](const auto& a, const auto& b) {
        return a.second < b.second;
      }));
    return keys_.emplace(key, time_point::min()).first->second;
  }

  /// A key that could have gone for so long may do what a new one may.
  static constexpr duration forgotten_after = std::chrono::seconds{1};

  std::optional<double> by_worker_;
  std::optional<double> by_config_;
  std::optional<double> per_key_;
  std::optional<double> applied_; ///< what `pace_` is of
  task_pace pace_;
  time_point ready_ = time_point::min();             ///< when any task may go
  std::unordered_map<std::string, time_point> keys_; ///< when one of this key may
};

} // namespace troupe::embedded
