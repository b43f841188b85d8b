// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// A duration as Go prints it: `72h0m0s`, `1.5s`, `650ms`.
[[nodiscard]] std::string go_duration(duration span);

/// A duration as Go reads it: `1h30m`, `-1.5s`, `100ms`, `0`. With `days` also `3d`, which Temporal
/// adds in places. Nothing if it is none or does not fit.
[[nodiscard]] std::optional<duration>
parse_go_duration(std::string_view text, bool days = false) noexcept;

/// `PT1.5S`, the ISO 8601 form that the SDKs of other languages read.
[[nodiscard]] std::string iso8601_duration(duration span);

/// `PnDTnHnMn.nS` with any part left out and a sign in front; also `1.5s`, as protobuf's JSON has
/// it. Nothing if it is none or does not fit. Digits beyond nanoseconds are cut off.
[[nodiscard]] std::optional<duration> parse_iso8601_duration(std::string_view text);

} // namespace troupe
