// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/local/local_work.hpp"

#include <algorithm>

namespace troupe::workflow {

void local_work::add(local_machine& by, detail::local_activity_request&& what) {
  all_.push_back({++last_id_, detail::ref<local_machine>{&by}, std::move(what)});
}

std::vector<local_work::entry>::iterator local_work::find(local_machine& by) {
  return std::ranges::find(all_, &by, [](const auto& one) { return one.by.get(); });
}

void local_work::cancel(local_machine& by) {
  const auto at = find(by);
  if (at == all_.end())
    return;
  if (at->runs)
    to_cancel_.push_back(at->id);
  else
    at->is_cancelled = true;
}

void local_work::leave(local_machine& by, bool stop) {
  const auto at = find(by);
  if (at == all_.end())
    return;
  if (at->runs && stop)
    to_cancel_.push_back(at->id);
  all_.erase(at);
}

bool local_work::offer(const history_event& event) {
  for (const auto& one : all_) {
    // It may ask for more work while it hears of its end.
    const auto by = one.by;
    if (!by->on_ahead(event))
      continue;
    leave(*by, false);
    return true;
  }
  return false;
}

detail::ref<local_machine> local_work::take(std::uint64_t id) {
  const auto at = std::ranges::find(all_, id, &entry::id);
  if (at == all_.end())
    return {};
  auto by = std::move(at->by);
  all_.erase(at);
  return by;
}

void local_work::add_waits(std::vector<std::string>& to) const {
  for (const auto& one : all_)
    if (auto what = one.by->waits_for(); !what.empty())
      to.push_back(std::move(what));
}

activation_need local_work::to_do() {
  activation_need need;
  if (!all_.empty())
    need.kind = activation_need::what::local_activities;
  need.cancel = std::exchange(to_cancel_, {});
  for (auto& one : all_) {
    if (one.runs)
      continue;
    one.runs = true;
    need.start.push_back({one.id, std::move(one.what)});
    if (one.is_cancelled)
      need.cancel.push_back(one.id);
  }
  return need;
}

} // namespace troupe::workflow
