// SPDX-License-Identifier: Apache-2.0
#include "actors/supervision/worker_root_actor.hpp"

#include "actors/worker/nexus/cancellation_coordinator.hpp"
#include "actors/worker/poll/poller_actor.hpp"
#include "actors/worker/slots/slot_metrics.hpp"
#include "actors/worker/task_outcome.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/rpc/methods.hpp"
#include "runtime/rpc/unary.hpp"

#include <troupe/version.hpp>

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>

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

constexpr telemetry::metric poller_restarts{
    .name = "poller_restarts", .help = "pollers that died and were started again", .is_ours = true};

int share(int total, std::size_t parts) {
  auto count = static_cast<int>(std::max<std::size_t>(parts, 1));
  return std::max((total + count - 1) / count, 1);
}

poller_limits share(const poller_limits& total, std::size_t parts) {
  return {
      share(total.minimum, parts),
      share(total.initial, parts),
      share(total.maximum, parts),
      total.pace * static_cast<int>(std::max<std::size_t>(parts, 1)),
      total.is_advised,
      total.follows_tasks};
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
    phase_callback on_phase)
    : pinned_actor(cfg, home), worker_(std::move(worker)), on_phase_(std::move(on_phase)),
      watch_(this), connect_backoff_(worker_->settings.poll_backoff),
      poller_restarts_(worker_->shards.front()->meter->counter(poller_restarts)) {}

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
        if (phase_ == worker_phase::draining && kinds_busy_ > 0 && --kinds_busy_ == 0)
          finish({});
      },
  };
}

void worker_root_actor::on_exit() {
  watch_.clear();
  close_stations();
  for (const auto& each : worker_->kinds)
    each.slots->when_all_free({}); // the callback has this actor in it
  pollers_.clear();
  coordinators_.clear();
  observed_.clear();
  // Shards that are stopped without the worker having been asked to leave.
  if (phase_ != worker_phase::stopped)
    enter(worker_phase::stopped, "the worker's thread was stopped");
}

// -- connecting
// ------------------------------------------------------------------------------------

void worker_root_actor::describe_namespace() {
  wire::DescribeNamespaceRequest request;
  request.set_namespace_(worker_->settings.name_space);
  // Once: how often it is tried again is for this actor to say.
  worker_->shards.front()->calls->start(
      {.method = methods::describe_namespace,
       .request = rpc::encode(request),
       .timeout = 10s,
       .headers = {},
       .is_tried_once = true},
      [self = me()](rpc_status status, rpc::bytes answer) {
        tell(self, namespace_described{std::move(status), std::move(answer)});
      });
}

void worker_root_actor::on_namespace(const namespace_described& answer) {
  const auto& settings = worker_->settings;
  switch (answer.status.code) {
  case status_code::ok: {
    wire::DescribeNamespaceResponse description;
    if (rpc::decode(answer.answer, description)) {
      const auto& can = description.namespace_info().capabilities();
      gives_advice_ = can.poller_autoscaling() || can.poller_autoscaling_auto_enroll();
    }
    return begin_running();
  }
  case status_code::unimplemented: // services that know only what a worker needs
    return begin_running();
  case status_code::not_found:
    return finish(
        "namespace " + settings.name_space + " does not exist: " + answer.status.message
        + " (create it with `troupe operator namespace create --namespace " + settings.name_space
        + "`)");
  case status_code::permission_denied:
  case status_code::unauthenticated:
  case status_code::invalid_argument:
    return finish("the service refuses this worker: " + answer.status.message);
  default: break;
  }
  std::vector<log::field> fields{
      {"namespace", settings.name_space},
      {"task_queue", settings.task_queue},
      {"address", settings.address},
      {"attempt", connect_backoff_.failures() + 1},
      {"code", to_string(answer.status.code)},
      {"error", answer.status.message}};
  if (auto hint = settings.hint(answer.status); !hint.empty())
    fields.emplace_back("hint", std::move(hint));
  log::write_fields(log::level::warn, "the service cannot be reached, trying again", fields);
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
  for (auto& context : worker_->shards)
    coordinators_.push_back(home().system().spawn<cancellation_coordinator>(context->home));
  for (const auto& each : worker_->kinds)
    open(each);
  enter(worker_phase::running);
  for (auto& each : pollers_)
    start_poller(*each);
  say_started();
}

