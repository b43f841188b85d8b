// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/telemetry/snapshot.hpp"

#include <chrono>
#include <map>
#include <string>

namespace troupe::otlp {

/// What a push of metrics says beside the numbers.
struct metrics_frame {
  std::map<std::string, std::string> resource; ///< `service.name` and the like
  std::chrono::system_clock::time_point since; ///< when counting began
  std::chrono::system_clock::time_point now;
};

/// An ExportMetricsServiceRequest in the JSON form of OTLP. Counters and histograms are cumulative;
/// durations are in seconds, as OpenTelemetry wants them; names are those of Temporal's SDKs
/// (`temporal_...`) and ours (`troupe_...`).
[[nodiscard]] std::string to_json(const telemetry::snapshot& from, const metrics_frame& with);

} // namespace troupe::otlp
