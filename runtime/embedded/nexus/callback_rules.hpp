// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"

namespace troupe::embedded {

/// Retries of callbacks whose pause is over.
void serve_callback_deadlines(change& ch, run& on);

/// Queues the deliveries of a closed run that are not under way yet.
void dispatch_callbacks(change& ch, run& on);

} // namespace troupe::embedded
