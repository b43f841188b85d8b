// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/activity/activity_tasks.hpp"

#include "actors/worker/activity/activity_actor.hpp"
#include "actors/worker/activity/eager_activities.hpp"
#include "runtime/activity/environment.hpp"
#include "runtime/activity/task.hpp"
#include "runtime/rpc/methods.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>

#include <temporal/api/enums/v1/task_queue.pb.h>

#include <utility>
#include <vector>

namespace troupe::actors {

namespace {

/// Polls for activity tasks and gives each to an actor that is free, or to a new one.
class activity_poll_source final : public poll_source {
public:
  activity_poll_source(
      std::shared_ptr<worker_context> worker,
      shard_context& context,
      activity_shard& shared,
      coordinator_handle coordinator,
      std::optional<double> most_per_second)
      : worker_(std::move(worker)), context_(context), shared_(shared),
        coordinator_(std::move(coordinator)), request_(activity::make_poll_request(
                                                  {worker_->settings.name_space,
                                                   worker_->settings.task_queue,
                                                   worker_->settings.identity,
                                                   worker_->settings.instance_key,
                                                   most_per_second})) {}

  rpc::bytes make_request() override { return request_; }

  poll_result read(rpc::bytes answer, const poller_handle& poller) override {
    poll_result result;
    auto polled = activity::read_poll_answer(answer, worker_->settings.task_queue);
    if (!polled) {
      result.unreadable = polled.error();
      return result;
    }
    result.poller_advice = polled->poller_delta;
    if (!polled->task) {
      shared_.metrics.activity_poll_no_task.add();
      return result;
    }
    result.deliver = [this, poller, task = std::move(*polled->task)](slot_permit slot) mutable {
      activity_handle runner;
      if (idle_.empty()) {
        runner = context_.home.system().spawn<activity_actor>(
            context_.home, worker_, context_, shared_, poller, coordinator_);
      } else {
        runner = std::move(idle_.back());
        idle_.pop_back();
      }
      tell(
          runner,
          accept_activity_task(
              *worker_, context_, shared_, std::move(task), std::move(slot), false));
    };
    return result;
  }

  void task_ended(const caf::strong_actor_ptr& who) override {
    idle_.push_back(caf::actor_cast<activity_handle>(who));
  }

private:
  std::shared_ptr<worker_context> worker_;
  shard_context& context_;
  activity_shard& shared_;
  coordinator_handle coordinator_;
  rpc::bytes request_; ///< the same for every poll
  std::vector<activity_handle> idle_;
};

class activity_station final : public task_station {
public:
  activity_station(const station_setup& with, activity_task_options options)
      : shard_(with.shard), most_per_second_(options.most_per_second),
        shared_(
            std::move(options.environment),
            activity_metrics{*with.shard.meter},
            with.shard.home,
            options.heartbeats),
        coordinator_(with.coordinator), eager_(
                                            with.shard,
                                            shared_,
                                            with.coordinator,
                                            options.slots,
                                            {.kind = activity_kind,
                                             .task_queue = with.worker->settings.task_queue,
                                             .identity = with.worker->settings.identity,
                                             .home = &with.shard.home}) {
    if (options.is_eager && !options.most_per_second)
      shard_.eager = &eager_;
  }

  std::unique_ptr<poll_source>
  make_source(const std::shared_ptr<worker_context>& worker, std::size_t) override {
    return std::make_unique<activity_poll_source>(
        worker, shard_, shared_, coordinator_, most_per_second_);
  }

  void close() override {
    shard_.eager = nullptr;
    eager_.close();
    shared_.clock.clear();
    coordinator_ = nullptr;
  }

private:
  shard_context& shard_;
  std::optional<double> most_per_second_;
  activity_shard shared_;
  coordinator_handle coordinator_;
  eager_activities eager_;
};

} // namespace

task_kind activity_tasks(const activity_task_options& options) {
  return {
      .name = activity_kind,
      .worker_type = "ActivityWorker",
      .queue_type = temporal::api::enums::v1::TASK_QUEUE_TYPE_ACTIVITY,
      .polls = {{"activity_task", rpc::methods::workflow_service::poll_activity_task_queue}},
      .pollers = options.pollers,
      .slots = options.slots,
      .open = [options](const station_setup& with) {
        return std::make_unique<activity_station>(with, options);
      }};
}

} // namespace troupe::actors
