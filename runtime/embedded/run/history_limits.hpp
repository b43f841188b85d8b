// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"
#include "runtime/embedded/run/run_rules.hpp"

namespace troupe::embedded {

/// Why the history of a run is too large to go on; null if it is not.
inline const char* history_problem(const change& ch, const run& on) {
  if (on.state.history_size > ch.settings().max_history_bytes)
    return "Workflow history size exceeds limit.";
  if (static_cast<std::int64_t>(on.history.size()) > ch.settings().max_history_events)
    return "Workflow history count exceeds limit.";
  return nullptr;
}

/// Ends a run whose history is too large; the words that whoever wanted to add to it hears, or null
/// if the run goes on.
inline const char* end_if_too_large(change& ch, run& on) {
  const char* const problem = history_problem(ch, on);
  if (problem != nullptr)
    terminate_run(ch, on, problem, nullptr, "history-service");
  return problem;
}

} // namespace troupe::embedded
