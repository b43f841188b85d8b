// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

namespace troupe::cli {

/// Adds `generate` below `nexus`.
void add_generate_command(CLI::App& nexus, const global_flags& flags);

} // namespace troupe::cli
