// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/telemetry/metric.hpp"

namespace troupe::actors {

/// Both by `worker_type`.
inline constexpr telemetry::metric used_slots{
    .name = "worker_task_slots_used",
    .kind = telemetry::metric_kind::gauge,
    .help = "slots with a task in them"};
inline constexpr telemetry::metric available_slots{
    .name = "worker_task_slots_available",
    .kind = telemetry::metric_kind::gauge,
    .help = "slots without a task in them"};

} // namespace troupe::actors
