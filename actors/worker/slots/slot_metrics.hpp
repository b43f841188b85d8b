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

/// Of one budget for many workers; all by `worker_type`.
inline constexpr telemetry::metric share_weight{
    .name = "host_share_weight",
    .kind = telemetry::metric_kind::gauge,
    .help = "of what is left of the host's slots when all workers have their minimum",
    .is_ours = true};
inline constexpr telemetry::metric share_minimum{
    .name = "host_share_minimum",
    .kind = telemetry::metric_kind::gauge,
    .help = "slots of the host that are kept for this worker",
    .is_ours = true};
inline constexpr telemetry::metric share_running{
    .name = "host_share_running",
    .kind = telemetry::metric_kind::gauge,
    .help = "slots of the host that this worker has",
    .is_ours = true};
inline constexpr telemetry::metric share_waiting{
    .name = "host_share_waiting_tasks",
    .kind = telemetry::metric_kind::gauge,
    .help = "tasks that have come and wait for a slot of the host",
    .is_ours = true};

} // namespace troupe::actors
