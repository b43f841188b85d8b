// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/nexus/callback_deliverer_actor.hpp"

#include "actors/embedded/directory/directory.hpp"
#include "actors/embedded/nexus/callback_post.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/failure/v1/message.pb.h>

namespace troupe::embedded {

namespace {

using actors::tell;

constexpr std::string_view system_url = "temporal://system";
/// POSTs to one server at once, and callbacks that wait for their turn. More are tried again later.
constexpr std::size_t most_posts = 64;
constexpr std::size_t most_waiting = 10'000;

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
        deliver_waiting();
      },
      [this](const callback_posted& message) {
        auto found = deliveries_.find(message.delivery);
        if (found == deliveries_.end())
          return;
        auto ended = std::move(found->second);
        deliveries_.erase(found);
        if (directory_.is_cut())
          return;
        report_posted(ended, message.outcome, message.problem);
        deliver_waiting();
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
  // With this source the callback was made by this service for an operation of its own: whatever
  // its URL, it leads here.
  const auto source = what.headers.find("source");
  if (what.url != system_url
      && (source == what.headers.end() || source->second != directory_.settings.cluster_id)) {
    post(std::move(wanted), started);
    return;
  }
  if (destination_ != system_url) { // whom records tell the outcome
    tell(directory_.deliverer(std::string{system_url}), std::move(wanted));
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

void callback_deliverer_actor::post(deliver_callback wanted, const under_way& started) {
  if (directory_.is_cut())
    return;
  if (deliveries_.size() >= most_posts) {
    if (waiting_.size() >= most_waiting)
      report_posted(
          started, callback_done::result::retry, "too many callbacks wait for " + destination_);
    else
      waiting_.push_back(std::move(wanted));
    return;
  }
  auto& what = wanted.what;
  auto to = http::parse_http_url(what.url);
  if (!to) {
    report_posted(
        started,
        callback_done::result::refused,
        "the callback's URL cannot be called: it is no http://host:port/path");
    return;
  }
  if (!directory_.outbound) {
    report_posted(
        started,
        callback_done::result::retry,
        "this service sends nothing over HTTP: it runs in virtual time");
    return;
  }
  const auto id = ++last_delivery_;
  directory_.outbound->send(
      make_post(std::move(*to), what, directory_.settings.callback_request_timeout),
      [weak = caf::actor_cast<caf::actor_addr>(this), id](const http::received& came) {
        auto told = read_post(came);
        told.delivery = id;
        return [weak, told = std::move(told)] {
          if (auto self = caf::actor_cast<callback_deliverer_handle>(weak))
            tell(self, told);
        };
      });
  deliveries_.emplace(id, started); // what comes of it comes later, as a message
}

void callback_deliverer_actor::deliver_waiting() {
  while (!waiting_.empty() && deliveries_.size() < most_posts) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    const under_way started{
        next.source, next.what.run_id, next.what.callback_id, next.what.attempt};
    guard(
        [&] { post(std::move(next), started); },
        [&](const rpc_status& fault) { report(started, fault); });
  }
}

void callback_deliverer_actor::report_posted(
    const under_way& what, callback_done::result outcome, const std::string& problem) {
  callback_done done{what.run_id, what.callback_id, what.attempt, outcome, nullptr};
  if (outcome != callback_done::result::delivered) {
    auto failure = std::make_shared<temporal::api::failure::v1::Failure>();
    failure->set_message(problem);
    failure->mutable_application_failure_info()->set_non_retryable(
        outcome == callback_done::result::refused);
    done.failure = std::move(failure);
  }
  tell(directory_.execution(*what.source), callback_reported{std::move(done)});
}

void callback_deliverer_actor::report(const under_way& what, const rpc_status& status) {
  if (status.ok())
    return report_posted(what, callback_done::result::delivered, {});
  const bool is_absent = status.code == status_code::not_found;
  const bool is_final = is_absent || status.code == status_code::invalid_argument;
  const std::string_view type = is_absent ? "NOT_FOUND" : is_final ? "BAD_REQUEST" : "UNAVAILABLE";
  // In the words of one that came back over HTTP.
  std::string problem = "handler error (" + std::string{type} + ')';
  if (!status.message.empty())
    problem += ": " + status.message;
  report_posted(
      what, is_final ? callback_done::result::refused : callback_done::result::retry, problem);
}

} // namespace troupe::embedded
