// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/activity/attempt.hpp"
#include "runtime/base/executor.hpp"

#include <troupe/worker_snapshot.hpp>

namespace troupe::actors {

/// An attempt as snapshots show it.
[[nodiscard]] worker_snapshot::activity_attempt shown(const activity::attempt& of, duration age);

} // namespace troupe::actors
