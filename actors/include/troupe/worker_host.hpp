// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/tuner.hpp>
#include <troupe/worker.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// Many workers in one process, of any queues, namespaces and services, over one set of threads and
/// with one budget of slots:
///
///     troupe::worker_host host{{.slots = {.activities = 200}}};
///     auto thumbnails = host.add(client, {.task_queue = "thumbnails"});
///     auto payments = host.add(
///         client, {.task_queue = "payments"}, {.weight = 3, .minimum = {.activities = 20}});
///     thumbnails.add(activity::implement<shrink>(...)).start();
///     payments.add(activity::implement<charge>(...)).start();
///     return host.run_until_signal();
namespace troupe {

namespace detail {
class worker_host_core;
class hosted_member;
class worker_home;
} // namespace detail

/// So many of each kind of task.
struct task_numbers {
  std::size_t workflow_tasks = 0;   ///< workflow tasks that are worked on at a time
  std::size_t activities = 0;       ///< that run at a time
  std::size_t local_activities = 0; ///< that run at a time
  std::size_t nexus_tasks = 0;      ///< Nexus requests that are served at a time
};

/// What a worker has a right to, of each kind that it serves.
struct worker_share {
  /// Of what is left when all have their minimum, while several want it: slots go by weight. Above
  /// 0. What others do not want it may have all of.
  double weight = 1;
  /// Slots that are kept for it and lent to nobody, so that its tasks begin at once however busy
  /// the others are. Of kinds that it does not serve nothing is kept.
  task_numbers minimum = {};
};

/// What a host is told.
struct worker_host_options {
  /// Threads that poll and run coroutines, for all workers together; 0: one per core. A worker is
  /// on `worker_options::shards` of them, on those that have the fewest workers.
  std::size_t shards = 1;
  /// The budget: tasks that run at a time, of all workers together. At least 1 of each.
  task_numbers slots = {
      .workflow_tasks = 100, .activities = 100, .local_activities = 100, .nexus_tasks = 100};
  /// While this has no room, workers get no more than their minima, and one task of each kind runs
  /// if there are none (`troupe::make_resource_controller`). Null: the numbers alone count.
  std::shared_ptr<resource_controller> controller = {};
  /// Threads for plain functions, at most; what finds none waits for its turn. 0: as many as the
  /// budget lets run at a time.
  std::size_t max_pool_threads = 0;
  /// As `worker_options::deadlock_timeout`, whose place it takes; `deadlock_timeouts` of a worker
  /// count as ever.
  std::chrono::nanoseconds deadlock_timeout = std::chrono::seconds{1};
};

/// A host at one moment. Members are added in later versions.
struct worker_host_snapshot {
  /// A worker, as far as one kind of task goes.
  struct member {
    std::string name_space = {};              ///< of the worker
    std::string task_queue = {};              ///< of the worker
    std::string identity = {};                ///< of the worker
    double weight = 1;                        ///< its share
    std::uint64_t minimum = 0;                ///< kept for it
    std::uint64_t running = 0;                ///< its tasks that have a slot
    std::uint64_t lent = 0;                   ///< of those: above its minimum
    std::uint64_t polls = 0;                  ///< that are open
    std::uint64_t waiting_tasks = 0;          ///< that have come and have no slot yet
    std::chrono::nanoseconds longest_wait{0}; ///< of those
    bool waits_to_poll = false;               ///< some poll of it is not made for want of slots
  };
  /// One kind of task.
  struct kind {
    slot_kind what = slot_kind::workflow; ///< which
    std::uint64_t slots = 0;              ///< the budget
    std::uint64_t running = 0;            ///< slots with a task in them
    std::uint64_t kept = 0;               ///< free, for minima that are not used
    std::uint64_t open = 0;               ///< free, for whoever wants them
    bool has_room = true;                 ///< false: the controller lets nobody above its minimum
    std::vector<member> members = {};     ///< workers that serve it, in the order they were added
  };
  std::vector<kind> kinds = {}; ///< all four
};

/// A worker that lives in a host: configured, started and stopped as any other. When it is
/// destroyed, or has been stopped, it leaves the budget, while the others go on.
///
/// Of its options these have no meaning here: `max_concurrent_...` and `max_pool_threads` (the
/// host's budget counts), `deadlock_timeout`. A `tuner` is refused by `start`. Each sort of poll
/// begins with `minimum` polls, whatever `initial` is, so that a queue without tasks costs little;
/// more are opened by the service's advice, or as tasks come. Connections are shared: workers of
/// one client (and its copies) have one for each shard.
///
/// Threading: as of a worker; `reweight` is thread-safe.
class hosted_worker : public worker {
public:
  ~hosted_worker();
  /// What was moved from can only be destroyed or assigned to.
  hosted_worker(hosted_worker&&) noexcept;
  /// Stops what was there, gracefully.
  hosted_worker& operator=(hosted_worker&&) noexcept;

  /// Another share from now on; slots with a task in them are not taken back. Throws
  /// `std::invalid_argument` and changes nothing if the weight is not above 0, or if the budget
  /// cannot keep all minima; `worker_error` once it has been stopped.
  void reweight(const worker_share& share);

  /// For hosts.
  hosted_worker(
      std::unique_ptr<detail::worker_impl> impl, std::shared_ptr<detail::hosted_member> member);

private:
  std::shared_ptr<detail::hosted_member> member_;
};

/// Threads, and a budget of slots, that many workers share.
///
/// - A poll needs no slot, only that one could be had; the task that it brings takes the slot. So
///   queues without tasks cost their polls and keep nothing from others. A task that finds none,
///   as others were quicker, waits here before all who want to poll, and its worker polls no more
///   meanwhile: at most as many wait as it had polls open.
/// - Who has fewest above its minimum for its weight gets the next slot.
/// - Priority keys of tasks order them within their queue, at the service; between queues there are
///   weights.
///
/// The workers may outlive it: its threads end with the last of them. Threading: thread-safe.
class worker_host {
public:
  /// Throws `worker_error` for options that make no sense.
  explicit worker_host(worker_host_options options = {});
  /// Stops no worker: `stop`, or their own destructors do.
  ~worker_host();
  worker_host(const worker_host&) = delete;
  worker_host& operator=(const worker_host&) = delete;

  /// A worker on this host, at any time. Throws `worker_error` for options that make no sense, and
  /// `std::invalid_argument` for a share that the budget cannot keep.
  [[nodiscard]] hosted_worker
  add(const client& of, worker_options options, const worker_share& share = {});

  /// Another budget from now on; tasks above it are not stopped. Throws `std::invalid_argument` and
  /// changes nothing if a number is 0 or less than the minima of the workers.
  void resize(const task_numbers& slots);

  /// What there is at this moment.
  [[nodiscard]] worker_host_snapshot snapshot() const;
  /// Workers that were added and not destroyed.
  [[nodiscard]] std::size_t workers() const;

  /// Stops all workers that were started, gracefully and at the same time, and waits for them. None
  /// must be added or destroyed by their own code meanwhile.
  void stop();

  /// Runs until SIGINT or SIGTERM, then stops all workers as `worker::run_until_signal` does its
  /// own: what does not come back within their longest grace is left behind with the process.
  /// Workers are started before, or meanwhile. Returns what `main` should: 1 if one of them had
  /// stopped by itself, else 0. Not in test environments.
  int run_until_signal();

  /// For test environments.
  worker_host(std::unique_ptr<detail::worker_home> home, worker_host_options options);

private:
  std::shared_ptr<detail::worker_host_core> core_;
};

} // namespace troupe
