// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/slots/slot_supplier.hpp"
#include "actors/worker/task_outcome.hpp"
#include "runtime/base/executor.hpp"
#include "runtime/workflow/task_message.hpp"

#include <memory>

namespace troupe::workflow {
class instance;
}

namespace troupe::actors {

/// An accepted workflow task on its way to its run, and from the sticky cache on with the run.
struct workflow_job {
  workflow_job(
      workflow::task_message what, slot_permit where, outcome_guard guard, time_point when);
  workflow_job(workflow_job&&) noexcept;
  workflow_job& operator=(workflow_job&&) noexcept;
  ~workflow_job();

  workflow::task_message task;
  std::unique_ptr<workflow::instance> run; ///< null if nobody holds the run yet
  slot_permit slot;
  outcome_guard outcome;
  time_point received;
};

} // namespace troupe::actors
