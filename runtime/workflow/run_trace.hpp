// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <troupe/tracing.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::workflow {

/// The spans of a run. Their ids are made of its run id and their number, so a replay gives the
/// same headers to the same commands.
class run_trace {
public:
  /// `parent` is what the header of the run's start said.
  run_trace(
      std::shared_ptr<tracer> to,
      const std::optional<trace_context>& parent,
      std::string_view run_id,
      std::string_view workflow_type,
      std::string_view workflow_id);

  /// The context of something that the code starts: `StartActivity:NAME`.
  trace_context start_call(std::string name, time_point now, bool is_replaying);
  /// The run's own, for one that follows it.
  [[nodiscard]] const trace_context& run() const noexcept { return run_.context; }
  /// The code was told something: `HandleSignal:NAME`, `HandleUpdate:NAME`. `sender` is what the
  /// message's header said.
  void handle_message(
      std::string name,
      const std::optional<trace_context>& sender,
      time_point now,
      const std::exception_ptr& error);
  /// The code has ended the run.
  void end(time_point started, time_point now, const std::exception_ptr& error);

  /// What the answer to the task has to say, once the service has taken it.
  [[nodiscard]] std::vector<trace_span> take();

private:
  void keep(trace_span&& what);

  std::shared_ptr<tracer> to_;
  trace_span run_;
  std::uint32_t spans_ = 0;
  std::vector<trace_span> ended_;
};

} // namespace troupe::workflow
