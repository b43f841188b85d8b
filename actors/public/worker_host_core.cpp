// SPDX-License-Identifier: Apache-2.0
#include "actors/public/worker_host_core.hpp"

#include "actors/public/hosted_home.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <utility>

namespace troupe::detail {

namespace {

/// Of each kind, so that there is always one that gets on.
constexpr std::size_t always = 1;

/// Changes each of several things, or none.
template <class List, class Change, class Undo>
void change_all(List& all, Change change, Undo undo) {
  std::size_t done = 0;
  try {
    for (; done != all.size(); ++done)
      change(done);
  } catch (...) {
    while (done-- != 0)
      undo(done);
    throw;
  }
}

void check(const worker_share& share, const task_numbers& slots) {
  if (!(share.weight > 0))
    throw std::invalid_argument("the weight of a worker in a host must be above 0");
  for (const auto kind : slot_kinds)
    if (number_of(share.minimum, kind) > number_of(slots, kind))
      throw std::invalid_argument(
          "a minimum of " + std::to_string(number_of(share.minimum, kind)) + " slots ("
          + to_string(kind)
          + ") is more than the host has: " + std::to_string(number_of(slots, kind)));
}

void check(const task_numbers& slots) {
  for (const auto kind : slot_kinds)
    if (number_of(slots, kind) == 0)
      throw std::invalid_argument(
          std::string{"a host needs at least one slot of each kind: "} + to_string(kind)
          + " has none");
}

} // namespace

std::size_t& number_of(task_numbers& of, slot_kind kind) noexcept {
  switch (kind) {
  case slot_kind::workflow: return of.workflow_tasks;
  case slot_kind::activity: return of.activities;
  case slot_kind::local_activity: return of.local_activities;
  case slot_kind::nexus: break;
  }
  return of.nexus_tasks;
}

std::size_t number_of(const task_numbers& of, slot_kind kind) noexcept {
  auto copy = of;
  return number_of(copy, kind);
}

worker_host_core::worker_host_core(std::unique_ptr<worker_home> ground, worker_host_options options)
    : ground_(std::move(ground)) {
  try {
    check(options.slots);
  } catch (const std::invalid_argument& error) {
    throw worker_error(error.what());
  }
  if (options.shards == 0)
    options.shards = std::max(1u, std::thread::hardware_concurrency());
  for (const auto kind : slot_kinds)
    pools_[static_cast<std::size_t>(kind)] = std::make_shared<actors::slot_pool>(
        number_of(options.slots, kind), options.controller, always);
  shards_ = ground_->make_shards(options.shards);
  workers_on_.resize(shards_.size());
  const auto& most = options.slots;
  const auto at_a_time = saturated_sum(
      saturated_sum(most.activities, most.local_activities),
      saturated_sum(most.nexus_tasks, most.workflow_tasks)); // these with codecs that may block
  pool_ = ground_->make_pool(
      options.max_pool_threads == 0 ? at_a_time : std::min(at_a_time, options.max_pool_threads));
  // As in a worker: while somebody debugs, code may stand still.
  const bool is_debugged =
      std::getenv("TEMPORAL_DEBUG") != nullptr; // NOLINT(concurrency-mt-unsafe)
  const auto patience = is_debugged ? std::chrono::nanoseconds{} : options.deadlock_timeout;
  ground_->watch(patience, patience);
}

worker_host_core::~worker_host_core() {
  ground_->end();
}

hosted_worker
worker_host_core::add(const client& of, worker_options options, const worker_share& share) {
  task_numbers slots;
  for (const auto kind : slot_kinds) {
    actors::slot_pool::access locked{*slots_of(kind)};
    number_of(slots, kind) = locked->budget().total();
  }
  check(share, slots);
  auto member = std::make_shared<hosted_member>(
      shared_from_this(),
      hosted_member::names{
          of.name_space(),
          options.task_queue,
          options.identity.empty() ? of.options().identity : options.identity},
      share);
  auto impl =
      std::make_unique<worker_impl>(std::make_unique<hosted_home>(member), of, std::move(options));
  member->begin(*impl);
  return {std::move(impl), std::move(member)};
}

void worker_host_core::resize(const task_numbers& slots) {
  check(slots);
  std::array<std::size_t, slot_kinds.size()> before{};
  change_all(
      slot_kinds,
      [&](std::size_t i) {
        actors::slot_pool::access locked{*pools_[i]};
        before[i] = locked->budget().total();
        locked->resize(number_of(slots, slot_kinds[i]));
        locked->begin_round();
      },
      [&](std::size_t i) {
        actors::slot_pool::access locked{*pools_[i]};
        locked->resize(before[i]);
      });
}

worker_host_snapshot worker_host_core::snapshot() {
  worker_host_snapshot all;
  for (const auto kind : slot_kinds) {
    actors::slot_pool::access locked{*slots_of(kind)};
    const auto& budget = locked->budget();
    all.kinds.push_back(
        {.what = kind,
         .slots = budget.total(),
         .running = budget.out(),
         .kept = budget.kept(),
         .open = budget.open(),
         .has_room = locked.has_room()});
  }
  const auto now = shards_.front()->now();
  const std::shared_lock guard{members_mutex_};
  for (const auto* each : members_)
    each->add_to(all, now);
  return all;
}

std::size_t worker_host_core::workers() const {
  const std::shared_lock guard{members_mutex_};
  return members_.size();
}

void worker_host_core::stop() {
  const std::shared_lock guard{members_mutex_};
  for (const auto* each : members_)
    each->impl()->stop();
  for (const auto* each : members_)
    each->impl()->wait_stopped();
}

std::chrono::nanoseconds worker_host_core::grace() const {
  std::chrono::nanoseconds longest{};
  const std::shared_lock guard{members_mutex_};
  for (const auto* each : members_)
    longest = std::max(longest, each->impl()->grace());
  return longest;
}

std::vector<worker_snapshot> worker_host_core::worker_snapshots() const {
  std::vector<worker_snapshot> all;
  const std::shared_lock guard{members_mutex_};
  for (const auto* each : members_)
    all.push_back(each->impl()->snapshot({}));
  return all;
}

bool worker_host_core::has_failed() const {
  const std::shared_lock guard{members_mutex_};
  return std::ranges::any_of(
      members_, [](const auto* each) { return !each->impl()->error().empty(); });
}

std::vector<std::size_t> worker_host_core::settle(std::size_t count) {
  const std::lock_guard guard{mutex_};
  std::vector<std::size_t> all(shards_.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::ranges::sort(
      all, {}, [this](std::size_t shard) { return std::pair{workers_on_[shard], shard}; });
  all.resize(std::min(count, all.size()));
  for (const auto each : all)
    ++workers_on_[each];
  return all;
}

void worker_host_core::leave(const std::vector<std::size_t>& shards) {
  const std::lock_guard guard{mutex_};
  for (const auto each : shards)
    --workers_on_[each];
}

std::shared_ptr<rpc::shared_connection>
worker_host_core::connection(const std::shared_ptr<const rpc::connector>& to, std::size_t shard) {
  const std::lock_guard guard{mutex_};
  auto& known = connections_[{to.get(), shard}];
  auto found = known.lock();
  if (!found) {
    std::erase_if(connections_, [&](const auto& each) {
      return &each.second != &known && each.second.expired();
    });
    found = to->share(*shards_[shard], ground_->queue_of(shard));
    known = found;
  }
  return found;
}

void worker_host_core::join(hosted_member& who) {
  const std::lock_guard guard{members_mutex_};
  members_.push_back(&who);
}

void worker_host_core::forget(hosted_member& who) {
  const std::lock_guard guard{members_mutex_};
  std::erase(members_, &who);
}

hosted_member::hosted_member(
    std::shared_ptr<worker_host_core> host, names called, const worker_share& share)
    : host_(std::move(host)), called_(std::move(called)), share_(share) {}

void hosted_member::begin(worker_impl& what) {
  impl_ = &what;
  host_->join(*this);
}

void hosted_member::release() {
  host_->forget(*this);
}

std::shared_ptr<actors::pooled_slots> hosted_member::make_slots(slot_kind kind) {
  const std::lock_guard guard{mutex_};
  auto& its = slots_[static_cast<std::size_t>(kind)];
  its = nullptr; // of a start that failed
  its = std::make_shared<actors::pooled_slots>(
      host_->slots_of(kind),
      share_of(kind),
      kind == slot_kind::local_activity ? actors::pooled_slots::use::without_polls
                                        : actors::pooled_slots::use::by_polls);
  return its;
}

void hosted_member::forget_slots() {
  const std::lock_guard guard{mutex_};
  slots_ = {};
}

void hosted_member::reweight(const worker_share& share) {
  const std::lock_guard guard{mutex_};
  if (has_left_)
    throw worker_error("a worker that has been stopped has no share of its host any more");
  const auto before = std::exchange(share_, share);
  const auto apply = [&](std::size_t i) {
    if (slots_[i])
      slots_[i]->reweight(share_of(slot_kinds[i]));
  };
  try {
    change_all(slots_, apply, [&](std::size_t i) {
      share_ = before;
      apply(i);
      share_ = share;
    });
  } catch (...) {
    share_ = before;
    throw;
  }
}

void hosted_member::leave_budget() {
  const std::lock_guard guard{mutex_};
  has_left_ = true;
  for (const auto& each : slots_)
    if (each)
      each->remove();
}

void hosted_member::add_to(worker_host_snapshot& all, time_point now) const {
  const std::lock_guard guard{mutex_};
  for (std::size_t i = 0; i != slots_.size(); ++i) {
    const auto seen = slots_[i] ? slots_[i]->share() : std::nullopt;
    if (!seen)
      continue;
    all.kinds[i].members.push_back(
        {.name_space = called_.name_space,
         .task_queue = called_.task_queue,
         .identity = called_.identity,
         .weight = seen->weight,
         .minimum = seen->minimum,
         .running = seen->running,
         .lent = seen->running > seen->minimum ? seen->running - seen->minimum : 0,
         .polls = seen->polls,
         .waiting_tasks = seen->waiting_tasks,
         .longest_wait = actors::longest_wait(*seen, now),
         .waits_to_poll = seen->waits_to_poll});
  }
}

} // namespace troupe::detail
