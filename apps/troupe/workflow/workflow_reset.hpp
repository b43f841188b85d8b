// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

namespace troupe::cli {

/// `workflow reset`.
void add_workflow_reset_command(CLI::App& group, const global_flags& flags);

} // namespace troupe::cli
