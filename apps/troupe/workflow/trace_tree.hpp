// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"

#include <temporal/api/enums/v1/workflow.pb.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::cli {

/// One thing that a run does, as far as its history tells: a node of the tree. The run itself, or a
/// child of it, is one too.
struct traced {
  enum class kind : std::uint8_t { workflow, activity, timer };
  using time = std::chrono::sys_time<std::chrono::nanoseconds>;

  kind what = kind::workflow;
  const char* icon = "•"; ///< how it stands
  std::string name;       ///< of its type, or of the timer
  std::optional<time> started, closed;
  int attempt = 0;
  std::optional<temporal::api::failure::v1::Failure> failure;
  int retry_state = 0; ///< 0: none is known

  // Of workflows.
  int status = 0; ///< a `WorkflowExecutionStatus`
  std::string workflow_id, run_id;
  std::string termination_reason, terminated_by;
  std::string cancel_cause, cancelled_by;
  std::int64_t last_event = 0;   ///< that was applied
  std::int64_t known_events = 0; ///< how many there were when it was looked at first
  std::vector<std::shared_ptr<traced>> children;            ///< in the order in which they began
  std::map<std::int64_t, std::shared_ptr<traced>> by_event; ///< those, by what began them

  /// Applies the next event of the run. Gives the child that has just started, if one has.
  std::shared_ptr<traced> apply(const temporal::api::history::v1::HistoryEvent& event);
  [[nodiscard]] bool is_closed() const noexcept;
};

/// How the tree is printed.
struct trace_style {
  std::vector<int> folded; ///< statuses of children that are shown without what they do
  bool folds = true;
  traced::time now{};
};

/// Children of this status show nothing of themselves.
[[nodiscard]] bool is_folded(const trace_style& style, const traced& what);

/// The tree, a line each, as the Temporal CLI draws it.
[[nodiscard]] std::string
draw_trace(const traced& root, const trace_style& style, const global_flags& flags);

/// Events that were applied in the whole tree, and how many there were at first.
[[nodiscard]] std::pair<std::int64_t, std::int64_t> count_events(const traced& root);

} // namespace troupe::cli
