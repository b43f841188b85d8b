// SPDX-License-Identifier: Apache-2.0
#include "actors/supervision/worker_root_actor.hpp"

#include "actors/worker/cancellation_coordinator.hpp"
#include "actors/worker/nexus_handler_actor.hpp"
#include "actors/worker/poller_actor.hpp"
#include "actors/worker/sticky_cache_actor.hpp"
#include "actors/worker/workflow_poll_source.hpp"
#include "runtime/base/log.hpp"
#include "runtime/rpc/methods.hpp"
#include "runtime/rpc/unary.hpp"

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::actors {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace methods = rpc::methods::workflow_service;
using namespace std::chrono_literals;

namespace {

/// A poller that lived this long before it died starts again without the memory of earlier deaths.
constexpr duration long_life = 1min;
/// How long leaving may wait for the service to take note.
constexpr std::chrono::milliseconds farewell_timeout = 5s;

int share(int total, std::size_t parts) {
  auto count = static_cast<int>(std::max<std::size_t>(parts, 1));
  return std::max((total + count - 1) / count, 1);
}

poller_limits share(const poller_limits& total, std::size_t parts) {
  return {share(total.minimum, parts), share(total.initial, parts), share(total.maximum, parts)};
}

} // namespace

std::string_view to_string(worker_phase phase) noexcept {
  switch (phase) {
  case worker_phase::created: return "created";
  case worker_phase::connecting: return "connecting";
  case worker_phase::running: return "running";
  case worker_phase::draining: return "draining";
  case worker_phase::stopped: return "stopped";
  }
  return "unknown";
}

worker_root_actor::worker_root_actor(
    caf::actor_config& cfg,
    shard& home,
    std::shared_ptr<worker_context> worker,
    phase_callback on_phase,
    source_factory sources)
    : pinned_actor(cfg, home), worker_(std::move(worker)), on_phase_(std::move(on_phase)),
      sources_(std::move(sources)), watch_(this), connect_backoff_(worker_->settings.poll_backoff) {
}

worker_root_handle::behavior_type worker_root_actor::make_behavior() {
  return {
      [this](const start_worker&) {
        if (phase_ != worker_phase::created)
          return;
        enter(worker_phase::connecting);
        describe_namespace();
      },
      [this](const stop_worker&) {
        if (phase_ == worker_phase::created || phase_ == worker_phase::connecting)
          finish({});
        else if (phase_ == worker_phase::running)
          begin_draining();
      },
      [this](const namespace_described& answer) {
        if (phase_ == worker_phase::connecting)
          on_namespace(answer);
      },
      [this](const poller_stopped& stopped) {
        if (auto* which = find(stopped.poller))
          which->has_stopped = true;
        await_slots();
      },
      [this](const service_told&) {
        if (phase_ == worker_phase::draining && to_tell_ > 0 && --to_tell_ == 0)
          stop_pollers();
      },
      [this](const retry_due& due) {
        if (due.poller == 0 && phase_ == worker_phase::connecting)
          describe_namespace();
        else if (auto* which = find(due.poller);
                 which && !which->handle && phase_ == worker_phase::running)
          start_poller(*which);
      },
      [this](const grace_ended&) {
        if (phase_ != worker_phase::draining)
          return;
        log::warn(
            "the grace of the shutdown is over, cancelling what still runs",
            {{"task_queue", worker_->settings.task_queue}});
        for (auto& each : coordinators_)
          tell(each, cancel_all{cancel_reason::worker_shutdown});
      },
      [this](const slots_returned&) {
        if (phase_ == worker_phase::draining && pools_out_ > 0 && --pools_out_ == 0)
          finish({});
      },
  };
}

void worker_root_actor::on_exit() {
  watch_.clear();
  pollers_.clear();
  coordinators_.clear();
  caches_.clear();
  // Shards that are stopped without the worker having been asked to leave.
  if (phase_ != worker_phase::stopped)
    enter(worker_phase::stopped, "the worker's thread was stopped");
}

// -- connecting
// ------------------------------------------------------------------------------------

void worker_root_actor::describe_namespace() {
  wire::DescribeNamespaceRequest request;
  request.set_namespace_(worker_->settings.name_space);
  worker_->shards.front()->transport->start(
      {methods::describe_namespace, rpc::encode(request), 10s, {}},
      [self = me()](rpc_status status, rpc::bytes answer) {
        tell(self, namespace_described{std::move(status), std::move(answer)});
      });
}

void worker_root_actor::on_namespace(const namespace_described& answer) {
  const auto& settings = worker_->settings;
  switch (answer.status.code) {
  case status_code::ok:
  case status_code::unimplemented: // services that know only what a worker needs
    return begin_running();
  case status_code::not_found:
    return finish(
        "namespace " + settings.name_space + " does not exist: " + answer.status.message
        + " (create it with `temporal operator namespace create " + settings.name_space + "`)");
  case status_code::permission_denied:
  case status_code::unauthenticated:
  case status_code::invalid_argument:
    return finish("the service refuses this worker: " + answer.status.message);
  default: break;
  }
  log::warn(
      "the service cannot be reached, trying again",
      {{"namespace", settings.name_space},
       {"task_queue", settings.task_queue},
       {"attempt", std::to_string(connect_backoff_.failures() + 1)},
       {"code", std::string{to_string(answer.status.code)}},
       {"error", answer.status.message}});
  if (on_phase_)
    on_phase_(
        worker_phase::connecting,
        answer.status.message.empty() ? "unreachable" : answer.status.message);
  home().schedule(connect_backoff_.next(worker_->shards.front()->jitter()), [self = me()] {
    tell(self, retry_due{0});
  });
}

// -- running
// ---------------------------------------------------------------------------------------

void worker_root_actor::begin_running() {
  const auto shards = worker_->shards.size();
  for (auto& context : worker_->shards)
    coordinators_.push_back(home().system().spawn<cancellation_coordinator>(context->home));
  if (worker_->nexus)
    add_nexus(shards);
  if (worker_->workflow_environment)
    add_workflows(shards);
  enter(worker_phase::running);
  for (auto& each : pollers_)
    start_poller(*each);
  log::info(
      "the worker is running",
      {{"namespace", worker_->settings.name_space},
       {"task_queue", worker_->settings.task_queue},
       {"identity", worker_->settings.identity},
       {"shards", std::to_string(shards)}});
}

void worker_root_actor::add_nexus(std::size_t shards) {
  const auto& settings = worker_->settings;
  const auto slots = std::max<std::size_t>(settings.max_concurrent_nexus_tasks, 1);
  const auto used = std::min(shards, slots);
  auto shared = std::make_shared<slot_pool>(slots - used);
  pools_.push_back(shared);
  for (std::size_t i = 0; i < used; ++i)
    add_poller(
        "nexus_task",
        i,
        share(settings.nexus_pollers, used),
        shared,
        [worker = worker_, i, coordinator = coordinators_[i]] {
          return std::make_unique<nexus_poll_source>(worker, *worker->shards[i], coordinator);
        });
}

void worker_root_actor::add_workflows(std::size_t shards) {
  const auto& settings = worker_->settings;
  const auto slots = std::max<std::size_t>(settings.max_concurrent_workflow_tasks, 1);
  // Every shard that keeps runs needs a slot for its sticky queue and one for the normal queue, or
  // one kind of poll would keep the last slot from the other for as long as a long poll lasts.
  const bool sticky = settings.max_cached_workflows > 0 && slots >= 2;
  const auto per_shard = std::size_t{sticky ? 2u : 1u};
  const auto used = std::clamp<std::size_t>(slots / per_shard, 1, shards);
  auto shared = std::make_shared<slot_pool>(slots - used * per_shard);
  pools_.push_back(shared);
  for (std::size_t i = 0; i < used; ++i) {
    auto& context = *worker_->shards[i];
    if (sticky) {
      context.max_cached_workflows = std::max<std::size_t>(settings.max_cached_workflows / used, 1);
      context.max_cached_bytes = settings.max_cached_bytes / used;
    } else {
      context.sticky_queue.clear();
    }
    sticky_cache_handle cache =
        home().system().spawn<sticky_cache_actor>(context.home, worker_, context);
    caches_.push_back(cache);
    add_poller(
        "workflow_task",
        i,
        share(settings.workflow_pollers, used),
        shared,
        [worker = worker_, i, cache] {
          return std::make_unique<workflow_poll_source>(worker, *worker->shards[i], cache, false);
        });
    if (sticky)
      add_poller(
          "sticky_workflow_task",
          i,
          share(settings.workflow_pollers, used),
          shared,
          [worker = worker_, i, cache] {
            return std::make_unique<workflow_poll_source>(worker, *worker->shards[i], cache, true);
          });
  }
}

void worker_root_actor::add_poller(
    std::string kind,
    std::size_t shard,
    poller_limits limits,
    std::shared_ptr<slot_pool> shared,
    std::function<std::unique_ptr<poll_source>()> make_source) {
  auto made = std::make_unique<poller>();
  made->id = pollers_.size() + 1;
  made->kind = std::move(kind);
  made->context = worker_->shards[shard].get();
  made->restart = backoff{worker_->settings.restart_backoff};
  auto own = std::make_shared<slot_pool>(1);
  pools_.push_back(own);
  made->spawn = [this,
                 id = made->id,
                 context = made->context,
                 limits,
                 shared,
                 own,
                 shard,
                 name = made->kind,
                 make = std::move(make_source)]() -> poller_handle {
    poller_actor::setup with;
    with.id = id;
    with.root = me();
    with.worker = worker_;
    with.shard = context;
    with.limits = limits;
    with.own_slot = own;
    with.shared_slots = shared;
    if (sources_)
      with.source = sources_(name, shard);
    if (!with.source)
      with.source = make();
    return home().system().spawn<poller_actor>(context->home, std::move(with));
  };
  pollers_.push_back(std::move(made));
}

void worker_root_actor::start_poller(poller& which) {
  which.started = home().now();
  which.handle = which.spawn();
  watch_.on_down(which.handle, [this, id = which.id](const caf::error& reason) {
    on_poller_down(id, reason);
  });
}

void worker_root_actor::on_poller_down(std::uint64_t id, const caf::error& reason) {
  auto* which = find(id);
  if (which == nullptr || which->has_stopped)
    return;
  which->handle = nullptr;
  if (phase_ != worker_phase::running) {
    which->has_stopped = true;
    return await_slots();
  }
  if (home().now() - which->started > long_life)
    which->restart.reset();
  auto wait = which->restart.next(worker_->shards.front()->jitter());
  worker_->poller_restarts.fetch_add(1, std::memory_order_relaxed);
  log::error(
      "a poller died and is started again",
      {{"poller", which->kind},
       {"task_queue", worker_->settings.task_queue},
       {"restarts", std::to_string(which->restart.failures())},
       {"error", home().system().render(reason)}});
  home().schedule(wait, [self = me(), id] { tell(self, retry_due{id}); });
}

// -- draining
// --------------------------------------------------------------------------------------

void worker_root_actor::begin_draining() {
  enter(worker_phase::draining);
  worker_->draining = true;
  home().schedule(
      worker_->settings.graceful_shutdown_timeout, [self = me()] { tell(self, grace_ended{}); });
  tell_service();
}

/// Before the polls are cancelled, so that the service gives this worker nothing more.
void worker_root_actor::tell_service() {
  std::vector<std::string> sticky;
  if (worker_->workflow_environment)
    for (auto& context : worker_->shards)
      if (!context->sticky_queue.empty() && context->max_cached_workflows > 0)
        sticky.push_back(context->sticky_queue);
  if (sticky.empty())
    sticky.emplace_back();
  to_tell_ = sticky.size();
  for (auto& queue : sticky) {
    wire::ShutdownWorkerRequest request;
    request.set_namespace_(worker_->settings.name_space);
    request.set_identity(worker_->settings.identity);
    request.set_sticky_task_queue(queue);
    request.set_task_queue(worker_->settings.task_queue);
    request.set_worker_instance_key(worker_->settings.instance_key);
    request.set_reason("graceful shutdown");
    if (worker_->workflow_environment)
      request.add_task_queue_types(enums::TASK_QUEUE_TYPE_WORKFLOW);
    if (worker_->nexus)
      request.add_task_queue_types(enums::TASK_QUEUE_TYPE_NEXUS);
    // Once, and whatever the answer is: a service that does not know this call loses nothing but
    // time.
    worker_->shards.front()->transport->start(
        {methods::shutdown_worker, rpc::encode(request), farewell_timeout, {}},
        [self = me()](const rpc_status&, const rpc::bytes&) { tell(self, service_told{}); });
  }
}

void worker_root_actor::stop_pollers() {
  for (auto& each : pollers_)
    if (each->handle)
      tell(each->handle, stop_polling{});
    else
      each->has_stopped = true;
  await_slots();
}

void worker_root_actor::await_slots() {
  if (phase_ != worker_phase::draining || to_tell_ > 0 || pools_out_ > 0)
    return;
  for (auto& each : pollers_)
    if (!each->has_stopped)
      return;
  if (pools_.empty())
    return finish({});
  pools_out_ = pools_.size();
  for (auto& each : pools_)
    each->when_all_free([self = me()] { tell(self, slots_returned{}); });
}

void worker_root_actor::finish(const std::string& error) {
  for (auto& each : caches_)
    tell(each, evict_all{});
  for (auto& each : coordinators_)
    send_exit(each, caf::exit_reason::user_shutdown);
  if (!error.empty())
    log::error(
        "the worker cannot run", {{"task_queue", worker_->settings.task_queue}, {"error", error}});
  enter(worker_phase::stopped, error);
  quit();
}

void worker_root_actor::enter(worker_phase phase, const std::string& error) {
  phase_ = phase;
  if (on_phase_)
    on_phase_(phase, error);
}

worker_root_actor::poller* worker_root_actor::find(std::uint64_t id) {
  return id == 0 || id > pollers_.size() ? nullptr : pollers_[id - 1].get();
}

} // namespace troupe::actors
