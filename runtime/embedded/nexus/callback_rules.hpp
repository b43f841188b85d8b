// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"

#include <cstdint>
#include <vector>

namespace troupe::embedded {

/// Retries of those of these callbacks (by number) whose pause is over.
void serve_callback_deadlines(change& ch, run& on, const std::vector<std::int64_t>& due);

/// Sends the deliveries that this decision made necessary, of a closed run.
void dispatch_callbacks(change& ch, run& on);

} // namespace troupe::embedded
