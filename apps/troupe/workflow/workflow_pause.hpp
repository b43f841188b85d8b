// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

namespace troupe::cli {

/// `workflow pause|unpause|update-options`.
void add_workflow_pause_commands(CLI::App& group, const global_flags& flags);

} // namespace troupe::cli
