// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/workflow/workflow_tasks.hpp"

#include "actors/shard/pinned_actor.hpp"
#include "actors/worker/slots/fixed_slot_supplier.hpp"
#include "actors/worker/worker_context.hpp"
#include "actors/worker/workflow/first_tasks.hpp"
#include "actors/worker/workflow/sticky_cache_actor.hpp"
#include "actors/worker/workflow/workflow_poll_source.hpp"
#include "runtime/rpc/methods.hpp"

#include <caf/actor_system.hpp>

#include <temporal/api/enums/v1/task_queue.pb.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

namespace troupe::actors {

namespace {

constexpr std::size_t normal = 0; // of the kind's polls

class workflow_station final : public task_station {
public:
  workflow_station(
      const station_setup& with,
      std::shared_ptr<const workflow_task_options> options,
      std::shared_ptr<slow_kinds> slow,
      bool sticky)
      : shard_(with.shard), runs_{
                                .options = std::move(options),
                                .calls = with.shard.calls,
                                .failures = with.shard.failures,
                                .eager = &with.shard.eager,
                                .counters = workflow_metrics{*with.shard.meter},
                                .sticky_queue = {},
                                .away = {},
                                .local = {},
                                .slow = std::move(slow)} {
    if (runs_.options->activities)
      runs_.local = std::make_unique<local_activities>(
          with.shard,
          runs_.options->activities,
          runs_.options->local_slots,
          slot_request{
              .kind = local_activity_kind,
              .task_queue = with.worker->settings.task_queue,
              .identity = with.worker->settings.identity,
              .poller = static_cast<std::uint32_t>(with.index),
              .home = &with.shard.home});
    if (sticky) {
      runs_.sticky_queue = with.shard.unique_name;
      runs_.max_cached_workflows =
          std::max<std::size_t>(runs_.options->max_cached_workflows / with.shards, 1);
      runs_.max_cached_bytes = runs_.options->max_cached_bytes / with.shards;
    }
    auto& home = with.shard.home;
    cache_ = home.system().spawn<sticky_cache_actor>(home, with.worker, shard_, runs_);
    if (runs_.options->starts) {
      first_ = std::make_shared<first_tasks>(*with.worker, shard_, runs_, cache_);
      runs_.options->starts->join(with.worker->settings.task_queue, first_);
    }
  }

  std::unique_ptr<poll_source>
  make_source(const std::shared_ptr<worker_context>& worker, std::size_t type) override {
    return std::make_unique<workflow_poll_source>(worker, shard_, runs_, cache_, type != normal);
  }

  std::string_view sticky_queue() const override { return runs_.sticky_queue; }

  void close() override {
    if (auto first = std::exchange(first_, nullptr)) {
      runs_.options->starts->leave(*first);
      first->close();
    }
    if (auto cache = std::exchange(cache_, nullptr))
      tell(cache, evict_all{});
    if (runs_.local)
      runs_.local->close();
  }

private:
  shard_context& shard_;
  workflow_shard runs_;
  sticky_cache_handle cache_;
  std::shared_ptr<first_tasks> first_; ///< null: all tasks are polled for
};

} // namespace

duration slow_task_limit() {
  constexpr duration usual = std::chrono::seconds{5};
  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  const char* const text = std::getenv("TEMPORAL_WORKFLOW_TASK_DURATION_WARN_SECONDS");
  std::uint32_t seconds = 0;
  if (text == nullptr)
    return usual;
  const auto* const end = text + std::strlen(text);
  const auto [stop, problem] = std::from_chars(text, end, seconds);
  return problem == std::errc{} && stop == end ? duration{std::chrono::seconds{seconds}} : usual;
}

task_kind workflow_tasks(workflow_task_options options) {
  if (options.activities && !options.local_slots)
    options.local_slots = std::make_shared<fixed_slot_supplier>(100);
  constexpr auto method = rpc::methods::workflow_service::poll_workflow_task_queue;
  task_kind kind{
      .name = "workflow",
      .worker_type = "WorkflowWorker",
      .queue_type = temporal::api::enums::v1::TASK_QUEUE_TYPE_WORKFLOW,
      .polls = {{"workflow_task", method}},
      .pollers = options.pollers,
      .slots = options.slots,
      .inner = {},
      .open = {}};
  if (options.activities)
    kind.inner = {local_activity_kind, local_activity_worker_type, options.local_slots};
  // A shard that keeps runs needs a slot for its sticky queue and one for the normal queue, or one
  // sort of poll would keep the last slot from the other for as long as a long poll lasts.
  const bool sticky = options.max_cached_workflows > 0 && options.slots->guaranteed() >= 2;
  if (sticky)
    kind.polls.push_back({"sticky_workflow_task", method, true});
  kind.open = [shared = std::make_shared<const workflow_task_options>(std::move(options)),
               slow = std::make_shared<slow_kinds>(),
               sticky](const station_setup& with) {
    return std::make_unique<workflow_station>(with, shared, slow, sticky);
  };
  return kind;
}

} // namespace troupe::actors
