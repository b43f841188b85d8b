// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::embedded {

/// The workflow task that is pending at one point of a history.
struct pending_at {
  std::int64_t scheduled_event_id = 0;
  std::int64_t started_event_id = 0; ///< 0: nobody had taken it

  bool operator==(const pending_at&) const = default;
};

/// The task that is pending after the event of this id; nothing if there is none.
std::optional<pending_at> task_pending_after(const run& on, std::int64_t event_id);

/// Makes a run of the first events of another one, which is still as it was, and makes it the
/// current one: what was pending then is pending again. It has no workflow task yet.
run& rebuild_run(change& ch, const run& base, std::string run_id, std::int64_t last_event_id);

/// Brings an event from after that point into a rebuilt run, if it is of what is pending there or
/// stands for itself: signals, updates, attached requests, what became of operations and children.
/// `own` is true of the base run's events, false of those of runs that followed it.
struct reapplied_kinds {
  bool signals = true;
  bool updates = true;
  bool operations = true;
  bool others = true; ///< children, attached requests
};
void reapply(
    change& ch, run& on, const history_event& event, const reapplied_kinds& which, bool own);

} // namespace troupe::embedded
