// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <optional>
#include <string_view>

namespace troupe::nexus {

/// Reads a `request-timeout` header: one number and a unit as Nexus says (`10s`, `8.99s`, `500ms`,
/// `1.5m`), or several as Go writes durations (`1m0.5s`, also h, us, µs, ns). Nothing for anything
/// else, for signs, and for what does not fit.
[[nodiscard]] std::optional<duration> parse_timeout(std::string_view text) noexcept;

} // namespace troupe::nexus
