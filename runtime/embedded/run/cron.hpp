// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <optional>
#include <string_view>

namespace troupe::embedded {

/// When a cron schedule strikes next, as a pause from `now` rounded up to whole seconds.
///
/// `from` is the execution time of the run that ended (`now` for the first run). Five fields
/// (minute, hour, day of month, month, day of week), `@every 1h30m`, `@hourly` and the like; times
/// are UTC, other zones are refused. Nothing: the text is no schedule.
std::optional<duration> cron_pause(std::string_view schedule, time_point from, time_point now);

} // namespace troupe::embedded
