// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

namespace troupe::cli {

/// `workflow trace`: a workflow and its children as a tree that is drawn anew while they go on.
void add_workflow_trace_command(CLI::App& group, const global_flags& flags);

} // namespace troupe::cli
