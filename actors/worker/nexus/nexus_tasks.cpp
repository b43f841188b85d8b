// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/nexus/nexus_tasks.hpp"

#include "actors/worker/nexus/nexus_handler_actor.hpp"
#include "runtime/nexus/dispatch.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>

#include <temporal/api/enums/v1/task_queue.pb.h>

#include <vector>

namespace troupe::actors {

namespace {

constexpr std::string_view kind_name = "nexus";

/// Polls for Nexus tasks and gives each to a handler that is free, or to a new one.
class nexus_poll_source final : public poll_source {
public:
  nexus_poll_source(
      std::shared_ptr<worker_context> worker,
      shard_context& context,
      nexus_shard& nexus,
      coordinator_handle coordinator)
      : worker_(std::move(worker)), context_(context), nexus_(nexus),
        coordinator_(std::move(coordinator)), request_(nexus::make_poll_request(
                                                  {worker_->settings.name_space,
                                                   worker_->settings.task_queue,
                                                   worker_->settings.identity,
                                                   worker_->settings.instance_key})) {}

  rpc::bytes make_request() override { return request_; }

  poll_result read(rpc::bytes answer, const poller_handle& poller) override {
    poll_result result;
    auto polled = nexus::read_poll_answer(std::move(answer));
    if (!polled) {
      result.unreadable = polled.error();
      return result;
    }
    result.poller_advice = polled->poller_delta;
    if (!polled->task) {
      nexus_.metrics.nexus_poll_no_task.add();
      return result;
    }
    result.deliver = [this, poller, task = std::move(*polled->task)](slot_permit slot) mutable {
      slot.mark_used(
          {.kind = kind_name,
           .task_queue = worker_->settings.task_queue,
           .type = task.service,
           .operation = task.operation});
      nexus_handler_handle handler;
      if (idle_.empty()) {
        handler = context_.home.system().spawn<nexus_handler_actor>(
            context_.home, worker_, context_, nexus_, poller, coordinator_);
      } else {
        handler = std::move(idle_.back());
        idle_.pop_back();
      }
      tell(
          handler,
          run_nexus_task{make_handoff<nexus_job>(nexus_job{
              std::move(task),
              std::move(slot),
              outcome_guard{nexus_.metrics.nexus_tasks, kind_name},
              context_.home.now()})});
    };
    return result;
  }

  void task_ended(const caf::strong_actor_ptr& who) override {
    idle_.push_back(caf::actor_cast<nexus_handler_handle>(who));
  }

private:
  std::shared_ptr<worker_context> worker_;
  shard_context& context_;
  nexus_shard& nexus_;
  coordinator_handle coordinator_;
  rpc::bytes request_; ///< the same for every poll
  std::vector<nexus_handler_handle> idle_;
};

class nexus_station final : public task_station {
public:
  nexus_station(
      const station_setup& with,
      std::shared_ptr<const nexus::dispatch_environment> environment,
      std::shared_ptr<slow_kinds> slow)
      : shard_(with.shard),
        nexus_{std::move(environment), nexus_metrics{*with.shard.meter}, {}, std::move(slow)},
        coordinator_(with.coordinator) {}

  std::unique_ptr<poll_source>
  make_source(const std::shared_ptr<worker_context>& worker, std::size_t) override {
    return std::make_unique<nexus_poll_source>(worker, shard_, nexus_, coordinator_);
  }

  void close() override { coordinator_ = nullptr; }

private:
  shard_context& shard_;
  nexus_shard nexus_;
  coordinator_handle coordinator_;
};

} // namespace

task_kind nexus_tasks(const nexus_task_options& options) {
  return {
      .name = kind_name,
      .worker_type = "NexusWorker",
      .queue_type = temporal::api::enums::v1::TASK_QUEUE_TYPE_NEXUS,
      .polls = {{"nexus_task", nexus::poll_method}},
      .pollers = options.pollers,
      .slots = options.slots,
      .open = [environment = options.environment,
               slow = std::make_shared<slow_kinds>()](const station_setup& with) {
        return std::make_unique<nexus_station>(with, environment, slow);
      }};
}

} // namespace troupe::actors
