// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe::embedded {

/// Why a start with this cron schedule is refused, in the real server's words; empty if it is not.
/// `now` matters as a schedule must strike within five years.
std::string cron_problem(std::string_view schedule, time_point now);

/// When a cron schedule strikes next, as a pause from `now` rounded up to whole seconds.
///
/// `from` is the execution time of the run that ended (`now` for the first run). Five fields
/// (minute, hour, day of month, month, day of week), `@every 1h30m`, `@hourly` and the like; UTC,
/// or the zone that `CRON_TZ=Europe/Berlin` or `TZ=...` in front names (read from the system's zone
/// files at its first use). Where clocks go forward, a time that does not exist is skipped; where
/// they go back, one that comes twice strikes twice. Nothing: the text is no schedule, or one that
/// never strikes.
std::optional<duration> cron_pause(std::string_view schedule, time_point from, time_point now);

} // namespace troupe::embedded