void worker_root_actor::say_started() const {
  if (!log::enabled(log::level::info))
    return;
  const auto& settings = worker_->settings;
  std::vector<log::field> fields{
      {"namespace", settings.name_space},
      {"task_queue", settings.task_queue},
      {"address", settings.address},
      {"identity", settings.identity},
      {"version", version_text},
      {"shards", worker_->shards.size()}};
  std::vector<std::string> names; // the fields look at them
  names.reserve(worker_->kinds.size());
  for (const auto& kind : worker_->kinds)
    if (const auto slots = kind.slots->capacity())
      fields.emplace_back(names.emplace_back(std::string{kind.name} + "_slots"), *slots);
  log::write_fields(log::level::info, "worker started", fields);
}

/// On so many shards that each poller can have a slot of its own.
void worker_root_actor::open(const task_kind& kind) {
  const auto types = kind.polls.size();
  const auto shards = std::clamp<std::size_t>(
      kind.slots->guaranteed() / std::max<std::size_t>(types, 1), 1, worker_->shards.size());
  kind.slots->begin(shards * types);
  if (kind.inner.slots)
    kind.inner.slots->begin(shards);
  std::uint32_t poller = 0;
  for (std::size_t i = 0; i < shards; ++i) {
    auto& context = *worker_->shards[i];
    auto& station =
        *context.stations.emplace_back(kind.open({worker_, context, coordinators_[i], shards, i}));
    for (std::size_t type = 0; type < types; ++type)
      add_poller(
          kind,
          type,
          {.kind = kind.name,
           .task_queue = worker_->settings.task_queue,
           .identity = worker_->settings.identity,
           .is_sticky = kind.polls[type].is_sticky,
           .poller = poller++,
           .home = &context.home},
          context,
          station,
          shards);
  }
  observe_slots(kind.worker_type, kind.slots);
  if (kind.inner.slots)
    observe_slots(kind.inner.worker_type, kind.inner.slots);
}

void worker_root_actor::observe_slots(
    std::string_view worker_type, const std::shared_ptr<slot_supplier>& slots) {
  telemetry::labels with{
      {"namespace", worker_->settings.name_space},
      {"task_queue", worker_->settings.task_queue},
      {"worker_type", std::string{worker_type}}};
  if (slots->share())
    observe_share(with, slots);
  const auto capacity = slots->capacity();
  if (!capacity)
    return;
  std::vector<telemetry::gauge> used;
  for (const auto& each : worker_->shards)
    used.push_back(each->meter->gauge(used_slots, {{"worker_type", std::string{worker_type}}}));
  observed_.push_back(worker_->metrics->observe(
      available_slots, std::move(with), [capacity = *capacity, used = std::move(used)] {
        auto left = static_cast<double>(capacity);
        for (const auto& each : used)
          left -= each.get();
        return left;
      }));
}

void worker_root_actor::observe_share(
    const telemetry::labels& with, const std::shared_ptr<slot_supplier>& slots) {
  const auto observe = [&](const telemetry::metric& what, double (*read)(const slot_share&)) {
    observed_.push_back(worker_->metrics->observe(what, with, [slots, read] {
      const auto now = slots->share();
      return now ? read(*now) : 0.0;
    }));
  };
  observe(share_weight, [](const slot_share& now) { return now.weight; });
  observe(share_minimum, [](const slot_share& now) { return static_cast<double>(now.minimum); });
  observe(share_running, [](const slot_share& now) { return static_cast<double>(now.running); });
  observe(
      share_waiting, [](const slot_share& now) { return static_cast<double>(now.waiting_tasks); });
}

