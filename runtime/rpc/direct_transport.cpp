// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/direct_transport.hpp"

#include "runtime/rpc/message_limit.hpp"

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace troupe::rpc {

/// Shared with the replies on their way: they may come after the transport is gone.
struct direct_transport::state : std::enable_shared_from_this<state> {
  struct pending {
    reply_handler on_reply;
    local_service::cancel_function cancel;
    executor::timer_id deadline = 0;
  };

  state(std::shared_ptr<local_service> service_, executor& runs_on_, metadata headers_)
      : service(std::move(service_)), runs_on(&runs_on_), headers(std::move(headers_)) {}

  void finish(call_id id, rpc_status status, bytes reply) {
    const auto found = calls.find(id);
    if (found == calls.end())
      return; // ended before: by its deadline, by cancel
    runs_on->cancel(found->second.deadline);
    auto on_reply = std::move(found->second.on_reply);
    calls.erase(found);
    on_reply(std::move(status), std::move(reply));
  }

  /// Ends the call for its caller and tells the service that nobody waits any more.
  void abandon(call_id id, rpc_status status) {
    const auto found = calls.find(id);
    if (found == calls.end())
      return;
    if (auto tell = std::move(found->second.cancel))
      tell();
    finish(id, std::move(status), {});
  }

  /// A reply of the service, on whatever thread: the executor may be gone soon after the transport.
  void post_reply(call_id id, rpc_status status, bytes reply) {
    std::lock_guard guard{mutex};
    if (is_gone)
      return;
    runs_on->post([self = shared_from_this(),
                   id,
                   ended = std::move(status),
                   message = std::move(reply)]() mutable {
      self->finish(id, std::move(ended), std::move(message));
    });
  }

  void transport_gone() {
    std::lock_guard guard{mutex};
    is_gone = true;
  }

  std::shared_ptr<local_service> service;
  executor* runs_on;
  metadata headers;
  std::mutex mutex;     ///< guards `is_gone`, and keeps the executor alive while a reply is posted
  bool is_gone = false; ///< the transport is destroyed: replies are dropped
  std::unordered_map<call_id, pending> calls; ///< the executor's thread only
  call_id last_id = 0;
};

direct_transport::direct_transport(
    local_service& service, executor& runs_on, const connection_options& options)
    : direct_transport(not_owned(service), runs_on, options) {}

direct_transport::direct_transport(
    std::shared_ptr<local_service> service, executor& runs_on, const connection_options& options)
    : state_(std::make_shared<state>(std::move(service), runs_on, connection_metadata(options))) {}

direct_transport::~direct_transport() {
  std::vector<call_id> open;
  open.reserve(state_->calls.size());
  for (const auto& [id, call] : state_->calls)
    open.push_back(id);
  for (auto id : open)
    cancel(id);
  state_->transport_gone();
}

transport::call_id direct_transport::start(call what, reply_handler on_reply) {
  const auto id = ++state_->last_id;
  const auto deadline = state_->runs_on->now() + what.timeout;
  auto& entry = state_->calls[id];
  entry.on_reply = std::move(on_reply);
  entry.deadline = state_->runs_on->schedule(what.timeout, [self = state_, id] {
    self->abandon(id, {status_code::deadline_exceeded, "Deadline Exceeded", {}});
  });

  // Code that is tested without a wire must not get by with what no wire takes.
  if (what.request.size() > most_bytes_of_message) {
    state_->runs_on->post([self = state_, id, bytes = what.request.size()] {
      self->finish(
          id,
          {status_code::resource_exhausted,
           "grpc: received message larger than max (" + std::to_string(bytes) + " vs. "
               + std::to_string(most_bytes_of_message) + ")",
           {}},
          {});
    });
    return id;
  }
  auto headers = state_->headers;
  for (auto& header : what.headers) {
    std::erase_if(headers, [&](const auto& each) { return each.first == header.first; });
    headers.push_back(std::move(header));
  }
  auto cancel = state_->service->handle(
      {std::string{what.method}, std::move(what.request), deadline, std::move(headers)},
      [self = state_, id](rpc_status status, bytes reply) {
        self->post_reply(id, std::move(status), std::move(reply));
      });
  state_->calls.at(id).cancel = std::move(cancel);
  return id;
}

void direct_transport::cancel(call_id id) {
  const auto found = state_->calls.find(id);
  if (found == state_->calls.end())
    return;
  if (auto tell = std::exchange(found->second.cancel, {}))
    tell();
  state_->runs_on->post(
      [self = state_, id] { self->finish(id, {status_code::cancelled, "CANCELLED", {}}, {}); });
}

std::size_t direct_transport::in_flight() const noexcept {
  return state_->calls.size();
}

} // namespace troupe::rpc
