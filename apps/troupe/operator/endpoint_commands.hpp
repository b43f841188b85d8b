// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

namespace troupe::cli {

/// `operator nexus endpoint ...`
void add_endpoint_commands(CLI::App& parent, const global_flags& flags);

} // namespace troupe::cli
