// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

#include <string>

namespace temporal::api::failure::v1 {
class Failure;
}
namespace temporal::api::update::v1 {
class Outcome;
}

namespace troupe::cli {

class connection;

/// `workflow update start|execute|describe|result`.
void add_workflow_update_commands(CLI::App& group, const global_flags& flags);

/// Waits for the end of an update, as long as it takes; throws `command_error` that begins with
/// `what` if nobody can say.
temporal::api::update::v1::Outcome wait_for_update(
    connection& to,
    const std::string& workflow_id,
    const std::string& run_id,
    const std::string& update_id,
    const std::string& what);

/// The error of a command whose update has failed or was rejected.
[[noreturn]] void throw_failed_update(const temporal::api::failure::v1::Failure& failure);

} // namespace troupe::cli
