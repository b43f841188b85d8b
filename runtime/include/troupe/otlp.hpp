// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/tracing.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// Where metrics and traces are pushed to: an OpenTelemetry collector that takes OTLP over HTTP, in
/// its JSON form (port 4318 as a rule).
///
/// What is empty is as OpenTelemetry's environment says: `OTEL_EXPORTER_OTLP_ENDPOINT`,
/// `OTEL_EXPORTER_OTLP_CERTIFICATE`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`,
/// `OTEL_RESOURCE_ATTRIBUTES`.
struct otlp_options {
  /// `http://host:port` or `https://host:port`; without a word from anybody
  /// `http://localhost:4318`.
  std::string endpoint = {};
  std::vector<std::pair<std::string, std::string>> headers = {}; ///< of each push: keys, for one
  std::string service_name = {};                                 ///< else `troupe`
  std::map<std::string, std::string> resource = {}; ///< more of what describes this process
  std::chrono::milliseconds interval = std::chrono::seconds{60}; ///< between pushes of metrics
  std::chrono::milliseconds timeout = std::chrono::seconds{10};  ///< of one push
  /// PEM file of who may have signed an `https` collector's certificate; empty: whom the system
  /// trusts.
  std::string ca_file = {};
};

/// How traces are pushed.
struct trace_options {
  /// How many of the traces that begin here are sampled, 0 to 1. Nothing: as `OTEL_TRACES_SAMPLER`
  /// and `OTEL_TRACES_SAMPLER_ARG` say (`always_on`, `always_off`, `traceidratio`, each also as
  /// `parentbased_...`, which is what all of them are here), else all.
  std::optional<double> ratio = {};
  std::size_t max_queued = 2048; ///< what is above is dropped
  std::size_t max_batch = 512;   ///< spans of one push
  std::chrono::milliseconds interval =
      std::chrono::seconds{5}; ///< a push comes sooner if a batch is full
};

/// A tracer that pushes to a collector, at `/v1/traces`, on a thread of its own. For any number of
/// workers. When the last of them lets go of it, it pushes what it has and ends, which takes
/// `timeout` at most. Spans that find the queue full, or whose push failed, are lost; the log says
/// how many. Throws `std::invalid_argument` for options that make no sense, and if the library was
/// built without OTLP (`TROUPE_OTLP`).
[[nodiscard]] std::shared_ptr<tracer>
otlp_tracer(otlp_options options = {}, trace_options traces = {});

} // namespace troupe
