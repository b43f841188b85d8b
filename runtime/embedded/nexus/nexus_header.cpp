// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/nexus/nexus_header.hpp"

#include "runtime/base/text/ascii.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace troupe::embedded {
namespace {

constexpr std::array<std::string_view, 8> disallowed_headers{
    "request-timeout",
    "xdc-redirection",
    "xdc-redirection-api",
    "caller-name",
    "caller-type",
    "call-initiation",
    "temporal-principal-type",
    "temporal-principal-name"};

} // namespace

std::optional<nexus_header_problem>
lower_header(const nexus_header& from, std::size_t max_bytes, nexus_header& to) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : from) {
    bytes += name.size() + value.size();
    const auto small = to_lower(name);
    if (std::find(disallowed_headers.begin(), disallowed_headers.end(), small)
        != disallowed_headers.end())
      return nexus_header_problem{name};
    to[small] = value;
  }
  return bytes > max_bytes ? std::optional{nexus_header_problem{}} : std::nullopt;
}

} // namespace troupe::embedded
