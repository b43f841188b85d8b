// SPDX-License-Identifier: Apache-2.0
#include "runtime/access/grants.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace troupe::access {

namespace {

constexpr std::array<std::pair<std::string_view, role>, 4> words{
    {{"read", role::read},
     {"worker", role::worker},
     {"write", role::write},
     {"admin", role::admin}}};

} // namespace

std::optional<role> parse_role(std::string_view word) noexcept {
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  for (const auto& [name, of] : words)
    if (std::ranges::equal(word, name, same))
      return of;
  return std::nullopt;
}

std::string_view name_of(role of) noexcept {
  for (const auto& [name, known] : words)
    if (known == of)
      return name;
  return "anyone";
}

role grants::in(std::string_view name_space) const noexcept {
  if (name_space.empty())
    return system;
  const auto found = namespaces.find(name_space);
  return found == namespaces.end() ? system : std::max(system, found->second);
}

bool grants::add(std::string_view permission) {
  const auto colon = permission.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return false;
  const auto scope = permission.substr(0, colon);
  const auto granted = parse_role(permission.substr(colon + 1));
  if (!granted)
    return false;
  auto& has = scope == system_scope ? system : namespaces[std::string{scope}];
  has = std::max(has, *granted);
  return true;
}

} // namespace troupe::access
