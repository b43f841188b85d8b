// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/directory.hpp"
#include "runtime/embedded/record/random_ids.hpp"

#include <troupe/result.hpp>
#include <troupe/unique_function.hpp>

#include <deque>
#include <functional>
#include <memory>

namespace troupe::embedded {

/// The embedded service as its fronts and the direct transport see it: bytes in, bytes out.
///
/// Lives on one shard, threaded or drained by hand; `handle` and the cancel functions may be called
/// from any thread. After `stop` every call is answered `unavailable`. The shard must outlive it;
/// the calls under way must have been answered (`stop`) before it goes.
class service_host final : public rpc::local_service {
public:
  service_host(
      caf::actor_system& system,
      actors::shard& home,
      service_settings settings,
      std::unique_ptr<id_source> ids = std::make_unique<random_ids>(),
      std::shared_ptr<store> where = std::make_shared<memory_store>());
  ~service_host() override;

  cancel_function handle(request what, rpc::reply_handler on_reply) override;

  /// Changes the registries as the service's owner does; on the shard's thread, or before the first
  /// call. With a store that keeps rows, calls that come later wait until it is durable. `done`
  /// hears what `change` threw, or a `service_error` if the store failed: then nothing is changed.
  void prepare(std::function<void(directory&)> change, unique_function<void(result<void>)> done);

  /// Ends all long polls as if their time were over and refuses new ones, so that a front can
  /// drain. On the shard's thread.
  void release_long_polls();

  /// Answers the long polls empty and everything else that is under way `unavailable`, refuses what
  /// comes later. On the shard's thread.
  void stop();

  /// On the shard's thread, or before the first call.
  [[nodiscard]] directory& here() noexcept { return directory_; }

private:
  struct gate;
  struct preparation {
    std::function<void(directory&)> change;
    unique_function<void(result<void>)> done;
  };

  void serve(const call_ptr& from);
  void prepare_next();
  void make(preparation what);
  [[nodiscard]] cancel_function cancel_of(const call_ptr& from) const;

  directory directory_;
  std::shared_ptr<gate> gate_;
  /// The store is read, and what was prepared is durable.
  bool is_ready_ = true;
  bool is_read_ = true;
  std::deque<preparation> preparations_;
  std::deque<call_ptr> early_; ///< came before it was ready
};

} // namespace troupe::embedded
