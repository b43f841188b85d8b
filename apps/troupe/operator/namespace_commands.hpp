// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

namespace troupe::cli {

/// `operator namespace ...`
void add_namespace_commands(CLI::App& parent, const global_flags& flags);

} // namespace troupe::cli
