// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

namespace troupe::cli {

/// `workflow signal|cancel|terminate|delete`, of one workflow.
void add_workflow_change_commands(CLI::App& group, const global_flags& flags);

} // namespace troupe::cli
