// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/request_timeout.hpp"

#include "runtime/base/time/duration_text.hpp"

namespace troupe::nexus {

std::optional<duration> parse_timeout(std::string_view text) noexcept {
  if (text.starts_with('-') || text.starts_with('+'))
    return std::nullopt;
  return parse_go_duration(text);
}

} // namespace troupe::nexus
