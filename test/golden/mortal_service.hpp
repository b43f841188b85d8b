// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/host/service_host.hpp"
#include "actors/shard/manual_shard.hpp"
#include "runtime/embedded/record/random_ids.hpp"
#include "test/support/scripted_store.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace caf {
class actor_system;
}

namespace troupe::test {

/// An embedded service that dies again and again and comes back on the same disk: of a life
/// nothing is left but what was durable. Its callers notice nothing, as they send at once again
/// what was not answered.
///
/// A life ends in the midst of things: from then on nothing of it reaches the disk or a caller. Its
/// remains are cleared away by `bury`. In virtual time, on the thread that drains the shards.
class mortal_service final : public rpc::local_service {
public:
  enum class dies {
    never,             ///< and keeps everything in memory
    never_but_unloads, ///< keeps in memory only what is in use: all else is on its disk
    after_commits, ///< once the answer and what it sends has left, each time something is durable
    before_commits ///< each time something is about to be durable: it is decided a second time
  };

  mortal_service(
      caf::actor_system& system,
      std::shared_ptr<actors::manual_clock> clock,
      embedded::service_settings settings,
      dies when);
  ~mortal_service() override;

  cancel_function handle(request what, rpc::reply_handler on_reply) override;

  /// From now on: until then it lives.
  void let_die() { may_die_ = true; }
  /// What the service's owner does with the registries.
  void prepare(const std::function<void(embedded::directory&)>& change);

  /// Of the present life.
  [[nodiscard]] embedded::directory& here();
  [[nodiscard]] std::size_t deaths() const noexcept { return graves_; }
  /// How often something came into memory from the disk.
  [[nodiscard]] std::size_t loads() const noexcept { return disk_->loads; }
  /// Not from within a shard.
  void bury();
  void stop();

private:
  struct life;
  struct open_call {
    std::string method;
    std::string body;
    time_point deadline;
    rpc::metadata headers;
    rpc::reply_handler on_reply;
    cancel_function cancel;
  };

  std::unique_ptr<life> begin();
  void send(std::uint64_t id);
  void die();
  void revive();

  caf::actor_system& system_;
  std::shared_ptr<actors::manual_clock> clock_;
  embedded::service_settings settings_;
  dies when_;
  bool may_die_ = false;
  bool was_spared_ = false;
  std::shared_ptr<embedded::random_ids> chance_ = std::make_shared<embedded::random_ids>(8);
  embedded::random_ids chance_at_last_commit_{*chance_};
  std::shared_ptr<scripted_store::disk> disk_ = std::make_shared<scripted_store::disk>();
  std::unique_ptr<life> present_;
  std::vector<std::unique_ptr<life>> dead_;
  std::size_t graves_ = 0;
  actors::manual_shard midwife_;
  std::map<std::uint64_t, open_call> open_;
  std::uint64_t last_id_ = 0;
};

} // namespace troupe::test
