// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client.hpp>
#include <troupe/service.hpp>
#include <troupe/testing/mock.hpp>
#include <troupe/worker.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace troupe {
class worker_host; // troupe/worker_host.hpp
struct worker_host_options;
} // namespace troupe

namespace troupe::testing {

/// What an `environment` begins with.
struct environment_options {
  /// Namespaces, endpoints, search attributes and settings, as for a `troupe::service`.
  service_options service = {};
  /// The time at its beginning.
  wall_time start{std::chrono::seconds{1'700'000'000}};
  /// Decides every order that is open (which part of the system goes on first when several could)
  /// and the ids and jitters of the service: the same seed, the same run.
  std::uint64_t seed = 1;
  /// A blocking call that this much time has passed in fails: it waits for what never comes.
  std::chrono::nanoseconds longest_wait = std::chrono::years{10};
  /// A blocking call fails, and names the queue, once something has waited so long in a task queue
  /// that no worker polls: its name is mistyped, or its worker was not started. What has a timeout
  /// of its own (schedule-to-close, schedule-to-start, of a run) waits for that instead. Zero: such
  /// a call goes on.
  std::chrono::nanoseconds longest_unpolled = std::chrono::days{30};
  /// A blocking call while which user code has failed so often in the same way fails: code with a
  /// bug is tried again for ever, and what waits for it would wait for `longest_wait`. Counted is
  /// all that fails in the environment, also what the call does not wait for.
  std::size_t most_failures = 1'000;
  /// Real time: a workflow, or a handler or activity that is a coroutine, that keeps its thread for
  /// so long without getting on is left behind as in a worker, and the call that waits fails and
  /// names it. Longer times of `worker_options::deadlock_timeout` and `deadlock_timeouts` count
  /// instead, and zero there: for ever. Zero here, or `TEMPORAL_DEBUG` in the environment: for
  /// ever.
  std::chrono::nanoseconds deadlock_timeout = std::chrono::seconds{10};
};

class environment;
class virtual_world;

/// Time stands still as long as it lives; see `environment::hold_time`.
class [[nodiscard]] held_time {
public:
  /// What was moved from holds nothing.
  held_time(held_time&&) noexcept = default;
  /// Lets go of what was held.
  held_time& operator=(held_time&&) noexcept = default;

private:
  friend class environment;
  explicit held_time(std::shared_ptr<void> hold) noexcept : hold_(std::move(hold)) {}
  std::shared_ptr<void> hold_;
};

/// A service, its workers and clients in one process and in a time of its own, which jumps to the
/// next thing due: a workflow that sleeps for a year ends in milliseconds, with every retry,
/// timeout, backoff and circuit breaker on the way at its own time.
///
///     testing::environment env{{.service = {.endpoints = {{"greetings", "default",
///     "greeters"}}}}}; auto client = env.connect(); auto worker = env.make_worker(client,
///     {.task_queue = "greeters"}); worker.add<greeter>().add(greeting_handler()).start(); auto
///     said = client.execute_workflow<greeter>({.task_queue = "greeters"}, "Ann");
///
/// Nothing happens by itself: everything runs inside of its members and of the blocking calls of
/// its clients and workers, while the thread that calls them waits. Such a call lets the time jump
/// until it is done. While something computes, the time stands still, also while plain functions
/// do, which run on threads of their own, one at a time; such a function may call the service, and
/// waits for it in virtual time.
///
/// Threading: use it, its clients and its workers on one thread (and in what they run). It stops
/// when it and the last of its workers and clients are gone; destroy workers before it.
class environment {
public:
  /// Throws `service_error` for options that make no sense.
  explicit environment(environment_options options = {});
  ~environment();
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

  /// A client of the service. Its blocking calls let the time jump. Throws `rpc_error` if there is
  /// no such namespace. A call that waits for what never comes throws `std::logic_error`: when
  /// nothing is left to happen, when only the time could bring it and that is held, after
  /// `longest_wait`, `longest_unpolled` or `most_failures`, when code spins (`deadlock_timeout`);
  /// the text ends with the last failure of user code, and what waits in queues without a worker.
  [[nodiscard]] client connect(
      std::string name_space = "default",
      data_converter converter = {},
      std::vector<std::shared_ptr<const client_interceptor>> interceptors = {});

  /// A worker that lives here. It is configured, started and stopped as any other; not for
  /// `run_until_signal`. A plain function that blocks, blocks the test; other code that does so is
  /// found (`environment_options::deadlock_timeout`). `of` must be a client of this environment.
  [[nodiscard]] worker make_worker(const client& of, worker_options options);

  /// A host that lives here, for workers with clients of this environment.
  [[nodiscard]] worker_host make_host(worker_host_options options);

  /// Every worker of this environment that starts from now on runs this code in place of what was
  /// added to it under that name, and also if nothing was: a mock needs nobody who implements what
  /// it stands in for. A mock of the same name replaces the one before.
  void replace(replacement with);

  /// The environment's time.
  [[nodiscard]] wall_time now() const;

  // These throw `std::logic_error`, as blocking calls do, when code spins.
  /// Runs everything that can go on at the present time.
  void run();
  /// Moves the time by so much; everything on the way happens at its own time.
  void advance(std::chrono::nanoseconds by);
  /// Moves to the next thing due and runs that; false if there is none.
  bool advance_to_next();
  /// Lets the time jump until `condition` holds, asking again whenever something happened; false if
  /// it does not within `longest`.
  bool run_until(
      const std::function<bool()>& condition,
      std::chrono::nanoseconds longest = std::chrono::years{10});
  /// Blocking calls no longer move the time, `advance` still does.
  [[nodiscard]] held_time hold_time();

private:
  std::shared_ptr<virtual_world> world_;
};

} // namespace troupe::testing
