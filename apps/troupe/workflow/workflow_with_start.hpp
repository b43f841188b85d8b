// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

namespace troupe::cli {

/// `workflow signal-with-start|start-update-with-start|execute-update-with-start`.
void add_workflow_with_start_commands(CLI::App& group, const global_flags& flags);

} // namespace troupe::cli
