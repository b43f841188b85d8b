// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

namespace troupe::cli {

/// `workflow query|stack|metadata`.
void add_workflow_query_commands(CLI::App& group, const global_flags& flags);

} // namespace troupe::cli
