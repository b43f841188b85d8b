// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// As W3C Trace Context has it; all zero: none.
using trace_id = std::array<std::uint8_t, 16>;
/// As W3C Trace Context has it; all zero: none.
using span_id = std::array<std::uint8_t, 8>;

/// Which span of which trace something belongs to (W3C Trace Context, version 00).
struct trace_context {
  trace_id trace = {};     ///< of all spans that belong together
  span_id span = {};       ///< the one that what comes next lies within
  bool is_sampled = false; ///< false: the trace is passed on, but nothing of it is recorded

  /// Neither id may be all zeros.
  [[nodiscard]] bool is_valid() const noexcept;

  friend bool operator==(const trace_context&, const trace_context&) = default;
};

/// The value of a `traceparent` header: `00-<trace>-<span>-01`.
[[nodiscard]] std::string to_traceparent(const trace_context& from);
/// Reads one; nothing if it is none. Of a version that is not known, what version 00 has is read.
[[nodiscard]] std::optional<trace_context> from_traceparent(std::string_view text) noexcept;

/// As OpenTelemetry numbers them.
enum class span_kind { internal = 1, server = 2, client = 3 };

/// Something that began and has ended.
struct trace_span {
  std::string name;                     ///< as Temporal's SDKs name it: `RunWorkflow:greeting`
  span_kind kind = span_kind::internal; ///< who waits for whom
  trace_context context = {};           ///< its own ids
  span_id parent = {};                  ///< all zeros: it is the first of its trace
  std::chrono::sys_time<std::chrono::nanoseconds> start = {}; ///< when it began
  std::chrono::sys_time<std::chrono::nanoseconds> end = {};   ///< when it ended
  /// `temporalWorkflowID`, `temporalRunID` where there are such.
  std::vector<std::pair<std::string, std::string>> attributes = {};
  std::optional<std::string> error = {}; ///< present: it failed, and why
};

/// Takes the spans of workers and clients. `otlp_tracer` pushes them to a collector; derive from
/// this to hand them to something else.
///
/// A worker with a tracer passes traces on: from the header `_tracer-data` of a workflow (where
/// Temporal's SDKs keep it) to the Nexus operations that it starts, and from the `traceparent`
/// header of a Nexus request to the workflow that its handler starts. Its spans are
/// `RunWorkflow:TYPE`, `StartNexusOperation:SERVICE/OPERATION`,
/// `RunStartNexusOperationHandler:SERVICE/OPERATION`,
/// `RunCancelNexusOperationHandler:SERVICE/OPERATION` and `StartWorkflow:TYPE`.
///
/// What a workflow does is recorded once, when the service has taken it, and never while it
/// replays; the ids of its spans are made of its run id, so they are the same in every replay.
class tracer {
public:
  tracer() = default;
  tracer(const tracer&) = delete;
  tracer& operator=(const tracer&) = delete;
  virtual ~tracer() = default;

  /// Takes a span that has ended and is sampled. Called from any thread, also from shards: it must
  /// not block.
  virtual void record(trace_span&& ended) noexcept = 0;

  /// Whether a trace that begins here is sampled. One that came from elsewhere brings its own
  /// answer. Called from any thread; the same trace must always get the same answer.
  [[nodiscard]] virtual bool samples(const trace_id& trace) noexcept;
};

} // namespace troupe
