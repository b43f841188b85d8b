// SPDX-License-Identifier: Apache-2.0
#include "actors/public/hosted_home.hpp"

#include "actors/public/worker_slots.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace troupe::detail {

std::vector<actors::shard*> hosted_home::make_shards(std::size_t count) {
  places_ = host_.settle(count);
  std::vector<actors::shard*> made;
  for (const auto each : places_)
    made.push_back(host_.shards()[each]);
  return made;
}

worker_slots hosted_home::make_slots(const worker_options& options, const served_kinds& what) {
  if (options.tuner)
    throw worker_error(
        "a worker of a host takes its slots from the host's budget: leave worker_options::tuner "
        "empty, and give it a share");
  try {
    const auto made = [this](bool is_served, slot_kind kind) {
      return is_served ? member_->make_slots(kind) : nullptr;
    };
    return {
        made(what.workflow, slot_kind::workflow),
        made(what.activity, slot_kind::activity),
        made(what.local_activity, slot_kind::local_activity),
        made(what.nexus, slot_kind::nexus)};
  } catch (const std::invalid_argument& error) {
    member_->forget_slots();
    throw worker_error(
        "the worker of " + options.task_queue + " finds no place in its host: " + error.what());
  }
}

std::unique_ptr<rpc::transport> hosted_home::connect(
    const std::shared_ptr<const rpc::connector>& to, actors::shard&, std::size_t shard) {
  return connections_.emplace_back(host_.connection(to, places_[shard]))->connect();
}

/// Its shards go on: what it has posted there is done when they have come past it, and what that
/// has posted when they have once more.
void hosted_home::end() {
  pass_all_shards();
  pass_all_shards();
  leave();
}

void hosted_home::pass_all_shards() {
  struct passing {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t left = 0;
  };
  const auto all = std::make_shared<passing>();
  all->left = places_.size();
  for (const auto each : places_)
    host_.shards()[each]->post([all] {
      const std::lock_guard guard{all->mutex};
      if (--all->left == 0)
        all->changed.notify_all();
    });
  std::unique_lock guard{all->mutex};
  host_.ground().wait(guard, all->changed, [&] { return all->left == 0; });
}

void hosted_home::leave() {
  member_->leave_budget();
  host_.leave(std::exchange(places_, {}));
  connections_.clear();
}

} // namespace troupe::detail
