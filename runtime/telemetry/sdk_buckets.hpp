// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/telemetry/metric.hpp"

/// The bounds that Temporal's SDKs give their latency histograms, so that dashboards made for those
/// fit ours.
namespace troupe::telemetry::buckets {

/// Execution of workflow tasks.
inline constexpr auto workflow_task = milliseconds(1, 10, 20, 50, 100, 200, 500, 1'000);
/// Execution of activities.
inline constexpr auto activity_execution = milliseconds(50, 100, 500, 1'000, 5'000, 10'000, 60'000);
/// From the start of a run to its end.
inline constexpr auto workflow_endtoend = milliseconds(
    100,
    500,
    1'000,
    1'500,
    2'000,
    5'000,
    10'000,
    30'000,
    60'000,
    120'000,
    300'000,
    600'000,
    1'800'000,
    3'600'000,
    30'600'000,
    86'400'000);
/// Of tasks of every kind.
inline constexpr auto schedule_to_start =
    milliseconds(100, 500, 1'000, 5'000, 10'000, 100'000, 1'000'000);
/// What has no bounds of its own.
inline constexpr auto other = milliseconds(50, 100, 500, 1'000, 2'500, 10'000);

} // namespace troupe::telemetry::buckets
