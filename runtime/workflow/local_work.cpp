// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/local_work.hpp"

#include <algorithm>

namespace troupe::workflow {

void local_work::add(local_machine& by, detail::activity_request&& what) {
  all_.push_back({++last_id_, detail::ref<local_machine>{&by}, std::move(what)});
}

bool local_work::cancel(local_machine& by) {
  const auto at = std::ranges::find(all_, &by, [](const auto& one) { return one.by.get(); });
  if (at == all_.end())
    return false;
  if (at->runs) {
    to_cancel_.push_back(at->id);
    return true;
  }
  all_.erase(at);
  return false;
}

void local_work::offer(const history_event& event) {
  for (std::size_t i = 0; i != all_.size();) {
    // It may ask for more work while it hears of its end.
    const auto by = all_[i].by;
    if (by->on_ahead(event))
      std::erase_if(all_, [&](const auto& one) { return one.by.get() == by.get(); });
    else
      ++i;
  }
}

detail::ref<local_machine> local_work::take(std::uint64_t id) {
  const auto at = std::ranges::find(all_, id, &entry::id);
  if (at == all_.end())
    return {};
  auto by = std::move(at->by);
  all_.erase(at);
  return by;
}

activation_need local_work::to_do() {
  activation_need need;
  if (all_.empty())
    return need;
  need.kind = activation_need::what::local_activities;
  for (auto& one : all_)
    if (!one.runs) {
      one.runs = true;
      need.start.push_back({one.id, std::move(one.what)});
    }
  need.cancel = std::exchange(to_cancel_, {});
  return need;
}

} // namespace troupe::workflow
