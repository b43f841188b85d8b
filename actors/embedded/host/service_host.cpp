// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/host/service_host.hpp"

#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/host/actor_makers.hpp"
#include "runtime/embedded/record/status.hpp"

#include <algorithm>
#include <mutex>
#include <vector>

namespace troupe::embedded {

/// What outlives the host: late cancels find it closed.
struct service_host::gate {
  std::mutex mutex;              ///< guards `home`
  actors::shard* home = nullptr; ///< null once stopped

  std::vector<std::weak_ptr<call>> open; ///< shard's thread only; holes are swept when it doubles
  std::size_t sweep_at = 256;

  bool is_open() {
    std::lock_guard guard{mutex};
    return home != nullptr;
  }

  bool post(unique_function<void()> work) {
    std::lock_guard guard{mutex};
    if (home == nullptr)
      return false;
    home->post(std::move(work));
    return true;
  }

  void opened(const call_ptr& what) {
    if (open.size() >= sweep_at) {
      std::erase_if(open, [](const auto& each) { return each.expired(); });
      sweep_at = std::max<std::size_t>(256, open.size() * 2);
    }
    open.push_back(what);
  }
};

service_host::service_host(
    caf::actor_system& system,
    actors::shard& home,
    service_settings settings,
    std::unique_ptr<id_source> ids,
    std::shared_ptr<store> where)
    : directory_(
          system, home, std::move(settings), std::move(ids), std::move(where), service_actors),
      gate_(std::make_shared<gate>()) {
  gate_->home = &home;
}

service_host::~service_host() = default;

rpc::local_service::cancel_function
service_host::handle(request what, rpc::reply_handler on_reply) {
  auto from = std::make_shared<call>(std::move(what), std::move(on_reply));
  // A front that lives on the shard's own queue needs no way through the run queue. `stop` runs
  // there too, so the gate cannot close meanwhile.
  if (directory_.home.runs_here() && gate_->is_open()) {
    gate_->opened(from);
    admit(directory_, from);
    return cancel_of(from);
  }
  const bool is_open = gate_->post([this, from] {
    gate_->opened(from);
    admit(directory_, from);
  });
  if (!is_open) {
    from->answer(plain_status(status_code::unavailable, "the service is shut down"));
    return [] {};
  }
  return cancel_of(from);
}

rpc::local_service::cancel_function service_host::cancel_of(const call_ptr& from) const {
  return [keep = std::weak_ptr{gate_}, weak = std::weak_ptr{from}] {
    if (auto open = keep.lock())
      open->post([weak] {
        if (auto cancelled = weak.lock())
          cancelled->cancel();
      });
  };
}

void service_host::release_long_polls() {
  directory_.is_stopping = true;
  for (const auto& weak : gate_->open)
    if (auto from = weak.lock(); from && from->is_long_poll)
      from->answer_idle();
}

void service_host::stop() {
  {
    std::lock_guard guard{gate_->mutex};
    gate_->home = nullptr;
  }
  for (const auto& weak : std::exchange(gate_->open, {})) {
    auto from = weak.lock();
    if (!from || from->is_answered())
      continue;
    if (from->is_long_poll)
      from->answer_idle();
    else
      from->answer(plain_status(status_code::unavailable, "the service is shutting down"));
  }
}

} // namespace troupe::embedded
