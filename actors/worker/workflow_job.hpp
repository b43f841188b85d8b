// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/slot_pool.hpp"
#include "actors/worker/worker_counters.hpp"
#include "runtime/base/executor.hpp"

#include <memory>

namespace temporal::api::workflowservice::v1 {
class PollWorkflowTaskQueueResponse;
}

namespace troupe::actors {

/// An accepted workflow task on its way to its run.
struct workflow_job {
  using task_message = temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse;

  workflow_job(
      std::unique_ptr<task_message> what, slot_permit where, outcome_guard guard, time_point when);
  workflow_job(workflow_job&&) noexcept;
  workflow_job& operator=(workflow_job&&) noexcept;
  ~workflow_job();

  std::unique_ptr<task_message> task;
  slot_permit slot;
  outcome_guard outcome;
  time_point received;
};

} // namespace troupe::actors
