// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/directory/residents.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::embedded {

residents::~residents() {
  if (timer_ != 0)
    home_.cancel(timer_);
}

std::uint64_t residents::stays(const execution_ref& who, bool was_asked) {
  line_.push_back({who, ++last_ticket_, home_.now(), was_asked});
  const auto mine = last_ticket_;
  if (too_many())
    make_room();
  arm();
  return mine;
}

bool residents::may_be_asked(const resident& one) const {
  return !one.was_asked || one.since + beat <= home_.now();
}

/// Asks one; those that have only just refused are passed by, but no more of them than these.
void residents::make_room() {
  constexpr std::ptrdiff_t passed_by = 16;
  const auto end = line_.begin() + std::min(passed_by, std::ssize(line_));
  const auto found =
      std::find_if(line_.begin(), end, [this](const auto& each) { return may_be_asked(each); });
  if (found == end)
    return;
  std::rotate(line_.begin(), found, found + 1);
  ask_first();
}

void residents::ask_first() {
  const auto first = std::move(line_.front());
  line_.pop_front();
  ask_(*first.who, unload_if_idle{first.ticket});
}

/// How long the first one in the line is left alone.
duration residents::rest() const noexcept {
  return too_many() ? std::min(beat, limits_.idle_time) : limits_.idle_time;
}

void residents::arm() {
  if (line_.empty())
    return;
  const auto due = line_.front().since + rest();
  if (timer_ != 0) {
    if (timer_due_ <= due)
      return;
    home_.cancel(timer_);
  }
  timer_due_ = due;
  timer_ = home_.schedule(due - home_.now(), [this] {
    timer_ = 0;
    look();
  });
}

void residents::look() {
  const auto due = home_.now() - rest();
  // A few at a time; those that stay come to the end of the line.
  for (int left = 256; left > 0 && !line_.empty() && line_.front().since <= due; --left)
    ask_first();
  arm();
}

} // namespace troupe::embedded
