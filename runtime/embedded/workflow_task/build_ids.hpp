// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// Which builds of a worker a run has seen: for reset points and the search attribute `BuildIds`.
namespace troupe::embedded {

/// Who completed a workflow task.
struct worker_build {
  const std::string& id;
  const std::string& binary_checksum; ///< older workers have this instead
};

/// A worker of this build completed a task: where a reset may go back to, which builds there were.
void note_build(change& ch, run& on, const worker_build& build, std::int64_t completed_event_id);

/// A workflow upserts search attributes: with `BuildIds` among them the builds so far give way to
/// what it says, and those of later tasks are put behind that.
void replace_builds(run_state& state, const api::common::v1::SearchAttributes& upserted);

/// Puts the search attributes in, `BuildIds` and `BinaryChecksums`: what the run has noted, beside
/// what it has upserted, which is there already.
void show_builds(const run_state& state, api::common::v1::SearchAttributes& to);

/// The next run goes on with the reset points of this one, as long as this one's history is kept.
void carry_reset_points(
    const change& ch, run& on, api::history::v1::WorkflowExecutionStartedEventAttributes& to);

} // namespace troupe::embedded
