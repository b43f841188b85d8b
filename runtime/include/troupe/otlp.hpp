// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// Where metrics are pushed to: an OpenTelemetry collector that takes OTLP over HTTP, in its JSON
/// form (port 4318 as a rule).
///
/// What is empty is as OpenTelemetry's environment says: `OTEL_EXPORTER_OTLP_ENDPOINT`,
/// `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`.
struct otlp_options {
  /// `http://host:port`; without a word from anybody `http://localhost:4318`. `https` is refused:
  /// let a collector beside the program do that.
  std::string endpoint = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string service_name = {};                    ///< else `troupe`
  std::map<std::string, std::string> resource = {}; ///< more of what describes this process
  std::chrono::milliseconds interval = std::chrono::seconds{60};
  std::chrono::milliseconds timeout = std::chrono::seconds{10}; ///< of one push
};

} // namespace troupe
