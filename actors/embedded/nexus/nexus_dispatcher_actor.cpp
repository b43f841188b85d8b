// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/nexus/nexus_dispatcher_actor.hpp"

#include "actors/embedded/directory/directory.hpp"
#include "actors/embedded/nexus/outside_call.hpp"
#include "actors/embedded/nexus/outside_reply.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/standalone/standalone.hpp"

#include <temporal/api/nexus/v1/message.pb.h>

namespace troupe::embedded {

namespace {

using actors::tell;

/// Requests under way at once. A burst of more would lie in the handlers' queue until its time is
/// over, and the timeouts would open the circuit breaker of an endpoint that is only busy.
constexpr std::size_t most_requests = 256;
/// To a server elsewhere: as many as it has connections.
constexpr std::size_t most_outside = 64;
/// How often to look for a place while requests wait: those let go may be wanted no more and not
/// come.
constexpr duration waiting_beat = std::chrono::milliseconds{100};

/// `service/operation`; parsed only for what has failed.
std::string operation_of(const std::shared_ptr<const std::string>& bytes) {
  temporal::api::nexus::v1::Request request;
  if (!bytes || !request.ParseFromString(*bytes))
    return "unknown";
  if (request.has_cancel_operation())
    return request.cancel_operation().service() + '/' + request.cancel_operation().operation();
  return request.start_operation().service() + '/' + request.start_operation().operation();
}

} // namespace

nexus_dispatcher_actor::nexus_dispatcher_actor(
    caf::actor_config& cfg,
    actors::shard& home,
    directory& here,
    std::string caller_namespace_id,
    std::string endpoint)
    : leaving_actor(cfg, home), directory_(here),
      caller_namespace_id_(std::move(caller_namespace_id)), endpoint_(std::move(endpoint)) {}

nexus_dispatcher_actor::behavior_type nexus_dispatcher_actor::make_behavior() {
  watch_idleness(directory_.settings.idle_actor_time);
  const auto ignore = [](const rpc_status&) {};
  return {
      [this](dispatch_request& message) {
        // Both are shared or small; the request itself goes on.
        under_way what{message.source, message.what.attempt, nullptr};
        guard(
            [&] { dispatch(message); },
            [&](const rpc_status&) {
              tell(directory_.execution(*what.source), nexus_answered{what.attempt, nullptr});
            });
      },
      [this, ignore](const request_answered& message) {
        guard([&] { finish(message.task_id, {{}, message.answer, message.is_failure}); }, ignore);
      },
      [this, ignore](const request_expired& message) {
        guard([&] { finish(message.task_id, {}); }, ignore);
      },
      [this, ignore](const request_posted& message) {
        if (directory_.is_cut()) // it was no try: the record sends it again
          return;
        guard([&] { finish(message.task_id, {{}, nullptr, false, message.answer}); }, ignore);
      },
      [this, ignore](const breaker_ticked& message) {
        guard([&] { tick(message.is_cancelation); }, ignore);
      },
      [this, ignore](const let_waiting_go&) {
        waiting_timer_ = 0;
        guard([&] { release_waiting(); }, ignore);
      },
      [this](const leave_if_idle&) { leave_when_idle(); },
  };
}

void nexus_dispatcher_actor::on_exit() {
  for (auto* each : {&starts_, &cancels_})
    if (each->timer != 0)
      home().cancel(each->timer);
  if (waiting_timer_ != 0)
    home().cancel(waiting_timer_);
  // Also where it ends by an error: a new dispatcher begins with closed breakers.
  directory_.breakers.remove(endpoint_, caller_namespace_id_);
  show_open();
  stop_watching();
}

bool nexus_dispatcher_actor::is_idle() const {
  return requests_.empty() && waiting_.empty() && starts_.is_idle() && cancels_.is_idle();
}

void nexus_dispatcher_actor::forget() {
  directory_.forget_dispatcher(caller_namespace_id_, endpoint_);
}

void nexus_dispatcher_actor::dispatch(dispatch_request& wanted) {
  note_use();
  auto& request = wanted.what;
  places_ = request.target.external_url.empty() ? most_requests : most_outside;
  if (requests_.size() >= places_) {
    wait_for_place({std::move(wanted.source), std::move(request.attempt), nullptr});
    return;
  }
  auto& which = request.attempt.cancelation ? cancels_ : starts_;
  if (!which.breaker.admits()) {
    tell(directory_.execution(*wanted.source), nexus_held{request.attempt, true, which.opened_by});
    which.held.push_back({std::move(wanted.source), std::move(request.attempt), nullptr});
    return;
  }
  if (!request.target.external_url.empty()) {
    dispatch_outside(wanted);
    return;
  }
  const auto* target = directory_.namespaces.find(request.target.target_namespace);
  if (target == nullptr) { // it was deleted: nobody will answer
    log::warn("a Nexus request has no task queue to go to", {{"endpoint", request.target.name}});
    report({std::move(wanted.source), request.attempt, request.request}, {});
    return;
  }
  auto task_id = directory_.ids->uuid();
  requests_.emplace(task_id, under_way{std::move(wanted.source), request.attempt, request.request});
  auto queue = directory_.queue(target->id, request.target.target_task_queue, queue_kind::nexus);
  tell(
      queue,
      offer_request{
          std::move(task_id), std::move(request), caf::actor_cast<nexus_dispatcher_handle>(this)});
}

void nexus_dispatcher_actor::dispatch_outside(dispatch_request& wanted) {
  auto& request = wanted.what;
  const under_way what{std::move(wanted.source), request.attempt, request.request};
  const auto refuse = [&](const std::string& why) {
    log::warn(why, {{"endpoint", request.target.name}});
    report(
        what,
        {{},
         nullptr,
         false,
         std::make_shared<const outside_reply>(outside_reply{nexus_call_failed{why, false}})});
  };
  if (directory_.is_cut())
    return;
  if (!directory_.outbound)
    return refuse("this service sends nothing over HTTP: it runs in virtual time");
  auto call = make_outside_call(request);
  if (!call)
    return refuse(call.error());
  auto task_id = directory_.ids->uuid();
  directory_.outbound->send(
      std::move(*call),
      [weak = caf::actor_cast<caf::actor_addr>(this),
       task_id,
       is_cancel = request.attempt.cancelation,
       longest_token = directory_.settings.max_operation_token_bytes](http::received came) {
        auto answer = read_outside_answer(std::move(came), is_cancel, longest_token);
        return [weak, task_id, answer = std::move(answer)] {
          if (auto self = caf::actor_cast<nexus_dispatcher_handle>(weak))
            tell(self, request_posted{task_id, answer});
        };
      });
  requests_.emplace(std::move(task_id), what); // what comes of it comes later, as a message
}

void nexus_dispatcher_actor::finish(const std::string& task_id, nexus_answered answer) {
  auto found = requests_.find(task_id);
  if (found == requests_.end())
    return;
  auto ended = std::move(found->second);
  requests_.erase(found);
  report(ended, std::move(answer));
  release_waiting();
}

void nexus_dispatcher_actor::wait_for_place(under_way what) {
  tell(directory_.execution(*what.source), nexus_held{what.attempt, true});
  waiting_.push_back(std::move(what));
  arm_waiting();
}

void nexus_dispatcher_actor::release_waiting() {
  // In batches: what was let go is on its way and not counted yet.
  if (requests_.size() <= places_ / 2)
    for (auto places = places_ - requests_.size(); places > 0 && !waiting_.empty(); --places) {
      auto next = std::move(waiting_.front());
      waiting_.pop_front();
      tell(directory_.execution(*next.source), nexus_held{std::move(next.attempt), false});
    }
  arm_waiting();
}

void nexus_dispatcher_actor::arm_waiting() {
  if (waiting_.empty() || waiting_timer_ != 0)
    return;
  waiting_timer_ = home().schedule(waiting_beat, [weak = caf::actor_cast<caf::actor_addr>(this)] {
    if (auto self = caf::actor_cast<nexus_dispatcher_handle>(weak))
      tell(self, let_waiting_go{});
  });
}

void nexus_dispatcher_actor::report(const under_way& what, nexus_answered answer) {
  const bool is_cancelation = what.attempt.cancelation;
  auto& which = is_cancelation ? cancels_ : starts_;
  const bool trips = trips_breaker(outcome_of(answer));
  if (trips)
    ++which.tripped_by[operation_of(what.request)];
  else
    which.tripped_by.clear();
  const bool was_quiet = which.breaker.is_quiet();
  if (which.breaker.record(trips)) {
    if (which.breaker.current() == circuit_breaker::state::open) {
      say_opened(which, what);
      which.tripped_by.clear();
      which.open_until = home().now() + circuit_breaker::open_for;
      which.timer = home().schedule(
          circuit_breaker::open_for,
          [weak = caf::actor_cast<caf::actor_addr>(this), is_cancelation] {
            if (auto self = caf::actor_cast<nexus_dispatcher_handle>(weak))
              tell(self, breaker_ticked{is_cancelation});
          });
    } else {
      which.opened_by.clear();
      let_go(which);
    }
  }
  if (!was_quiet || trips)
    show(which);
  answer.attempt = what.attempt;
  tell(directory_.execution(*what.source), std::move(answer));
}

void nexus_dispatcher_actor::say_opened(lane& which, const under_way& last) {
  std::string operations;
  for (const auto& [name, times] : which.tripped_by) {
    operations.append(operations.empty() ? "" : ", ")
        .append(name)
        .append(" x")
        .append(std::to_string(times));
    if (directory_.count_opened_breaker)
      directory_.count_opened_breaker(last.attempt.endpoint_name, name);
  }
  // A probe that failed is not what opened it.
  const bool was_probed = !which.opened_by.empty();
  if (!was_probed)
    which.opened_by = operations;
  const auto* caller = directory_.namespaces.find_by_id(last.source->namespace_id);
  const std::string_view key = last.source->workflow_id;
  const bool is_standalone = is_standalone_key(key);
  log::warn(
      was_probed ? "the circuit breaker of a Nexus endpoint stays open: its probe failed"
                 : "the circuit breaker of a Nexus endpoint opened",
      {{"endpoint", last.attempt.endpoint_name},
       {"requests", last.attempt.cancelation ? "cancel" : "start"},
       {"failed", operations},
       {"caller_namespace", caller != nullptr ? caller->name : last.source->namespace_id},
       {is_standalone ? "last_operation_id" : "last_workflow_id",
        is_standalone ? standalone_id_of(key) : key},
       {"last_run_id", last.attempt.run_id},
       {"open_for_seconds",
        std::chrono::duration_cast<std::chrono::seconds>(circuit_breaker::open_for).count()}});
}

void nexus_dispatcher_actor::tick(bool is_cancelation) {
  auto& which = is_cancelation ? cancels_ : starts_;
  which.timer = 0;
  which.breaker.tick();
  show(which);
  let_go(which);
}

void nexus_dispatcher_actor::show(const lane& which) {
  directory_.breakers.put(
      endpoint_,
      {.caller_namespace_id = caller_namespace_id_,
       .is_for_cancels = &which == &cancels_,
       .state = which.breaker.current(),
       .failures = which.breaker.failures(),
       .opened_by = which.opened_by,
       .open_until = which.open_until});
  show_open();
}

void nexus_dispatcher_actor::show_open() {
  if (directory_.show_open_breakers)
    directory_.show_open_breakers(endpoint_, directory_.breakers.open(endpoint_));
}

void nexus_dispatcher_actor::let_go(lane& which) {
  // All of them: the first that comes back becomes the probe of a half-open breaker, the others are
  // held again. One that is no longer wanted (timed out, cancelled, run closed) does not come back.
  for (auto& each : std::exchange(which.held, {}))
    tell(directory_.execution(*each.source), nexus_held{std::move(each.attempt), false});
}

} // namespace troupe::embedded
