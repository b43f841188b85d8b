// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/workflow/first_tasks.hpp"

#include "actors/shard/pinned_actor.hpp"
#include "actors/worker/workflow/workflow_job.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/base/time/time.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <utility>

namespace troupe::actors {

void accept_workflow_task(
    const worker_context& worker,
    shard_context& on,
    workflow_shard& runs,
    const sticky_cache_handle& cache,
    workflow::task_message task,
    slot_permit slot,
    bool sticky) {
  if (task->has_scheduled_time() && task->has_started_time())
    runs.counters.workflow_task_schedule_to_start_latency.observe(
        (from_proto(task->started_time()) - from_proto(task->scheduled_time())).count());
  slot.mark_used(
      {.kind = "workflow",
       .task_queue = worker.settings.task_queue,
       .is_sticky = sticky,
       .type = task->workflow_type().name(),
       .operation = {}});
  tell(
      cache,
      run_workflow_task{make_handoff<workflow_job>(
          std::move(task),
          std::move(slot),
          outcome_guard{runs.counters.workflow_tasks, "workflow"},
          on.home.now())});
}

class first_tasks::reservation final : public troupe::detail::reserved_start {
public:
  reservation(std::shared_ptr<first_tasks> of, slot_permit slot)
      : of_(std::move(of)), slot_(std::move(slot)) {}
  void run(message&& task) override { of_->post(std::move(task), std::move(slot_)); }

private:
  std::shared_ptr<first_tasks> of_;
  slot_permit slot_;
};

first_tasks::first_tasks(
    worker_context& worker, shard_context& on, workflow_shard& runs, sticky_cache_handle cache)
    : worker_(&worker), on_(on), runs_(runs), cache_(std::move(cache)) {}

std::unique_ptr<troupe::detail::reserved_start>
first_tasks::try_reserve(std::string_view workflow_type) {
  const std::lock_guard guard{mutex_};
  if (worker_ == nullptr)
    return nullptr;
  const auto& definitions = runs_.options->definitions;
  if (!definitions.contains(workflow_type) && !definitions.contains(std::string_view{}))
    return nullptr;
  auto slot = runs_.options->slots->try_reserve_spare(
      {.kind = "workflow",
       .task_queue = worker_->settings.task_queue,
       .identity = worker_->settings.identity,
       .home = &on_.home});
  // Looked at when the slot is out: a worker that begins to stop later waits for it.
  if (!slot || worker_->draining)
    return nullptr;
  return std::make_unique<reservation>(shared_from_this(), std::move(slot));
}

void first_tasks::post(message&& task, slot_permit slot) {
  const std::lock_guard guard{mutex_};
  if (worker_ == nullptr)
    return log::error(
        "a worker's thread was stopped while a workflow's first task was on its way to it; the "
        "task's timeout ends it",
        {{"workflow_id", task.workflow_execution().workflow_id()},
         {"run_id", task.workflow_execution().run_id()}});
  on_.home.post([self = shared_from_this(),
                 task = std::move(task),
                 slot = std::move(slot)]() mutable { self->accept(task, std::move(slot)); });
}

void first_tasks::accept(message& task, slot_permit slot) {
  const std::lock_guard guard{mutex_};
  if (worker_ == nullptr)
    return;
  runs_.counters.workflow_tasks_without_poll.add();
  workflow::task_message held; // in memory that is used again, as that of any task
  *held = task;
  accept_workflow_task(*worker_, on_, runs_, cache_, std::move(held), std::move(slot), false);
}

void first_tasks::close() noexcept {
  sticky_cache_handle gone; // goes after the lock
  const std::lock_guard guard{mutex_};
  worker_ = nullptr;
  std::swap(gone, cache_);
}

} // namespace troupe::actors
