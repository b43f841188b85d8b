// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

namespace troupe::cli {

/// `activity update-options`, of one activity.
void add_activity_options_command(CLI::App& group, const global_flags& flags);

} // namespace troupe::cli
