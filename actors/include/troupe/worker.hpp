// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/metrics.hpp>
#include <troupe/nexus/handler_base.hpp>
#include <troupe/otlp.hpp>
#include <troupe/tracing.hpp>
#include <troupe/worker_interceptor.hpp>
#include <troupe/worker_snapshot.hpp>
#include <troupe/workflow/definition.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

struct worker_tuner; // troupe/tuner.hpp

/// How many long polls of one kind a worker keeps open. Between the bounds it follows the service's
/// advice. Never more than there are free slots.
struct poller_options {
  int minimum = 1;   ///< that are always open, for each shard
  int initial = 5;   ///< at the start
  int maximum = 100; ///< however much there is to do

  /// Always so many, whatever the service advises.
  [[nodiscard]] static constexpr poller_options simple_maximum(int polls) noexcept {
    return {polls, polls, polls};
  }
};

/// What a worker is told. Only `task_queue` is needed.
struct worker_options {
  std::string task_queue;    ///< whose tasks it takes; must be given
  std::string identity = {}; ///< shown in histories; empty: the client's
  /// Threads that poll and run coroutines; 0: one per core. For short tasks more processes of one
  /// shard cost less CPU than more shards, since gRPC shares its epoll set between all threads of a
  /// process; `GRPC_POLL_STRATEGY=poll` in the environment lowers that.
  std::size_t shards = 1;

  /// Tasks of one kind that run at the same time. Plain function handlers get as many threads, when
  /// they need them, unless `max_pool_threads` says less.
  std::size_t max_concurrent_nexus_tasks = 100;
  std::size_t max_concurrent_workflow_tasks = 100;   ///< that are worked on at a time
  std::size_t max_concurrent_activities = 100;       ///< that run at a time
  std::size_t max_concurrent_local_activities = 100; ///< that run at a time
  /// Where slots come from, for the kinds that it says something of, instead of the four numbers
  /// above: as many as CPU and memory allow, or what a supplier of the program's own says
  /// (`troupe/tuner.hpp`). Null: those numbers.
  std::shared_ptr<const worker_tuner> tuner = {};
  /// Threads for plain functions of Nexus handlers and activities, at most; what finds none waits
  /// for its turn. 0: as many as can run at the same time, so that none waits. With fewer,
  /// functions that wait for others of this worker may wait for ever.
  std::size_t max_pool_threads = 0;
  /// True: a Nexus request for a plain function that would have its turn only when the request's
  /// time is over, as fast as others get theirs, is refused at once (RESOURCE_EXHAUSTED). The
  /// service tries it again, perhaps with another worker, instead of waiting in vain. Counted in
  /// `nexus_task_refused`. Not with codecs that may block: they need the pool to refuse.
  bool refuse_late_nexus_requests = false;
  poller_options nexus_pollers = {};    ///< of Nexus tasks
  poller_options workflow_pollers = {}; ///< of workflow tasks
  poller_options activity_pollers = {}; ///< of activity tasks
  /// So many activities of the queue are started in a second, by all its workers together; the last
  /// worker that polled counts. Absent: no limit.
  std::optional<double> max_task_queue_activities_per_second = {};
  /// So many activities are started in a second by this worker, evenly spaced. Absent: no limit.
  std::optional<double> max_activities_per_second = {};
  /// So many Nexus requests are taken in a second by this worker, evenly spaced. Absent: no limit.
  std::optional<double> max_nexus_tasks_per_second = {};
  /// True: only workflows, local activities and Nexus operations; activities that were added are
  /// there for `execute_local` alone.
  bool no_remote_activities = false;
  /// Heartbeats of an activity are sent no more often than in 80 % of its heartbeat timeout, or in
  /// this time if it has none...
  std::chrono::nanoseconds default_heartbeat_throttle_interval = std::chrono::seconds{30};
  /// ...and at least so often.
  std::chrono::nanoseconds max_heartbeat_throttle_interval = std::chrono::seconds{60};
  /// False: activities that a workflow schedules on the worker's own queue may start here at once,
  /// without a poll, if the service does that and slots are free: up to three of a workflow task.
  /// Not with `max_task_queue_activities_per_second` or `max_activities_per_second`.
  bool disable_eager_activity_execution = false;

