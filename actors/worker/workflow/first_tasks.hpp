// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/worker/worker_context.hpp"
#include "actors/worker/workflow/workflow_tasks.hpp"
#include "runtime/client/eager_starts.hpp"
#include "runtime/workflow/task_message.hpp"

#include <memory>
#include <mutex>
#include <string_view>

namespace troupe::actors {

/// Counts a workflow task that has come, and hands it to the shard's cache. On the shard.
void accept_workflow_task(
    const worker_context& worker,
    shard_context& on,
    workflow_shard& runs,
    const sticky_cache_handle& cache,
    workflow::task_message task,
    slot_permit slot,
    bool sticky);

/// First tasks of workflows that a client in this process starts: they come to a shard with the
/// answer to the start, without a poll.
///
/// A slot that is kept for one holds up the end of the worker like any other, so the worker still
/// runs the task if it began to stop meanwhile; only a shard that was stopped with its thread
/// leaves it to its timeout. Thread-safe but for the construction.
class first_tasks final : public troupe::detail::start_taker,
                          public std::enable_shared_from_this<first_tasks> {
public:
  /// `worker` holds the station that this belongs to, and both outlive `close`.
  first_tasks(
      worker_context& worker, shard_context& on, workflow_shard& runs, sticky_cache_handle cache);

  [[nodiscard]] std::unique_ptr<troupe::detail::reserved_start>
  try_reserve(std::string_view workflow_type) override;
  /// The worker has stopped: nothing of it is touched from now on.
  void close() noexcept;

private:
  class reservation;
  using message = temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse;
  void post(message&& task, slot_permit slot);
  void accept(message& task, slot_permit slot);

  std::mutex mutex_;       ///< guards what follows, and is held while it is used
  worker_context* worker_; ///< null once it is closed
  shard_context& on_;
  workflow_shard& runs_;
  sticky_cache_handle cache_;
};

} // namespace troupe::actors
