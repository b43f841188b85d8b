// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"
#include "runtime/embedded/run/run_rules.hpp"

#include <cstddef>
#include <cstdint>

namespace troupe::embedded {

/// Why a history of this size is too large to go on; null if it is not.
inline const char*
history_problem(const service_settings& settings, std::int64_t bytes, std::size_t events) {
  if (bytes > settings.max_history_bytes)
    return "Workflow history size exceeds limit.";
  if (static_cast<std::int64_t>(events) > settings.max_history_events)
    return "Workflow history count exceeds limit.";
  return nullptr;
}

/// Ends a run whose history is too large before anything is added; the words that whoever wanted to
/// add to it hears, or null if the run goes on.
inline const char* end_if_too_large(change& ch, run& on) {
  const char* const problem =
      history_problem(ch.settings(), on.state.history_size, on.history.size());
  if (problem != nullptr)
    terminate_run(ch, on, problem, nullptr, "history-service");
  return problem;
}

} // namespace troupe::embedded
