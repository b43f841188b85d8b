// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/eager_starts.hpp"

#include <algorithm>
#include <utility>

namespace troupe::detail {

void eager_starts::join(std::string task_queue, std::shared_ptr<start_taker> who) {
  const std::lock_guard guard{mutex_};
  members_.push_back({std::move(task_queue), std::move(who)});
}

void eager_starts::leave(const start_taker& who) noexcept {
  std::shared_ptr<start_taker> gone; // goes after the lock
  const std::lock_guard guard{mutex_};
  const auto found =
      std::ranges::find_if(members_, [&](const member& each) { return each.who.get() == &who; });
  if (found == members_.end())
    return;
  gone = std::move(found->who);
  members_.erase(found);
}

std::unique_ptr<reserved_start>
eager_starts::try_reserve(std::string_view task_queue, std::string_view workflow_type) {
  std::vector<std::shared_ptr<start_taker>> asked;
  {
    const std::lock_guard guard{mutex_};
    for (const auto& each : members_)
      if (each.task_queue == task_queue)
        asked.push_back(each.who);
    if (!asked.empty())
      std::ranges::rotate(
          asked, asked.begin() + static_cast<std::ptrdiff_t>(turn_++ % asked.size()));
  }
  for (const auto& each : asked)
    if (auto slot = each->try_reserve(workflow_type))
      return slot;
  return nullptr;
}

} // namespace troupe::detail
