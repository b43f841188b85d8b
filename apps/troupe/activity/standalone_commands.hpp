// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

#include <string>

namespace temporal::api::activity::v1 {
class ActivityExecutionOutcome;
}

namespace troupe::cli {

class connection;
class json_object;

/// `activity start|execute`: activities that no workflow has asked for. Services where they are
/// switched off refuse them.
void add_standalone_start_commands(CLI::App& group, const global_flags& flags);
/// `activity describe|list|count|cancel|terminate|result` of such activities.
void add_standalone_commands(CLI::App& group, const global_flags& flags);

/// How such an activity ended; waits for it. Throws `command_error` with `prefix` and the service's
/// words.
temporal::api::activity::v1::ActivityExecutionOutcome wait_for_outcome(
    connection& to,
    const std::string& prefix,
    const std::string& activity_id,
    const std::string& run_id);
/// Prints it; `out` already has what names the activity. Throws `failed_outcome` for a failure.
void print_outcome(
    const temporal::api::activity::v1::ActivityExecutionOutcome& outcome,
    json_object out,
    const global_flags& flags);

} // namespace troupe::cli
