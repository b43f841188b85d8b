// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/directory/residents.hpp"

namespace troupe::embedded {

residents::~residents() {
  if (timer_ != 0)
    home_.cancel(timer_);
}

std::uint64_t residents::stays(const execution_ref& who) {
  line_.push_back({who, ++last_ticket_, home_.now()});
  const auto mine = last_ticket_;
  if (line_.size() > limits_.most)
    ask_first();
  arm();
  return mine;
}

void residents::ask_first() {
  const auto first = std::move(line_.front());
  line_.pop_front();
  ask_(*first.who, unload_if_idle{first.ticket});
}

void residents::arm() {
  if (timer_ != 0 || line_.empty())
    return;
  timer_ = home_.schedule(line_.front().since + limits_.idle_time - home_.now(), [this] {
    timer_ = 0;
    look();
  });
}

void residents::look() {
  const auto due = home_.now() - limits_.idle_time;
  // A few at a time; those that stay come to the end of the line.
  for (int left = 256; left > 0 && !line_.empty() && line_.front().since <= due; --left)
    ask_first();
  arm();
}

} // namespace troupe::embedded