  /// Workflow runs kept in memory, so that their next task costs only its new events. 0: none,
  /// every task is replayed.
  std::size_t max_cached_workflows = 1000;
  /// What the cached runs may take together, roughly.
  std::size_t max_cached_bytes = std::size_t{512} << 20;
  /// How long the service waits for this worker to take a task of a run that it holds, before it
  /// asks any worker.
  std::chrono::nanoseconds sticky_schedule_to_start_timeout = std::chrono::seconds{10};
  /// Errors that fail a workflow of this worker although they are no `failure_error`; others fail
  /// its task, which is tried again. `workflow::failure_types::of<std::domain_error>()`. With
  /// `workflow::nondeterminism_error`, or a base of it, code that does not fit its history ends the
  /// run, too. A workflow's own `failure_types` come in addition.
  workflow::failure_types workflow_failure_types = {};
  /// Asked about a patch (`ctx.patched`) when a run reaches it for the first time: false holds new
  /// code back until all workers have it. Empty: every patch is taken. Must answer from what it
  /// knows, on the shard; an error of it fails the task.
  std::function<bool(const workflow::info&, std::string_view patch_id)> activates_patch = {};
  /// At shutdown: how long running handlers and activities are left alone before they are
  /// cancelled. They are waited for after that.
  std::chrono::nanoseconds graceful_shutdown_timeout = std::chrono::seconds{10};
  /// How long a workflow, or a handler or activity that is a coroutine, may keep its thread without
  /// getting on. After that its task fails, it is named in the log, and its shard goes on on a new
  /// thread; the old one stays with it, and what it still does has no effect. Zero: for ever; so it
  /// is while `TEMPORAL_DEBUG` is set in the environment.
  std::chrono::nanoseconds deadlock_timeout = std::chrono::seconds{1};
  /// The same for some of them: by the name of a workflow, of an activity, or by
  /// `service/operation`. Zero: for ever.
  std::map<std::string, std::chrono::nanoseconds> deadlock_timeouts = {};
  /// More bytes of payloads in one command of a workflow, or as the result of an activity, are
  /// logged (`[TMPRL1103]`). Zero: never.
  std::size_t payload_size_warning = std::size_t{512} << 10;
  /// More than these are not sent: the workflow task, or the activity's attempt, fails instead and
  /// can be tried again, while the service would end the workflow for good; `heartbeat` throws. As
  /// the service's own limit is, by default. Zero: left to the service.
  std::size_t payload_size_limit = std::size_t{2} << 20;

  /// Where the worker shows itself over HTTP: its metrics to Prometheus at `/metrics`, whether it
  /// is alive and ready at `/livez` and `/readyz`, its snapshot as JSON at `/inspect` (what `troupe
  /// worker inspect` reads). `127.0.0.1:9464`; a port of 0 takes a free one
  /// (`worker::metrics_address`). Empty: `TROUPE_METRICS_ADDRESS` of the environment, else nowhere.
  /// Workers of one process with the same address show themselves together, in the form that the
  /// first of them wants.
  std::string metrics_address = {};
  prometheus_options prometheus = {}; ///< how metrics are named there
  /// Present: the metrics are pushed to an OpenTelemetry collector as well, the last time when the
  /// worker is destroyed or has stopped.
  std::optional<otlp_options> otlp = {};
  /// Stand around workflows, activities and Nexus handlers; the first is the outermost. Those of
  /// the client that are worker interceptors come before them.
  std::vector<std::shared_ptr<const worker_interceptor>> interceptors = {};
  /// Takes the worker's spans: `otlp_tracer({...})`, or one of your own. Null: the client's; if
  /// that has none either, no traces, and none are passed on.
  std::shared_ptr<troupe::tracer> tracer = {};
};

/// A worker that cannot run as it was told; what() says why and what to do.
class worker_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

namespace detail {
class worker_impl;

/// What a worker takes as a function argument.
template <class T>
inline constexpr bool can_be_added =
    std::is_convertible_v<T, nexus::service_handler>
    || std::is_convertible_v<T, activity::implementation>
    || std::is_convertible_v<T, std::shared_ptr<const workflow::definition>>;

/// Says what can be added instead.
template <class T>
constexpr void refuse_to_add() {
  static_assert(
      can_be_added<T>,
      "this cannot be added to a worker. A workflow is named: add<my_workflow>(). A Nexus contract "
      "is served by its handlers, add(nexus::handler_for<my_contract>(...)), an activity by its "
      "implementation, add(activity::implement<my_activity>(function))");
}
} // namespace detail

