// SPDX-License-Identifier: Apache-2.0
#include "runtime/activity/registry.hpp"

#include <stdexcept>
#include <utility>

namespace troupe::activity {

void registry::add(implementation what) {
  if (!what.code)
    throw std::invalid_argument("the activity '" + what.name + "' has no code");
  if (what.name.empty()) {
    if (others_)
      throw std::invalid_argument("the worker has activities for all other types already");
    others_ = std::move(what.code);
    return;
  }
  if (what.name.starts_with("__temporal_"))
    throw std::invalid_argument(
        "the activity name '" + what.name
        + "' is reserved: names must not begin with '__temporal_'");
  if (!all_.try_emplace(what.name, std::move(what.code)).second)
    throw std::invalid_argument("an activity of the type " + what.name + " has been added already");
}

void registry::replace(implementation what) {
  all_.erase(what.name);
  add(std::move(what));
}

std::shared_ptr<const detail::implementation_base> registry::find(std::string_view type) const {
  const auto found = all_.find(type);
  return found == all_.end() ? others_ : found->second;
}

std::string registry::first_coroutine() const {
  for (const auto& [name, code] : all_)
    if (code->is_coroutine())
      return "the activity " + name;
  return others_ && others_->is_coroutine() ? "the activity for all other types" : std::string{};
}

std::string registry::known() const {
  std::string list;
  for (const auto& [name, code] : all_)
    list.append(list.empty() ? "" : ", ").append(name);
  return list;
}

} // namespace troupe::activity
