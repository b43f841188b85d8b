// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/workflow/workflow_poll_source.hpp"

#include "actors/worker/workflow/first_tasks.hpp"
#include "actors/worker/workflow/workflow_job.hpp"
#include "runtime/rpc/unary.hpp"
#include "runtime/workflow/instance.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::actors {

namespace wire = temporal::api::workflowservice::v1;

workflow_job::workflow_job(
    workflow::task_message what, slot_permit where, outcome_guard guard, time_point when)
    : task(std::move(what)), slot(std::move(where)), outcome(std::move(guard)), received(when) {}
workflow_job::workflow_job(workflow_job&&) noexcept = default;
workflow_job& workflow_job::operator=(workflow_job&&) noexcept = default;
workflow_job::~workflow_job() = default;

workflow_poll_source::workflow_poll_source(
    std::shared_ptr<worker_context> worker,
    shard_context& shard,
    workflow_shard& context,
    sticky_cache_handle cache,
    bool sticky)
    : worker_(std::move(worker)), shard_(shard), context_(context), cache_(std::move(cache)),
      sticky_(sticky) {
  const auto& settings = worker_->settings;
  wire::PollWorkflowTaskQueueRequest request;
  request.set_namespace_(settings.name_space);
  request.set_identity(settings.identity);
  request.set_worker_instance_key(settings.instance_key);
  auto& queue = *request.mutable_task_queue();
  if (sticky_) {
    queue.set_name(context_.sticky_queue);
    queue.set_kind(temporal::api::enums::v1::TASK_QUEUE_KIND_STICKY);
    queue.set_normal_name(settings.task_queue);
  } else {
    queue.set_name(settings.task_queue);
    queue.set_kind(temporal::api::enums::v1::TASK_QUEUE_KIND_NORMAL);
  }
  request_ = request.SerializeAsString();
}

poll_result workflow_poll_source::read(rpc::bytes answer, const poller_handle&) {
  poll_result result;
  workflow::task_message task;
  if (!rpc::decode(answer, *task)) {
    result.unreadable = "not a PollWorkflowTaskQueueResponse";
    return result;
  }
  if (task->has_poller_scaling_decision())
    result.poller_advice = task->poller_scaling_decision().poll_request_delta_suggestion();
  if (task->task_token().empty()) {
    context_.counters.workflow_task_queue_poll_empty.add();
    return result;
  }
  if (task->workflow_execution().run_id().empty() || task->workflow_type().name().empty()) {
    result.unreadable = "a workflow task without run or type";
    return result;
  }
  context_.counters.workflow_task_queue_poll_succeed.add();
  result.deliver = [this, held = std::move(task)](slot_permit slot) mutable {
    accept_workflow_task(
        *worker_, shard_, context_, cache_, std::move(held), std::move(slot), sticky_);
  };
  return result;
}

} // namespace troupe::actors
