// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/public/worker_home.hpp"
#include "actors/public/worker_impl.hpp"
#include "actors/worker/slots/pooled_slots.hpp"
#include "actors/worker/slots/slot_pool.hpp"
#include "runtime/rpc/connection/connector.hpp"

#include <troupe/worker_host.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

namespace troupe::detail {

/// All kinds, in the order of `slot_kind`.
inline constexpr std::array slot_kinds{
    slot_kind::workflow, slot_kind::activity, slot_kind::local_activity, slot_kind::nexus};

[[nodiscard]] std::size_t& number_of(task_numbers& of, slot_kind kind) noexcept;
[[nodiscard]] std::size_t number_of(const task_numbers& of, slot_kind kind) noexcept;

/// What the workers of a host share: a home of its own with shards and pool, the budget,
/// connections. Lives as long as the host or one of its workers. Thread-safe.
class worker_host_core : public std::enable_shared_from_this<worker_host_core> {
public:
  /// Throws `worker_error` for options that make no sense.
  worker_host_core(std::unique_ptr<worker_home> ground, worker_host_options options);
  ~worker_host_core();
  worker_host_core(const worker_host_core&) = delete;
  worker_host_core& operator=(const worker_host_core&) = delete;

  [[nodiscard]] hosted_worker
  add(const client& of, worker_options options, const worker_share& share);
  void resize(const task_numbers& slots);
  [[nodiscard]] worker_host_snapshot snapshot();
  [[nodiscard]] std::size_t workers() const;
  void stop();
  /// Of all workers: the longest.
  [[nodiscard]] std::chrono::nanoseconds grace() const;
  [[nodiscard]] std::vector<worker_snapshot> worker_snapshots() const;
  /// Some worker has stopped by itself.
  [[nodiscard]] bool has_failed() const;

  // -- for its workers
  [[nodiscard]] worker_home& ground() noexcept { return *ground_; }
  [[nodiscard]] const std::shared_ptr<actors::work_pool>& pool() const noexcept { return pool_; }
  [[nodiscard]] std::shared_ptr<actors::slot_pool> slots_of(slot_kind kind) const {
    return pools_[static_cast<std::size_t>(kind)];
  }
  [[nodiscard]] const std::vector<actors::shard*>& shards() const noexcept { return shards_; }
  /// Those with the fewest workers, which are one more from now on, until `leave`.
  [[nodiscard]] std::vector<std::size_t> settle(std::size_t count);
  void leave(const std::vector<std::size_t>& shards);
  /// Transports over one connection for each connector and shard, while somebody holds it.
  [[nodiscard]] std::shared_ptr<rpc::shared_connection>
  connection(const std::shared_ptr<const rpc::connector>& to, std::size_t shard);

  void join(hosted_member& who);
  void forget(hosted_member& who);

private:
  const std::unique_ptr<worker_home> ground_;
  std::vector<actors::shard*> shards_;
  std::array<std::shared_ptr<actors::slot_pool>, slot_kinds.size()> pools_;
  std::shared_ptr<actors::work_pool> pool_;

  mutable std::mutex mutex_;            ///< guards what follows
  std::vector<std::size_t> workers_on_; ///< by shard
  std::map<std::pair<const rpc::connector*, std::size_t>, std::weak_ptr<rpc::shared_connection>>
      connections_;

  /// Guards `members_`, and that they stay while it is held, by many at the same time.
  mutable std::shared_mutex members_mutex_;
  std::vector<hosted_member*> members_;
};

/// One worker in a host: what the host, its home and its owner know of it together.
class hosted_member {
public:
  /// For people.
  struct names {
    std::string name_space;
    std::string task_queue;
    std::string identity;
  };
  hosted_member(std::shared_ptr<worker_host_core> host, names called, const worker_share& share);
  hosted_member(const hosted_member&) = delete;
  hosted_member& operator=(const hosted_member&) = delete;

  /// Once it exists. Until `release`, hosts stop it.
  void begin(worker_impl& what);
  void release();

  /// Slots for the kinds that it serves: only those take part.
  [[nodiscard]] std::shared_ptr<actors::pooled_slots> make_slots(slot_kind kind);
  /// Those that were made are not used.
  void forget_slots();
  void reweight(const worker_share& share);
  /// Its worker has ended.
  void leave_budget();

  [[nodiscard]] worker_host_core& host() const noexcept { return *host_; }
  [[nodiscard]] worker_impl* impl() const noexcept { return impl_; }
  void add_to(worker_host_snapshot& all, time_point now) const;

private:
  /// Under the lock.
  [[nodiscard]] tuning::budget_share share_of(slot_kind kind) const {
    return {.weight = share_.weight, .minimum = number_of(share_.minimum, kind)};
  }

  const std::shared_ptr<worker_host_core> host_;
  const names called_;
  worker_impl* impl_ = nullptr; ///< there while the host knows this

  mutable std::mutex mutex_; ///< guards what follows
  worker_share share_;
  bool has_left_ = false;
  std::array<std::shared_ptr<actors::pooled_slots>, slot_kinds.size()> slots_;
};

} // namespace troupe::detail
