// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/host/service_host.hpp"

#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/host/actor_makers.hpp"
#include "actors/embedded/host/start_from_store.hpp"
#include "actors/embedded/registry/registry_rows.hpp"
#include "runtime/embedded/record/status.hpp"

#include <troupe/service.hpp>

#include <temporal/api/nexus/v1/message.pb.h>

#include <algorithm>
#include <exception>
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
  if (!directory_.store.keeps_rows())
    return;
  is_ready_ = is_read_ = false;
  gate_->post([this] {
    start_from_store(directory_, [this] {
      is_read_ = true;
      prepare_next();
    });
  });
}

service_host::~service_host() = default;

rpc::local_service::cancel_function
service_host::handle(request what, rpc::reply_handler on_reply) {
  auto from = std::make_shared<call>(std::move(what), std::move(on_reply));
  // A front that lives on the shard's own queue needs no way through the run queue. `stop` runs
  // there too, so the gate cannot close meanwhile.
  if (directory_.home.runs_here() && gate_->is_open()) {
    gate_->opened(from);
    serve(from);
    return cancel_of(from);
  }
  const bool is_open = gate_->post([this, from] {
    gate_->opened(from);
    serve(from);
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

void service_host::prepare(
    std::function<void(directory&)> change, unique_function<void(result<void>)> done) {
  preparations_.push_back({std::move(change), std::move(done)});
  if (is_read_ && std::exchange(is_ready_, false))
    prepare_next();
}

void service_host::prepare_next() {
  if (preparations_.empty()) {
    is_ready_ = true;
    for (const auto& each : std::exchange(early_, {}))
      serve(each);
    return;
  }
  auto next = std::move(preparations_.front());
  preparations_.pop_front();
  make(std::move(next));
}

void service_host::make(preparation what) {
  std::vector<namespace_entry> namespaces;
  endpoint_registry::changes endpoints;
  commit_batch rows;
  try {
    endpoints = directory_.endpoints.plan(
        [&] { namespaces = directory_.namespaces.plan([&] { what.change(directory_); }); });
    rows = rows_of(namespaces, endpoints);
  } catch (...) {
    what.done(unexpected{std::current_exception()});
    prepare_next();
    return;
  }
  directory_.store.commit(
      registry_owner,
      std::move(rows),
      [this,
       done = std::move(what.done),
       namespaces = std::move(namespaces),
       endpoints = std::move(endpoints)](bool is_durable) mutable {
        if (is_durable) {
          directory_.take_changes(std::move(namespaces), std::move(endpoints));
          done({});
        } else {
          done(unexpected{std::make_exception_ptr(service_error{
              "what the service was to begin with could not be written to its store"})});
        }
        prepare_next();
      });
}

void service_host::serve(const call_ptr& from) {
  if (is_ready_)
    admit(directory_, from);
  else
    early_.push_back(from);
}

void service_host::release_long_polls() {
  directory_.is_stopping = true;
  for (const auto& weak : gate_->open)
    if (auto from = weak.lock(); from && from->is_long_poll)
      from->answer_idle();
}

void service_host::stop() {
  directory_.is_stopping = true; // its actors end now, and leave nothing to do
  {
    std::lock_guard guard{gate_->mutex};
    gate_->home = nullptr;
  }
  directory_.outbound.reset(); // what is out is cut; its record sends it again when it comes back
  for (const auto& weak : std::exchange(gate_->open, {})) {
    auto from = weak.lock();
    if (!from || from->is_answered())
      continue;
    if (from->is_long_poll)
      from->answer_idle();
    else
      from->replace_answer(plain_status(status_code::unavailable, "the service is shutting down"));
  }
}

} // namespace troupe::embedded
