// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/public/worker_home.hpp"
#include "actors/public/worker_host_core.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace troupe::detail {

/// A worker's home in a host: shards, pool, connections and slots are the host's, which lives on
/// when the worker ends.
class hosted_home final : public worker_home {
public:
  explicit hosted_home(std::shared_ptr<hosted_member> member)
      : member_(std::move(member)), host_(member_->host()) {}
  ~hosted_home() override { leave(); }

  caf::actor_system& system() override { return host_.ground().system(); }
  std::vector<actors::shard*> make_shards(std::size_t count) override;
  rpc::polled_queue* queue_of(std::size_t shard) override {
    return host_.ground().queue_of(places_[shard]);
  }
  std::shared_ptr<actors::work_pool> make_pool(std::size_t) override { return host_.pool(); }
  [[nodiscard]] worker_slots make_slots(const worker_options&, const served_kinds& what) override;
  std::unique_ptr<rpc::transport> connect(
      const std::shared_ptr<const rpc::connector>& to,
      actors::shard& where,
      std::size_t shard) override;
  [[nodiscard]] bool is_shared() const override { return true; }
  std::function<double()> random() override { return host_.ground().random(); }
  [[nodiscard]] std::chrono::milliseconds long_poll_timeout() const override {
    return host_.ground().long_poll_timeout();
  }
  [[nodiscard]] log::failure_rules failure_rules() override {
    return host_.ground().failure_rules();
  }
  void adapt(const served_code& code) override { host_.ground().adapt(code); }
  /// The host does.
  void watch(std::chrono::nanoseconds, std::chrono::nanoseconds) override {}
  [[nodiscard]] std::uint64_t stalls() const override { return host_.ground().stalls(); }
  [[nodiscard]] std::string why_dead() const override { return host_.ground().why_dead(); }
  void wait(
      std::unique_lock<std::mutex>& guard,
      std::condition_variable& changed,
      const std::function<bool()>& done) override {
    host_.ground().wait(guard, changed, done);
  }
  void run_what_is_due() override { host_.ground().run_what_is_due(); }
  void end() override;

private:
  void pass_all_shards();
  void leave();

  const std::shared_ptr<hosted_member> member_;
  worker_host_core& host_;
  std::vector<std::size_t> places_; ///< which of the host's shards are its own
  std::vector<std::shared_ptr<rpc::shared_connection>> connections_;
};

} // namespace troupe::detail
