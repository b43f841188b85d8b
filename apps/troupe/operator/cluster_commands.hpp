// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

namespace troupe::cli {

/// `operator cluster ...`
void add_cluster_commands(CLI::App& parent, const global_flags& flags);

} // namespace troupe::cli
