// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// `Sun, 22 Nov 2026 04:24:26 GMT`, whatever the locale.
[[nodiscard]] std::string write_http_date(time_point when);
/// The same back; nothing for the older forms, for what is no date, and for years that a
/// `time_point` has no room for.
[[nodiscard]] std::optional<time_point> parse_http_date(std::string_view text);

} // namespace troupe