void worker_root_actor::add_poller(
    const task_kind& kind,
    std::size_t type,
    slot_request request,
    shard_context& on,
    task_station& station,
    std::size_t shards) {
  auto made = std::make_unique<poller>();
  made->id = pollers_.size() + 1;
  made->type = kind.polls[type].name;
  made->restart = backoff{worker_->settings.restart_backoff};
  auto limits = share(kind.pollers, shards);
  limits.is_advised |= gives_advice_;
  made->spawn = [this, id = made->id, &kind, type, request, &on, &station, limits] {
    poller_actor::setup with{
        .id = id,
        .root = me(),
        .worker = worker_,
        .shard = &on,
        .type = kind.polls[type],
        .source = station.make_source(worker_, type),
        .limits = limits,
        .slots = kind.slots,
        .request = request};
    return poller_handle{home().system().spawn<poller_actor>(on.home, std::move(with))};
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
  poller_restarts_.add();
  log::error(
      "a poller died and is started again",
      {{"poller", std::string{which->type}},
       {"task_queue", worker_->settings.task_queue},
       {"restarts", std::to_string(which->restart.failures())},
       {"error", home().system().render(reason)}});
  home().schedule(wait, [self = me(), id] { tell(self, retry_due{id}); });
}

// -- draining
// --------------------------------------------------------------------------------------

void worker_root_actor::begin_draining() {
  log::info(
      "worker stopping: no new tasks, running ones are finished",
      {{"namespace", worker_->settings.name_space},
       {"task_queue", worker_->settings.task_queue},
       {"identity", worker_->settings.identity}});
  enter(worker_phase::draining);
  worker_->draining = true;
  home().schedule(
      worker_->settings.graceful_shutdown_timeout, [self = me()] { tell(self, grace_ended{}); });
  tell_service();
}

/// Before the polls are cancelled, so that the service gives this worker nothing more.
void worker_root_actor::tell_service() {
  std::vector<std::string_view> sticky;
  for (const auto& context : worker_->shards)
    for (const auto& station : context->stations)
      if (!station->sticky_queue().empty())
        sticky.push_back(station->sticky_queue());
  if (sticky.empty())
    sticky.emplace_back();
  to_tell_ = sticky.size();
  for (const auto queue : sticky) {
    wire::ShutdownWorkerRequest request;
    request.set_namespace_(worker_->settings.name_space);
    request.set_identity(worker_->settings.identity);
    request.set_sticky_task_queue(std::string{queue});
    request.set_task_queue(worker_->settings.task_queue);
    request.set_worker_instance_key(worker_->settings.instance_key);
    request.set_reason("graceful shutdown");
    for (const auto& kind : worker_->kinds)
      if (!kind.polls.empty())
        request.add_task_queue_types(static_cast<enums::TaskQueueType>(kind.queue_type));
    // Once, and whatever the answer is: a service that does not know this call loses nothing but
    // time.
    worker_->shards.front()->calls->start(
        {.method = methods::shutdown_worker,
         .request = rpc::encode(request),
         .timeout = farewell_timeout,
         .headers = {},
         .is_tried_once = true},
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
  if (phase_ != worker_phase::draining || to_tell_ > 0 || kinds_busy_ > 0)
    return;
  for (auto& each : pollers_)
    if (!each->has_stopped)
      return;
  if (worker_->kinds.empty())
    return finish({});
  kinds_busy_ = worker_->kinds.size();
  for (const auto& each : worker_->kinds)
    each.slots->when_all_free([self = me()] { tell(self, slots_returned{}); });
}

void worker_root_actor::close_stations() {
  for (const auto& context : worker_->shards)
    for (const auto& station : context->stations)
      station->close();
}

void worker_root_actor::finish(const std::string& error) {
  close_stations();
  for (auto& each : coordinators_)
    send_exit(each, caf::exit_reason::user_shutdown);
  if (!error.empty())
    log::error(
        "the worker cannot run", {{"task_queue", worker_->settings.task_queue}, {"error", error}});
  log::info(
      "worker stopped",
      {{"namespace", worker_->settings.name_space},
       {"task_queue", worker_->settings.task_queue},
       {"identity", worker_->settings.identity}});
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
