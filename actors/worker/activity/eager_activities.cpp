// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/activity/eager_activities.hpp"

#include "runtime/base/log/log.hpp"
#include "runtime/base/time/saturate.hpp"

#include <caf/actor_system.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <utility>

namespace troupe::actors {

run_activity_task accept_activity_task(
    const worker_context& worker,
    shard_context& on,
    activity_shard& shared,
    activity::task task,
    slot_permit slot,
    bool is_eager) {
  const auto& info = task.info;
  const auto& counts = shared.metrics.of(info);
  (is_eager ? counts.activity_task_received_eagerly : counts.activity_task_received).add();
  shared.metrics.activity_schedule_to_start_latency.observe(
      between(info.current_attempt_scheduled_time, info.started_time).count());
  slot.mark_used(
      {.kind = activity_kind,
       .task_queue = worker.settings.task_queue,
       .type = info.activity_type,
       .operation = {}});
  return run_activity_task{make_handoff<activity_job>(activity_job{
      std::move(task),
      std::move(slot),
      outcome_guard{shared.metrics.activity_tasks, activity_kind},
      on.home.now(),
      &counts})};
}

eager_activities::eager_activities(
    shard_context& on,
    activity_shard& shared,
    coordinator_handle coordinator,
    std::shared_ptr<slot_supplier> slots,
    slot_request by)
    : on_(on), shared_(shared), coordinator_(std::move(coordinator)), slots_(std::move(slots)),
      by_(by) {}

void eager_activities::run(
    const std::shared_ptr<worker_context>& worker,
    const temporal::api::workflowservice::v1::PollActivityTaskQueueResponse& task,
    std::vector<slot_permit>& slots) {
  if (slots.empty() || task.task_token().empty() || task.activity_type().name().empty())
    return log::error(
        "an activity that nobody asked for came with a workflow task's answer; its timeout ends it",
        {{"activity_type", task.activity_type().name()},
         {"activity_id", task.activity_id()},
         {"workflow_id", task.workflow_execution().workflow_id()},
         {"task_queue", worker->settings.task_queue}});
  auto copy = task; // out of the memory of the answer, which is gone before the activity is
  auto slot = std::move(slots.back());
  slots.pop_back();
  activity_handle runner;
  if (shared_.idle.empty()) {
    runner = on_.home.system().spawn<activity_actor>(
        on_.home, worker, on_, shared_, poller_handle{}, coordinator_);
  } else {
    runner = std::move(shared_.idle.back());
    shared_.idle.pop_back();
  }
  shared_.metrics.activity_tasks_without_poll.add();
  tell(
      runner,
      accept_activity_task(
          *worker,
          on_,
          shared_,
          activity::take_task(std::move(copy), worker->settings.task_queue),
          std::move(slot),
          true));
}

void eager_activities::close() noexcept {
  shared_.idle.clear();
  coordinator_ = nullptr;
}

} // namespace troupe::actors
