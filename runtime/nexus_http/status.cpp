// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus_http/status.hpp"

#include <array>
#include <utility>

namespace troupe::nexus_http {

namespace {

constexpr std::array<std::pair<std::string_view, unsigned>, 11> statuses{{
    {"BAD_REQUEST", 400},
    {"UNAUTHENTICATED", 401},
    {"UNAUTHORIZED", 403},
    {"NOT_FOUND", 404},
    {"REQUEST_TIMEOUT", 408},
    {"CONFLICT", 409},
    {"RESOURCE_EXHAUSTED", 429},
    {"INTERNAL", 500},
    {"NOT_IMPLEMENTED", 501},
    {"UNAVAILABLE", 503},
    {"UPSTREAM_TIMEOUT", 520},
}};

} // namespace

unsigned status_of(std::string_view type) noexcept {
  for (const auto& [name, status] : statuses)
    if (name == type)
      return status;
  return 500;
}

std::string_view type_of(unsigned status) noexcept {
  for (const auto& [name, each] : statuses)
    if (each == status)
      return name;
  return {};
}

} // namespace troupe::nexus_http
