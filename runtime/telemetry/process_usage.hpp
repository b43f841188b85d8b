// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/telemetry/registry.hpp"

#include <vector>

namespace troupe::telemetry {

/// What this process has taken of the machine, under the names that Prometheus has for it:
/// `process_resident_memory_bytes`, `process_cpu_seconds_total`. Asked of the system whenever the
/// registry is read, as long as what is returned lives; 0 where the system does not tell.
[[nodiscard]] std::vector<observed> observe_process(registry& to);

} // namespace troupe::telemetry
