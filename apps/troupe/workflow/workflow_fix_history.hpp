// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

#include <string>

namespace troupe::cli {

/// `workflow fix-history-json`: writes an older tool's history anew.
void add_workflow_fix_history_command(CLI::App& group, const global_flags& flags);

/// A history in JSON of any age (enums as `TimerFired` or `EVENT_TYPE_TIMER_FIRED`, fields that
/// nobody knows any more) as it is written today, over several lines. Throws `command_error` for
/// what is no JSON, or no history.
[[nodiscard]] std::string fixed_history(const std::string& json);

} // namespace troupe::cli
