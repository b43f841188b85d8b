// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

namespace temporal::api::history::v1 {
class History;
}

namespace troupe::workflow {

/// One step of replay: the events up to a WorkflowTaskStarted whose task was answered (or is the
/// current one).
struct history_step {
  int last = 0;          ///< index of its last event
  bool runs_code = true; ///< false: it ends with the end of the workflow
};

/// Finds the end of the step that begins at index `from`: tasks that failed or timed out end none.
/// Nothing if the events end before a step does.
std::optional<history_step> next_step(const temporal::api::history::v1::History& history, int from);

} // namespace troupe::workflow
