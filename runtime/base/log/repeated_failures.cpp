// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/log/repeated_failures.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace troupe::log {

namespace {

using namespace std::chrono_literals;

constexpr duration first_interval = 1min;

} // namespace

struct repeated_failures::state : std::enable_shared_from_this<state> {
  struct kind {
    std::size_t lines = 0;     ///< that it has had one by one
    std::uint64_t counted = 0; ///< and not told of
    duration interval = first_interval;
    time_point due{}; ///< when the count is told
    time_point seen{};
    failure last = {}; ///< of those counted
  };

  state(executor& where_, std::vector<field> common_, failure_rules rules_)
      : where(&where_), common(std::move(common_)), rules(std::move(rules_)) {}

  void report(failure what) {
    const auto now = where->now();
    if (last.size() == most_kept)
      last.pop_front();
    last.push_back({now, what});
    if (rules.seen)
      rules.seen(what);
    if (!enabled(what.severity))
      return;
    auto key = std::string{what.message} + '\n' + what.source + '\n' + what.error;
    auto found = kinds.find(key);
    if (found != kinds.end() && found->second.counted == 0
        && now - found->second.seen >= found->second.interval)
      found->second = {};
    if (found == kinds.end()) {
      if (!has_room(now))
        return count(others, std::move(what), now);
      --lines_this_minute; // asked again below
      if (kinds.size() >= most_kinds)
        forget_oldest();
      found = kinds.emplace(std::move(key), kind{}).first;
    }
    auto& of = found->second;
    of.seen = now;
    if (of.lines < lines_of_a_kind && has_room(now)) {
      ++of.lines;
      write(what, 0);
      return;
    }
    count(of, std::move(what), now);
  }

  void count(kind& of, failure what, time_point now) {
    if (of.counted++ == 0) {
      of.due = now + of.interval;
      wake_at(of.due);
    }
    of.last = std::move(what);
  }

  /// Whether this minute may have one more line.
  bool has_room(time_point now) {
    if (now - minute_began >= 1min) {
      minute_began = now;
      lines_this_minute = 0;
    }
    return lines_this_minute++ < lines_a_minute;
  }

  void write(const failure& what, std::uint64_t times) const {
    auto fields = what.fields;
    fields.emplace_back("error", what.error);
    if (times > 0)
      fields.emplace_back("times", times);
    fields.insert(fields.end(), common.begin(), common.end());
    write_fields(what.severity, what.message, fields);
  }

  void tell(kind& of) const {
    if (of.counted > 0)
      write(of.last, std::exchange(of.counted, 0));
  }

  void tell_all() {
    for (auto& [key, each] : kinds)
      tell(each);
    tell(others);
  }

  void forget_oldest() {
    const auto oldest =
        std::ranges::min_element(kinds, {}, [](const auto& each) { return each.second.seen; });
    tell(oldest->second);
    kinds.erase(oldest);
  }

  void wake_at(time_point when) {
    if (timer != 0 && timer_due <= when)
      return;
    if (timer != 0)
      where->cancel(timer);
    timer_due = when;
    timer = where->schedule(when - where->now(), [weak = weak_from_this()] {
      if (const auto self = weak.lock())
        self->on_time();
    });
  }

  void on_time() {
    timer = 0;
    const auto now = where->now();
    auto next = time_point::max();
    const auto look = [&](kind& each) {
      if (each.counted > 0 && each.due <= now) {
        tell(each);
        each.interval = std::min(2 * each.interval, rules.longest_interval);
      } else if (each.counted > 0) {
        next = std::min(next, each.due);
      }
    };
    for (auto& [key, each] : kinds)
      look(each);
    look(others);
    others.interval = first_interval;
    if (next != time_point::max())
      wake_at(next);
  }

  executor* where;
  std::vector<field> common;
  failure_rules rules;
  std::deque<kept> last;
  std::map<std::string, kind> kinds;
  kind others; ///< what this minute has no room for
  executor::timer_id timer = 0;
  time_point timer_due{};
  time_point minute_began{};
  std::size_t lines_this_minute = 0;
};

repeated_failures::repeated_failures(
    executor& where, std::vector<field> common, failure_rules rules)
    : state_(std::make_shared<state>(where, std::move(common), std::move(rules))) {}

// The timer, if there is one, finds nobody: it may be another thread that ends this.
repeated_failures::~repeated_failures() {
  state_->tell_all();
}

const std::deque<repeated_failures::kept>& repeated_failures::last() const noexcept {
  return state_->last;
}

void repeated_failures::report(failure what) {
  state_->report(std::move(what));
}

} // namespace troupe::log
