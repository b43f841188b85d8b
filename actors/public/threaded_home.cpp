// SPDX-License-Identifier: Apache-2.0
#include "actors/public/threaded_home.hpp"

#include "actors/worker/work_pool.hpp"

#include <caf/atom.hpp>

namespace troupe::detail {

namespace {

/// A turn that takes so long will not end by itself; code that does not come back is none, since
/// its shard goes on without it.
constexpr std::chrono::seconds dead_after{30};

} // namespace

caf::actor_system& threaded_home::system() {
  if (system_ == nullptr) {
    own_config_ = std::make_unique<caf::actor_system_config>();
    // Nothing of ours runs on CAF's scheduler; `sharing` so that its one thread sleeps.
    own_config_->set("scheduler.policy", caf::atom("sharing"));
    own_config_->set("scheduler.max-threads", 1u);
    own_system_ = std::make_unique<caf::actor_system>(*own_config_);
    system_ = own_system_.get();
  }
  return *system_;
}

std::vector<actors::shard*> threaded_home::make_shards(std::size_t count) {
  std::vector<actors::shard*> made;
  for (std::size_t i = 0; i < count; ++i) {
    shards_.push_back(
        std::make_unique<actors::threaded_shard>(system(), "troupe-" + std::to_string(i)));
    made.push_back(shards_.back().get());
  }
  return made;
}

std::shared_ptr<actors::work_pool> threaded_home::make_pool(std::size_t limit) {
  return std::make_shared<actors::thread_work_pool>(limit);
}

void threaded_home::watch(std::chrono::nanoseconds patience, std::chrono::nanoseconds shortest) {
  std::vector<actors::shard*> watched;
  for (const auto& each : shards_)
    watched.push_back(each.get());
  watchdog_ = std::make_unique<actors::watchdog>(std::move(watched), patience, shortest);
  watchdog_->start();
}

std::string threaded_home::why_dead() const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    const auto since = shards_[i]->busy_since();
    if (since != 0 && now - std::chrono::nanoseconds{since} > dead_after)
      return "shard " + std::to_string(i) + " has been in one turn for more than "
             + std::to_string(dead_after.count()) + " s";
  }
  return {};
}

void threaded_home::end() {
  for (auto& each : shards_)
    each->stop();
  watchdog_->stop(); // it is needed until nothing runs any more
}

} // namespace troupe::detail