/// Serves a task queue: Nexus operations, workflows and activities.
///
///     troupe::worker worker{client, {.task_queue = "my-queue"}};
///     worker.add(hello_handler());
///     worker.add<hello_workflow>();
///     worker.add(activity::implement<compose_greeting>(compose));
///     return worker.run_until_signal();
///
/// It has threads of its own (shards) and its own connection per shard. Workflows, and handlers and
/// activities that are coroutines, run on the shard that polled their task and must not block;
/// those that are plain functions run on a pool of threads and may. Threading: configure and start
/// it from one thread; `stop`, `state` and `snapshot` are thread-safe. Destroying it stops it
/// gracefully and waits.
class worker {
public:
  /// Throws `worker_error` for an empty task queue or options that make no sense.
  worker(client client, worker_options options);
  ~worker();
  /// What was moved from can only be destroyed or assigned to.
  worker(worker&&) noexcept;
  /// Stops what was there, gracefully.
  worker& operator=(worker&&) noexcept;

  /// Serves a Nexus service (`nexus::handler_for<S>(...)`). Throws `std::invalid_argument` if one
  /// of that name is there, `worker_error` after `start`.
  worker& add(nexus::service_handler service);

  /// Serves workflows of the type `W`, under `W::name` or another name.
  template <class W>
  worker& add() {
    return add(workflow::define<W>());
  }
  /// Adds a workflow under another name than its own.
  template <class W>
  worker& add(std::string name) {
    return add(workflow::define<W>(std::move(name)));
  }
  /// Adds a workflow that is known only at run time.
  worker& add(std::shared_ptr<const workflow::definition> definition);

  /// Serves an activity (`activity::implement<A>(...)`). Throws `std::invalid_argument` if one of
  /// that type is there, `worker_error` after `start`.
  worker& add(activity::implementation implementation);

  /// Anything else: does not compile, and says why.
  template <class T>
    requires(!detail::can_be_added<T>)
  worker& add(const T&) {
    detail::refuse_to_add<T>();
    return *this;
  }
  /// The contract of an activity, without what does it: does not compile, and says so.
  template <const auto& Contract>
  worker& add() {
    detail::refuse_to_add<std::remove_cvref_t<decltype(Contract)>>();
    return *this;
  }

  /// Starts polling. Returns when the namespace was found to exist, or when the service could not
  /// be reached: then the worker keeps trying, and says so in the log. Throws `worker_error` if
  /// there is no such namespace, if the service refuses the worker, if nothing was added, or if it
  /// has been stopped: a stopped worker does not start again.
  void start();

  /// Stops gracefully and waits: no new tasks, running ones are finished and answered. Handlers and
  /// activities that still run after `graceful_shutdown_timeout` are cancelled with
  /// `cancel_reason::worker_shutdown`. Any thread but the worker's own.
  void stop();

  /// Starts (unless started), runs until SIGINT or SIGTERM, stops gracefully; a second signal ends
  /// the process at once, with 128 and its number. Code that does not even come back within two
  /// seconds of its cancellation is named in the log, and the process ends without it, with 1.
  /// Returns what `main` should: 0, or 1 after writing why to the log. Uses the process's handlers
  /// of both signals meanwhile, so only one worker at a time should do this; others can be
  /// `start`ed beside it.
  int run_until_signal();

  /// Any thread.
  [[nodiscard]] worker_state state() const;
  /// What the worker does at this moment, without a service. Asks each shard and waits a second for
  /// one that is busy; of that it says only what can be seen from outside.
  [[nodiscard]] worker_snapshot snapshot(const snapshot_options& what = {}) const;

  /// All metrics as Prometheus reads them: for programs that have an HTTP server of their own.
  [[nodiscard]] std::string metrics_text() const;
  /// Where the metrics are shown, with the port that was taken; empty before `start`, and if they
  /// are not.
  [[nodiscard]] std::string metrics_address() const;

  /// For `troupe/caf.hpp`.
  explicit worker(std::unique_ptr<detail::worker_impl> impl) noexcept;

private:
  std::unique_ptr<detail::worker_impl> impl_;
};

} // namespace troupe
