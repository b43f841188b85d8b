// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace troupe {

/// How metrics look to Prometheus. The defaults are those of Temporal's SDKs that are built on its
/// core (Python, TypeScript, .NET, Ruby), so that what was made for their metrics fits ours.
///
/// Metrics that Temporal's SDKs have bear their names, labels and buckets behind `prefix`; those
/// that only we have begin with `troupe_`.
struct prometheus_options {
  std::string prefix = "temporal_";   ///< before the names that Temporal's SDKs have too
  bool counters_total_suffix = false; ///< `_total` behind counters
  bool unit_suffix = false;           ///< `_milliseconds`, `_seconds`, `_bytes` behind the name
  bool durations_as_seconds = false;  ///< instead of milliseconds
  bool attach_service_name = true;    ///< the label `service_name="troupe"`
  std::map<std::string, std::string> labels = {}; ///< more of them, on everything
};

} // namespace troupe
