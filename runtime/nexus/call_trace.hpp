// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/time/time.hpp"
#include "runtime/nexus/task.hpp"

#include <troupe/tracing.hpp>

#include <memory>
#include <optional>
#include <string>

namespace troupe::nexus {

/// The spans of one request: its handler's, and that of the call that begins what it goes on as.
class call_trace {
public:
  call_trace(std::shared_ptr<tracer> to, const nexus_task& task, time_point now);

  /// The handler's.
  [[nodiscard]] const trace_context& handler() const noexcept { return handler_.context; }

  /// A workflow, say, is about to be started. The context goes into its header.
  const trace_context& begin_call(std::string name, std::string_view id, time_point now);
  void end_call(std::optional<std::string> error, time_point now);

  /// The request is answered, or given up. Only the first time counts.
  void end(std::optional<std::string> error, time_point now);

private:
  void record(trace_span&& what, std::optional<std::string> error, time_point now);

  std::shared_ptr<tracer> to_;
  trace_span handler_;
  std::optional<trace_span> start_;
  bool has_ended_ = false;
};

} // namespace troupe::nexus
