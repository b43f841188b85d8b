// SPDX-License-Identifier: Apache-2.0
#include "actors/public/worker_impl.hpp"

#include "actors/public/otlp_push.hpp"
#include "actors/public/worker_options_check.hpp"
#include "actors/worker/activity/activity_tasks.hpp"
#include "actors/worker/nexus/nexus_tasks.hpp"
#include "actors/worker/payload_sizes.hpp"
#include "actors/worker/workflow/workflow_tasks.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/nexus/dispatch.hpp"
#include "runtime/rpc/connection/connect_hint.hpp"
#include "runtime/rpc/connection/connector.hpp"
#include "runtime/telemetry/program_metrics.hpp"
#include "runtime/telemetry/prometheus_text.hpp"
#include "runtime/workflow/instance.hpp"
#include "runtime/workflow/interception.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <thread>

namespace troupe::detail {

using actors::worker_phase;

namespace {

using worker_interceptors = std::vector<std::shared_ptr<const worker_interceptor>>;

/// Those that are not null.
template <class One>
std::vector<One>
interceptors_of(const worker_interceptors& from, One (worker_interceptor::*make)() const) {
  std::vector<One> all;
  for (const auto& each : from)
    if (auto made = ((*each).*make)())
      all.push_back(std::move(made));
  return all;
}

actors::poller_limits limits_of(const poller_options& options, bool is_one_of_many) {
  if (is_one_of_many)
    return {
        .minimum = options.minimum,
        .initial = options.minimum,
        .maximum = options.maximum,
        .follows_tasks = true};
  return {options.minimum, options.initial, options.maximum};
}

/// Between two of so many in a second.
duration pace_of(double per_second) {
  constexpr std::chrono::duration<double> longest = std::chrono::hours{24 * 365};
  return std::chrono::duration_cast<duration>(
      std::min(std::chrono::duration<double>{1 / per_second}, longest));
}

worker_state public_state(worker_phase phase) {
  switch (phase) {
  case worker_phase::created: return worker_state::created;
  case worker_phase::connecting: return worker_state::connecting;
  case worker_phase::running: return worker_state::running;
  case worker_phase::draining: return worker_state::draining;
  case worker_phase::stopped: return worker_state::stopped;
  }
  return worker_state::stopped;
}

} // namespace

std::unique_ptr<rpc::transport> worker_home::connect(
    const std::shared_ptr<const rpc::connector>& to, actors::shard& where, std::size_t shard) {
  return to->connect(where, queue_of(shard));
}

worker_impl::worker_impl(std::unique_ptr<worker_home> home, client client, worker_options options)
    : client_(std::move(client)), options_(std::move(options)),
      services_(std::make_shared<nexus::service_registry>()),
      activities_(std::make_shared<activity::registry>()), home_(std::move(home)) {
  check(options_);
  if (options_.identity.empty())
    options_.identity = client_.options().identity;
  if (!options_.tracer)
    options_.tracer = client_.options().tracer;
  // Those that came with the client are outside of the worker's own.
  std::vector<std::shared_ptr<const worker_interceptor>> interceptors;
  for (const auto& each : client_.options().interceptors)
    if (auto serves = std::dynamic_pointer_cast<const worker_interceptor>(each))
      interceptors.push_back(std::move(serves));
  options_.interceptors.insert(
      options_.interceptors.begin(), interceptors.begin(), interceptors.end());
  if (options_.shards == 0)
    options_.shards = std::max(1u, std::thread::hardware_concurrency());
}

worker_impl::~worker_impl() {
  stop();
  wait_stopped();
  port_ = nullptr; // its thread looks at everything here
}

void worker_impl::require_not_started() const {
  if (core_)
    throw worker_error(
        "the worker has been started: add handlers, workflows and activities before");
}

void worker_impl::add(nexus::service_handler service) {
  require_not_started();
  services_->add(std::move(service));
}

void worker_impl::add(std::shared_ptr<const workflow::definition> definition) {
  require_not_started();
  auto name = definition->name;
  if (!workflows_.try_emplace(name, std::move(definition)).second)
    throw std::invalid_argument(
        name.empty() ? "the worker has a workflow for all other types already"
                     : "a workflow of the type " + name + " has been added already");
}

void worker_impl::add(activity::implementation implementation) {
  require_not_started();
  activities_->add(std::move(implementation));
}

void worker_impl::begin() {
  if (core_)
    return;
  home_->adapt({*activities_, workflows_, *services_});
  if (services_->empty() && workflows_.empty() && activities_->empty())
    throw worker_error(
        "a worker needs something to serve: add a Nexus service, a workflow or an activity");
  if (options_.no_remote_activities && services_->empty() && workflows_.empty())
    throw worker_error(
        "a worker with no_remote_activities runs activities only for its own workflows: add one");
  if (client_.converter().may_block())
    refuse_coroutines();

  const bool has_activities = !activities_->empty();
  const auto slots = home_->make_slots(
      options_,
      {.workflow = !workflows_.empty(),
       .activity = has_activities && !options_.no_remote_activities,
       .local_activity = has_activities && !workflows_.empty(),
       .nexus = !services_->empty()});
  auto context = std::make_shared<actors::worker_context>();
  // Before anything runs: an address that cannot be had is told at once.
  if (options_.metrics_address.empty())
    if (const char* from = std::getenv("TROUPE_METRICS_ADDRESS")) // NOLINT(concurrency-mt-unsafe)
      options_.metrics_address = from;
  if (!options_.metrics_address.empty())
    port_ = worker_port::join(
        options_.metrics_address,
        options_.prometheus,
        {.metrics = context->metrics,
         .snapshot = [this](const snapshot_options& what) { return snapshot(what); },
         .why_dead = [this] { return why_dead(); },
         .why_unready = [this] { return why_unready(); }});
  if (options_.otlp)
    push_ = push_metrics(context->metrics, *options_.otlp);
  auto& settings = context->settings;
  settings.name_space = client_.name_space();
  settings.task_queue = options_.task_queue;
  settings.identity = options_.identity;
  settings.address = client_.connection()->connector()->needs_queue() ? client_.options().target
                                                                      : "in this process";
  settings.hint = [options = client_.options()](const rpc_status& failed) {
    return rpc::reconnect_hint(failed, options); // the client has talked to it
  };
  settings.graceful_shutdown_timeout = options_.graceful_shutdown_timeout;
  settings.payloads = {options_.payload_size_warning, options_.payload_size_limit};
  settings.long_poll_timeout = home_->long_poll_timeout();
  settings.failures = home_->failure_rules();
  settings.refuses_late_requests =
      options_.refuse_late_nexus_requests && !client_.converter().may_block();
  context->tracer = options_.tracer;
  std::size_t at_a_time = 0;
  const auto and_those_of = [&](const std::shared_ptr<actors::slot_supplier>& kind) {
    if (kind)
      at_a_time = saturated_sum(at_a_time, most_at_a_time(*kind));
  };
  if (!services_->empty())
    and_those_of(slots.nexus);
  if (has_activities) {
    and_those_of(slots.activity);
    and_those_of(slots.local_activity);
  }
  if (client_.converter().may_block())
    and_those_of(slots.workflow);
  context->pool = home_->make_pool(
      options_.max_pool_threads == 0 ? at_a_time : std::min(at_a_time, options_.max_pool_threads));
  // As with Temporal's SDKs: while somebody debugs, code may stand still.
  const bool is_debugged =
      std::getenv("TEMPORAL_DEBUG") != nullptr; // NOLINT(concurrency-mt-unsafe)
  if (!is_debugged)
    settings.deadlock_timeouts.insert(
        options_.deadlock_timeouts.begin(), options_.deadlock_timeouts.end());
  add_kinds(*context, slots);

  shards_ = home_->make_shards(options_.shards);
  const auto& connector = client_.connection()->connector();
  core_ = std::make_unique<actors::worker_core>(
      home_->system(),
      std::move(context),
      shards_,
      [&](actors::shard& where, std::size_t index) {
        return home_->connect(connector, where, index);
      },
      home_->random());
  core_->on_phase([this](worker_phase phase, const std::string& error) { on_phase(phase, error); });
  auto shortest = options_.deadlock_timeout;
  for (const auto& [type, timeout] : options_.deadlock_timeouts)
    if (timeout.count() > 0 && (shortest.count() == 0 || timeout < shortest))
      shortest = timeout;
  if (is_debugged)
    home_->watch({}, {});
  else
    home_->watch(options_.deadlock_timeout, shortest);
  observe_shards(slots);
  // Before it runs: who hears that it has started may stop it.
  core_->start([this] { started_ = core_.get(); });
}

/// Their arguments and results would be coded on the shard, in the middle of the coroutine.
void worker_impl::refuse_coroutines() const {
  auto on_shard = activities_->first_coroutine();
  if (on_shard.empty())
    on_shard = services_->first_on_shard();
  if (!on_shard.empty())
    throw worker_error(
        on_shard
        + " is a coroutine, which runs on a shard, and the codec of this worker's client may block "
          "(payload_codec::may_block): make it a plain function, or use a codec that does not "
          "wait");
}

void worker_impl::observe_shards(const worker_slots& slots) {
  using telemetry::metric;
  using telemetry::metric_kind;
  const telemetry::labels labels{
      {"namespace", client_.name_space()}, {"task_queue", options_.task_queue}};
  observed_ = slots.observe(*core_->context().metrics, labels);
  if (home_->is_shared())
    return;
  const auto observe = [&](const metric& what, std::function<double()> value) {
    observed_.push_back(core_->context().metrics->observe(what, labels, std::move(value)));
  };
  observe(
      {.name = "shard_stalls",
       .help = "times that code blocked a shard or spun on it",
       .is_ours = true},
      [this] { return static_cast<double>(home_->stalls()); });
  observe(
      {.name = "threads_left_behind",
       .help = "threads that workflows or coroutine handlers did not give back in time",
       .is_ours = true},
      [this] {
        std::uint64_t sum = 0;
        for (const auto& each : shards_)
          sum += each->counters().left_behind.load(std::memory_order_relaxed);
        return static_cast<double>(sum);
      });
  observe(
      {.name = "threads_away",
       .kind = metric_kind::gauge,
       .help = "of those, the ones that have not ended since",
       .is_ours = true},
      [this] {
        std::size_t sum = 0;
        for (const auto& each : shards_)
          sum += each->threads_away();
        return static_cast<double>(sum);
      });
}

/// The one place that knows which kinds of task there are.
void worker_impl::add_kinds(actors::worker_context& to, const worker_slots& slots) {
  const auto& settings = to.settings;
  program_metrics_ = std::make_shared<program_metrics>(
      to.metrics,
      program_metrics::environment{
          [](const std::string& what) { log::warn(what); },
          [](std::string_view text) { return is_utf8(text); }});
  if (!services_->empty()) {
    auto pollers = limits_of(options_.nexus_pollers, home_->is_shared());
    if (options_.max_nexus_tasks_per_second)
      pollers.pace = pace_of(*options_.max_nexus_tasks_per_second);
    to.kinds.push_back(actors::nexus_tasks(
        {.environment = nexus_environment(settings), .slots = slots.nexus, .pollers = pollers}));
  }
  const auto activities = activities_->empty() ? nullptr : activity_environment(settings);
  if (!workflows_.empty()) {
    to.kinds.push_back(actors::workflow_tasks(
        {.environment = std::make_shared<workflow::environment>(workflow::environment{
             client_.converter(),
             settings.name_space,
             settings.task_queue,
             settings.identity,
             to.tracer,
             options_.activates_patch,
             options_.workflow_failure_types,
             program_metrics_,
             workflow::interceptors_of_runs(options_.interceptors),
             [] {
               return std::int64_t{std::chrono::steady_clock::now().time_since_epoch().count()};
             }}),
         .definitions = workflows_,
         .slots = slots.workflow,
         .pollers = limits_of(options_.workflow_pollers, home_->is_shared()),
         .max_cached_workflows = options_.max_cached_workflows,
         .max_cached_bytes = options_.max_cached_bytes,
         .sticky_schedule_to_start = options_.sticky_schedule_to_start_timeout,
         .activities = activities,
         .local_slots = slots.local_activity,
         .slow_after = actors::slow_task_limit(),
         .starts = client_.connection()->starts()}));
  }
  if (!activities_->empty() && !options_.no_remote_activities) {
    auto pollers = limits_of(options_.activity_pollers, home_->is_shared());
    const auto most = options_.max_activities_per_second;
    if (most)
      pollers.pace = pace_of(*most);
    to.kinds.push_back(actors::activity_tasks(
        {.environment = activities,
         .slots = slots.activity,
         .pollers = pollers,
         .most_per_second = options_.max_task_queue_activities_per_second,
         .is_eager = !options_.disable_eager_activity_execution && !most,
         .heartbeats = {
             options_.default_heartbeat_throttle_interval,
             options_.max_heartbeat_throttle_interval}}));
  }
}

/// With a client of its own: a handler that does not come back may outlive the worker.
std::shared_ptr<const nexus::dispatch_environment>
worker_impl::nexus_environment(const actors::worker_settings& settings) const {
  struct with_client {
    client own;
    nexus::dispatch_environment environment;
  };
  auto made = std::make_shared<with_client>(with_client{
      client_,
      {services_,
       client_.converter(),
       settings.name_space,
       settings.task_queue,
       settings.identity,
       nullptr,
       options_.tracer,
       interceptors_of(options_.interceptors, &worker_interceptor::intercept_nexus),
       program_metrics_,
       shutdown_.token()}});
  made->environment.client = &made->own;
  return {made, &made->environment};
}

/// As for handlers.
std::shared_ptr<const activity::environment>
worker_impl::activity_environment(const actors::worker_settings& settings) const {
  struct with_client {
    client own;
    activity::environment environment;
  };
  auto made = std::make_shared<with_client>(with_client{
      client_,
      {activities_,
       client_.converter(),
       settings.name_space,
       settings.task_queue,
       settings.identity,
       nullptr,
       interceptors_of(options_.interceptors, &worker_interceptor::intercept_activities),
       options_.tracer,
       program_metrics_,
       shutdown_.token(),
       [limits = settings.payloads](const payloads& details) {
         actors::refuse_large_details(details, limits);
       }}});
  made->environment.client = &made->own;
  return {made, &made->environment};
}

void worker_impl::start() {
  if (core_ && state() == worker_state::stopped && core_->error().empty())
    throw worker_error("a stopped worker does not start again: make a new one");
  begin();
  std::unique_lock guard{mutex_};
  home_->wait(guard, changed_, [this] {
    return connect_failed_
           || (phase_ != worker_phase::created && phase_ != worker_phase::connecting);
  });
  if (phase_ != worker_phase::stopped)
    return;
  guard.unlock();
  if (auto why = core_->error(); !why.empty()) {
    end_home();
    throw worker_error(why);
  }
}

void worker_impl::on_phase(worker_phase phase, const std::string& error) {
  unique_function<void()> then;
  {
    std::lock_guard guard{mutex_};
    connect_failed_ |= phase == worker_phase::connecting && !error.empty();
    phase_ = phase;
    if (phase == worker_phase::stopped)
      then = std::move(when_stopped_);
    changed_.notify_all();
  }
  if (phase == worker_phase::draining)
    shutdown_.cancel(cancel_reason::worker_shutdown);
  if (then)
    then();
}

void worker_impl::when_stopped(unique_function<void()> then) {
  {
    std::lock_guard guard{mutex_};
    if (phase_ != worker_phase::stopped) {
      when_stopped_ = std::move(then);
      return;
    }
  }
  then();
}

void worker_impl::stop() {
  if (auto* core = started_.load())
    core->stop();
}

void worker_impl::wait_stopped() {
  if (started_ == nullptr)
    return;
  {
    std::unique_lock guard{mutex_};
    home_->wait(guard, changed_, [this] { return phase_ == worker_phase::stopped; });
  }
  end_home();
}

void worker_impl::end_home() {
  std::call_once(ended_, [this] {
    push_ = nullptr; // for the last time: everything is counted
    core_->release();
    home_->end();
  });
}

worker_state worker_impl::state() const {
  std::lock_guard guard{mutex_};
  return public_state(phase_);
}

std::string worker_impl::metrics_text() const {
  const auto* core = started_.load();
  return core == nullptr
             ? std::string{}
             : telemetry::to_prometheus(core->context().metrics->read(), options_.prometheus);
}

std::string worker_impl::metrics_address() const {
  return started_.load() != nullptr && port_ ? port_->address() : std::string{};
}

std::string worker_impl::why_dead() const {
  return started_.load() == nullptr ? std::string{} : home_->why_dead();
}

std::string worker_impl::why_unready() const {
  switch (state()) {
  case worker_state::created:
  case worker_state::connecting: return "the service has not answered yet";
  case worker_state::running: return {};
  case worker_state::draining: return "it is stopping";
  case worker_state::stopped: return "it has stopped";
  }
  return "unknown";
}

} // namespace troupe::detail
