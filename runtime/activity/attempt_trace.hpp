// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <troupe/activity/info.hpp>
#include <troupe/tracing.hpp>

#include <memory>
#include <optional>
#include <string>

namespace troupe::activity {

/// The span of one attempt: `RunActivity:TYPE`, within that of the call that asked for it.
class attempt_trace {
public:
  attempt_trace(std::shared_ptr<tracer> to, const activity::info& of, time_point now);

  [[nodiscard]] const trace_context& context() const noexcept { return span_.context; }
  /// Only the first time counts.
  void end(std::optional<std::string> error, time_point now);

private:
  std::shared_ptr<tracer> to_; ///< null once it has ended
  trace_span span_;
};

} // namespace troupe::activity
