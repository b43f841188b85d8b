// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/directory/unloaded_deadlines.hpp"

#include "actors/embedded/directory/messages.hpp"

namespace troupe::embedded {

unloaded_deadlines::unloaded_deadlines(executor& home, wake_function wake)
    : home_(home), wake_(std::move(wake)) {}

unloaded_deadlines::~unloaded_deadlines() {
  if (timer_ != 0)
    home_.cancel(timer_);
}

void unloaded_deadlines::put(const std::shared_ptr<const execution_key>& whose, time_point when) {
  remove(*whose);
  key place{whose->namespace_id, whose->workflow_id};
  due_.emplace(std::pair{when, place}, whose);
  places_.emplace(std::move(place), when);
  arm();
}

std::optional<time_point> unloaded_deadlines::remove(const execution_key& whose) {
  if (places_.empty())
    return std::nullopt;
  auto found = places_.find({whose.namespace_id, whose.workflow_id});
  if (found == places_.end())
    return std::nullopt;
  const auto when = found->second;
  due_.erase({when, found->first});
  places_.erase(found);
  return when; // the timer stays: at worst it fires for nobody
}

void unloaded_deadlines::arm() {
  if (due_.empty())
    return;
  const auto earliest = due_.begin()->first.first;
  if (timer_ != 0 && armed_for_ && *armed_for_ <= earliest)
    return;
  if (timer_ != 0)
    home_.cancel(timer_);
  armed_for_ = earliest;
  timer_ = home_.schedule(earliest - home_.now(), [this] { fire(); });
}

void unloaded_deadlines::fire() {
  timer_ = 0;
  armed_for_.reset();
  const auto now = home_.now();
  // A few at a time: after a long standstill there may be very many.
  for (int left = 64; left > 0 && !due_.empty() && due_.begin()->first.first <= now; --left) {
    // Its place stays until it comes into memory and takes it out.
    const auto whose = due_.begin()->second;
    due_.erase(due_.begin());
    wake_(*whose);
  }
  arm();
}

} // namespace troupe::embedded
