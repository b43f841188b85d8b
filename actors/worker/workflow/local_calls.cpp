// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/workflow/local_calls.hpp"

#include "actors/worker/worker_context.hpp"

#include <algorithm>

namespace troupe::actors {

void local_calls::begin(
    const std::shared_ptr<worker_context>& worker,
    workflow::activation_need& need,
    const workflow::instance& of,
    const workflow_instance_handle& asker,
    time_point now) {
  if (!need.start.empty() && !of_)
    of_ = of.get_info();
  for (auto& each : need.start) {
    const auto& options = each.request.options;
    auto job = std::make_unique<local_job>();
    auto& info = job->info;
    info.activity_id = options.activity_id;
    info.activity_type = each.request.type;
    info.workflow_id = of_->workflow_id;
    info.run_id = of_->run_id;
    info.workflow_type = of_->workflow_type;
    info.name_space = of_->name_space;
    info.task_queue = worker->settings.task_queue;
    info.schedule_to_close_timeout = options.schedule_to_close_timeout;
    info.start_to_close_timeout = options.start_to_close_timeout;
    info.retry_policy = options.retry_policy;
    info.headers = std::move(each.request.headers);
    info.is_local = true;
    job->asker = asker;
    job->work = run_;
    job->asked = now;
    const auto id = each.id;
    job->what = std::move(each);
    running_.push_back({id, on_.start(worker, std::move(job))});
  }
  for (const auto id : need.cancel)
    if (const auto at = std::ranges::find(running_, id, &call::id); at != running_.end())
      on_.cancel(at->key);
}

bool local_calls::take(local_activity_ended& ended) {
  if (ended.work != run_)
    return false;
  auto result = ended.result.take();
  std::erase_if(running_, [&](const auto& each) { return each.id == result->id; });
  came_.push_back(std::move(*result));
  return true;
}

std::optional<workflow::local_result> local_calls::next() {
  if (came_.empty())
    return std::nullopt;
  std::optional result{std::move(came_.front())};
  came_.pop_front();
  return result;
}

void local_calls::drop(bool stop) {
  ++run_;
  of_.reset();
  came_.clear();
  for (const auto& each : std::exchange(running_, {}))
    if (stop)
      on_.cancel(each.key);
}

} // namespace troupe::actors
