// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/nexus/callback_deliverer_actor.hpp"

#include "actors/embedded/directory/directory.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/failure/v1/message.pb.h>

namespace troupe::embedded {

namespace {

using actors::tell;

constexpr std::string_view system_url = "temporal://system";

} // namespace

callback_deliverer_actor::callback_deliverer_actor(
    caf::actor_config& cfg, actors::shard& home, directory& here, std::string destination)
    : leaving_actor(cfg, home), directory_(here), destination_(std::move(destination)) {}

callback_deliverer_actor::behavior_type callback_deliverer_actor::make_behavior() {
  watch_idleness(directory_.settings.idle_actor_time);
  return {
      [this](deliver_callback& message) {
        under_way what{
            message.source, message.what.run_id, message.what.callback_id, message.what.attempt};
        guard(
            [&] { deliver(message, what); }, [&](const rpc_status& fault) { report(what, fault); });
      },
      [this](const operation_outcome& message) {
        auto found = deliveries_.find(message.delivery);
        if (found == deliveries_.end())
          return;
        auto ended = std::move(found->second);
        deliveries_.erase(found);
        report(ended, message.status);
      },
      [this](const leave_if_idle&) { leave_when_idle(); },
  };
}

void callback_deliverer_actor::forget() {
  directory_.forget_deliverer(destination_);
}

void callback_deliverer_actor::deliver(deliver_callback& wanted, const under_way& started) {
  note_use();
  auto& what = wanted.what;
  if (what.url != system_url) {
    report(
        started, bad_argument("callbacks to " + what.url + " cannot be delivered by this service"));
    return;
  }
  const auto header = what.headers.find("temporal-callback-token");
  const auto token = header == what.headers.end()
                         ? std::nullopt
                         : decode_callback_token(header->second, directory_.settings.token_key);
  if (!token) {
    report(started, bad_argument("invalid callback token"));
    return;
  }
  const auto id = ++last_delivery_;
  deliveries_.emplace(id, started);
  tell(
      directory_.execution(token->namespace_id, token->workflow_id),
      operation_completed{id, *token, std::move(what.completion)});
}

void callback_deliverer_actor::report(const under_way& what, const rpc_status& status) {
  callback_done done{
      what.run_id, what.callback_id, what.attempt, callback_done::result::delivered, nullptr};
  if (!status.ok()) {
    const bool is_final =
        status.code == status_code::not_found || status.code == status_code::invalid_argument;
    done.outcome = is_final ? callback_done::result::refused : callback_done::result::retry;
    auto failure = std::make_shared<temporal::api::failure::v1::Failure>();
    failure->set_message(status.message);
    auto& info = *failure->mutable_nexus_handler_failure_info();
    info.set_type(
        status.code == status_code::not_found ? "NOT_FOUND"
        : is_final                            ? "BAD_REQUEST"
                                              : "UNAVAILABLE");
    done.failure = std::move(failure);
  }
  tell(directory_.execution(*what.source), callback_reported{std::move(done)});
}

} // namespace troupe::embedded
