// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/matching/task_queue_actor.hpp"

#include "actors/embedded/call/method_row.hpp"
#include "actors/embedded/matching/client_requests.hpp"
#include "actors/embedded/matching/queue_description.hpp"
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/base/wire/wire_writer.hpp"
#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/matching/matching_token.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/query/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <array>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
using actors::tell;

std::string milliseconds(duration left) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(left).count()) + "ms";
}

/// What is shown of a poll that says nothing of it, as the real server does.
constexpr double unlimited_poll_rate = 100'000;

/// After an exception the same may go well later, or never: not in a hurry.
constexpr duration fault_pause = std::chrono::seconds{10};

} // namespace

task_queue_actor::task_queue_actor(
    caf::actor_config& cfg,
    actors::shard& home,
    directory& here,
    std::string namespace_id,
    std::string name,
    queue_kind kind)
    : leaving_actor(cfg, home), directory_(here), namespace_id_(std::move(namespace_id)),
      name_(std::move(name)), kind_(kind) {}

task_queue_actor::behavior_type task_queue_actor::make_behavior() {
  watch_idleness(directory_.settings.idle_actor_time);
  read_config();
  return {
      [this](serve_call& message) { take(message); },
      [this](add_workflow_task& message) { take(message); },
      [this](add_activity_task& message) { take(message); },
      [this](offer_request& message) { take(message); },
      [this](close_poll& message) { take(message); },
      [this](offer_expired& message) { take(message); },
      [this](look_at_limits& message) { take(message); },
      [this](reopen_poll& message) { take(message); },
      [this](offer_query& message) { take(message); },
      [this](unload_queue& message) { take(message); },
      [this](withdraw_query& message) { take(message); },
      [this](const leave_if_idle&) { leave(); },
      [this](report_queues& message) { take(message); },
  };
}

template <class Message>
void task_queue_actor::take(Message& what) {
  guard([&] { handle(what); }, [&](const rpc_status& fault) { fail(what, fault); });
}

void task_queue_actor::handle(serve_call& what) {
  serve(*this, what.what);
}

void task_queue_actor::handle(unload_queue&) {
  unload();
  note_no_use();
  leave();
}

void task_queue_actor::handle(report_queues& what) {
  if (workers_.any() && kind_ != queue_kind::sticky)
    what.to->served.insert({namespace_id_, name_, type_of(kind_)});
}

void task_queue_actor::handle(reopen_poll& what) {
  const auto& back = what.what;
  if (back->from->is_cancelled() || back->from->is_answered())
    return;
  if (back->expires <= directory_.now()) {
    back->from->answer_empty();
    return;
  }
  if (back->taken)
    give_back(*std::exchange(back->taken, std::nullopt));
  put({back->id, back}, true);
}

void task_queue_actor::handle(offer_request& what) {
  const auto patience = what.what.dispatch_timeout;
  auto task_id = what.task_id;
  add_offer(std::move(task_id), std::move(what), patience);
}

void task_queue_actor::handle(offer_query& what) {
  const auto& query = what.query;
  if (query->is_cancelled() || query->is_answered()) {
    query->answer(plain_status(status_code::cancelled, "the call was cancelled"));
    return;
  }
  if (is_deserted() && !what.next_queue.empty()) {
    pass_on(std::move(what));
    return;
  }
  auto task_id = what.task_id;
  withdraw_when_cancelled(query, task_id);
  const auto patience = what.patience;
  add_offer(std::move(task_id), std::move(what), patience);
}

void task_queue_actor::handle(add_activity_task& what) {
  note_use();
  const auto place = place_of(what.task.priority);
  put({place, std::move(what)});
}

task_place task_queue_actor::place_of(const task_priority& priority) {
  const auto level = priority_level(priority.key);
  came_[static_cast<std::size_t>(level - 1)].count(directory_.now());
  const auto pass = directory_.settings.fair_queues
                        ? fair_order_.pass_of(
                              level,
                              priority.fairness_key,
                              weight_of(config_, priority.fairness_key, priority.fairness_weight))
                        : 0;
  return {level, pass, ++last_id_};
}

const task_priority& task_queue_actor::task::priority() const {
  static const task_priority of_offers;
  if (const auto* workflow = std::get_if<add_workflow_task>(&what))
    return workflow->task.priority;
  if (const auto* activity = std::get_if<add_activity_task>(&what))
    return activity->task.priority;
  return of_offers;
}

void task_queue_actor::put(task what) {
  if (limits_.is_on()) {
    matcher_.add(std::move(what));
    hand_over_waiting();
  } else if (auto found = matcher_.offer(std::move(what))) {
    hand_over(std::move(*found), false);
  }
}

void task_queue_actor::put(waiting_poll what, bool is_first) {
  if (limits_.is_on()) {
    matcher_.add(std::move(what), is_first);
    hand_over_waiting();
  } else if (auto found = matcher_.poll(std::move(what), is_first)) {
    hand_over(std::move(*found), false);
  }
}

void task_queue_actor::hand_over_waiting() {
  while (matcher_.has_match()) {
    // The first one is the one that is next; if it may not go, those behind it wait as well.
    const auto now = directory_.now();
    const auto& first = matcher_.first_task().priority();
    const auto weight = weight_of(config_, first.fairness_key, first.fairness_weight);
    if (limits_.take(first.fairness_key, weight, now)) {
      hand_over(matcher_.next(), true);
      continue;
    }
    const auto pause = limits_.until_next(first.fairness_key, now);
    // Another one may have been the first when it was armed.
    if (limit_timer_ != 0)
      home().cancel(std::exchange(limit_timer_, 0));
    if (!pause)
      return;
    limit_timer_ = home().schedule(*pause, [weak = caf::actor_cast<caf::actor_addr>(this)] {
      if (auto self = caf::actor_cast<task_queue_handle>(weak))
        tell(self, look_at_limits{});
    });
    return;
  }
}

void task_queue_actor::handle(look_at_limits&) {
  read_config();
  limits_changed();
}

void task_queue_actor::read_config() {
  if (kind_ == queue_kind::sticky)
    return;
  config_ = directory_.queue_configs.find({namespace_id_, name_, type_of(kind_)});
  limits_.set_by_config(queue_rate(config_), key_rate(config_), directory_.now());
}

void task_queue_actor::limits_changed() {
  // What waits for the limits that were waits no longer.
  if (limit_timer_ != 0)
    home().cancel(std::exchange(limit_timer_, 0));
  hand_over_waiting();
}

template <class Message>
void task_queue_actor::add_again_later(const Message& what) {
  // Its run waits for it.
  if (what.source)
    home().schedule(
        fault_pause, [weak = caf::actor_cast<caf::actor_addr>(this), message = what]() mutable {
          if (auto self = caf::actor_cast<task_queue_handle>(weak))
            tell(self, std::move(message));
        });
}

void task_queue_actor::fail(offer_request& what, const rpc_status& fault) {
  if (what.caller)
    what.caller->answer(fault);
  else if (what.sender)
    tell(what.sender, request_expired{what.task_id});
}

void task_queue_actor::fail(offer_query& what, const rpc_status& fault) {
  if (what.query)
    what.query->answer(fault);
}

void task_queue_actor::on_exit() {
  for (auto& [id, what] : offers_)
    home().cancel(what.timer);
  offers_.clear();
  if (limit_timer_ != 0)
    home().cancel(limit_timer_);
  matcher_ = {};
  stop_watching();
}

void task_queue_actor::leave() {
  // Nobody will come for what waits in a sticky queue whose worker is gone.
  if (is_deserted())
    unload();
  // Nor for what a namespace has left behind that is gone.
  if (matcher_.waiting_polls() == 0 && offers_.empty()
      && directory_.namespaces.find_by_id(namespace_id_) == nullptr)
    matcher_ = {};
  leave_when_idle();
}

bool task_queue_actor::is_deserted() const {
  return kind_ == queue_kind::sticky && matcher_.waiting_polls() == 0
         && !pollers_.polled_within(sticky_poller_memory, directory_.now());
}

bool task_queue_actor::is_idle() const {
  return matcher_.waiting_polls() == 0 && matcher_.waiting_tasks() == 0 && offers_.empty();
}

void task_queue_actor::forget() {
  directory_.forget_queue(namespace_id_, name_, kind_);
}

void task_queue_actor::accept_poll(
    const call_ptr& from,
    const std::string& identity,
    const std::string& worker,
    std::string build_id,
    std::optional<double> most_per_second) {
  if (from->is_cancelled() || from->is_answered())
    return;
  if (matcher_.waiting_polls() >= most_waiting_polls) {
    from->answer(plain_status(
        status_code::resource_exhausted, "too many polls wait at the task queue " + name_));
    return;
  }
  auto opened = std::make_shared<poll>();
  opened->from = from;
  opened->id = ++last_id_;
  opened->identity = identity;
  opened->build_id = std::move(build_id);
  opened->is_sticky = kind_ == queue_kind::sticky;
  opened->is_activity = kind_ == queue_kind::activity;
  note_use();
  opened->worker = workers_.polls(worker);
  pollers_.saw(opened->identity, most_per_second.value_or(unlimited_poll_rate), directory_.now());
  if (limits_.set_by_worker(most_per_second, directory_.now()))
    limits_changed();
  auto weak = caf::actor_cast<caf::actor_addr>(this);
  const auto end = [weak, id = opened->id](bool is_expired) {
    if (auto self = caf::actor_cast<task_queue_handle>(weak))
      tell(self, close_poll{id, is_expired});
  };
  const auto patience =
      poll_patience(directory_.now(), from->deadline(), directory_.settings.longest_poll);
  opened->expires = directory_.now() + patience;
  from->on_cancel([end] { end(false); });
  opened->timer = home().schedule(patience, [end] { end(true); });
  put({opened->id, opened}, false);
}

void task_queue_actor::close(std::uint64_t id, bool is_expired) {
  auto found = matcher_.withdraw_poll(id);
  if (!found)
    return;
  home().cancel(found->what->timer);
  if (is_expired) {
    found->what->from->answer_empty();
    return;
  }
  note_left(*found->what);
  found->what->from->answer(plain_status(status_code::cancelled, "the call was cancelled"));
}

void task_queue_actor::add_task(add_workflow_task& what) {
  note_use();
  // A worker that is gone would only let the task run into its schedule-to-start timeout.
  if (is_deserted()) {
    auto normal = directory_.queue(namespace_id_, what.task.normal_queue, queue_kind::workflow);
    tell(normal, std::move(what));
    return;
  }
  const auto place = place_of(what.task.priority);
  put({place, std::move(what)});
}

void task_queue_actor::give_back(const task_priority& taken) {
  limits_.give_back(
      taken.fairness_key, weight_of(config_, taken.fairness_key, taken.fairness_weight));
}

void task_queue_actor::hand_over(matcher<task, waiting_poll>::match found, bool is_counted) {
  // A loop, as any number of polls may have vanished and any number of tasks may be stale.
  for (;;) {
    auto& taker = found.poll.what;
    taker->taken.reset(); // what it took before
    if (is_counted)
      taker->taken = found.task.priority();
    std::optional<matcher<task, waiting_poll>::match> next;
    if (taker->from->is_cancelled() || taker->from->is_answered()) {
      note_left(*taker);
      // It vanished while its cancellation is still on the way: the task goes to the next one.
      if (is_counted) {
        give_back(found.task.priority());
        matcher_.add(std::move(found.task)); // who hands over asks the limits again
        return;
      }
      next = matcher_.offer(std::move(found.task));
    } else if (auto* workflow = std::get_if<add_workflow_task>(&found.task.what)) {
      note_gone(found.task.place);
      // The timer stays armed: should the task turn out stale, the poll waits on. Firing meanwhile,
      // it finds nothing.
      tell(
          directory_.execution(*workflow->source),
          start_taken_task{std::move(workflow->task), std::move(taker)});
      return;
    } else if (auto* activity = std::get_if<add_activity_task>(&found.task.what)) {
      note_gone(found.task.place);
      tell(
          directory_.execution(*activity->source),
          start_taken_activity{std::move(activity->task), std::move(taker)});
      return;
    } else {
      if (give_offer(std::get<std::string>(found.task.what), taker)) {
        note_gone(found.task.place);
        return;
      }
      if (is_counted) {
        give_back(found.task.priority());
        matcher_.add(std::move(found.poll), true);
        return;
      }
      next = matcher_.poll(std::move(found.poll), true);
    }
    if (!next)
      return;
    found = std::move(*next);
  }
}

void task_queue_actor::note_left(const poll& withdrawn) {
  if (!matcher_.has_poll(
          [&](const waiting_poll& each) { return each.what->worker == withdrawn.worker; }))
    workers_.left(withdrawn.worker);
}

void task_queue_actor::note_gone(const task_place& which) {
  went_[static_cast<std::size_t>(which.level - 1)].count(directory_.now());
  if (which.pass != 0)
    fair_order_.handed_out(which);
}

bool task_queue_actor::give_offer(const std::string& task_id, const poll_ptr& taker) {
  auto found = offers_.find(task_id);
  if (found == offers_.end())
    return false;
  auto& given = found->second;
  given.queued_as.reset();
  if (auto* query = std::get_if<offer_query>(&given.what)) {
    if (query->query->is_cancelled() || query->query->is_answered()) {
      home().cancel(given.timer);
      offers_.erase(found);
      return false;
    }
    const matching_token token{matching_token::kind::query, namespace_id_, name_, task_id};
    tell(
        directory_.execution(*query->source),
        fill_query{
            task_id,
            encode(token, directory_.settings.token_key),
            query->query,
            query->run_id,
            taker});
    return true;
  }
  const auto& offered = std::get<offer_request>(given.what);
  if (offered.caller && (offered.caller->is_answered() || offered.caller->is_cancelled())) {
    home().cancel(given.timer);
    offers_.erase(found);
    return false;
  }
  home().cancel(taker->timer);
  const auto& request = offered.what;
  const auto token = encode(
      matching_token{matching_token::kind::nexus, namespace_id_, name_, task_id},
      directory_.settings.token_key);
  const auto left = milliseconds(std::max(given.expires - directory_.now(), duration::zero()));
  using response = wire::PollNexusTaskQueueResponse;
  constexpr auto header = temporal::api::nexus::v1::Request::kHeaderFieldNumber;
  std::string bytes;
  bytes.reserve(request.request->size() + token.size() + 100);
  wire_writer to{bytes};
  to.text(response::kTaskTokenFieldNumber, token);
  to.message(response::kRequestFieldNumber, [&] {
    bytes += *request.request;
    to.entry(header, "request-timeout", left);
    to.entry(header, "Request-Timeout", left);
    if (offered.operation_ends)
      to.entry(
          header,
          "operation-timeout",
          milliseconds(std::max(*offered.operation_ends - directory_.now(), duration::zero())));
  });
  taker->from->answer(std::move(bytes));
  return true;
}

void task_queue_actor::add_offer(
    std::string task_id, std::variant<offer_request, offer_query> what, duration patience) {
  offer made;
  made.what = std::move(what);
  made.expires = directory_.now() + patience;
  made.timer = home().schedule(
      std::max(patience, duration::zero()),
      [weak = caf::actor_cast<caf::actor_addr>(this), task_id] {
        if (auto self = caf::actor_cast<task_queue_handle>(weak))
          tell(self, offer_expired{task_id});
      });
  note_use();
  const auto queued_as = place_of({});
  made.queued_as = queued_as;
  offers_.emplace(task_id, std::move(made));
  put(task{queued_as, std::move(task_id)});
}

void task_queue_actor::expire_offer(const std::string& task_id) {
  auto found = offers_.find(task_id);
  if (found == offers_.end())
    return;
  auto expired = std::move(found->second);
  offers_.erase(found);
  if (expired.queued_as)
    matcher_.withdraw_task(*expired.queued_as);
  if (auto* request = std::get_if<offer_request>(&expired.what)) {
    if (request->caller)
      answer_late(*request->caller);
    else
      tell(request->sender, request_expired{task_id});
    return;
  }
  auto& query = std::get<offer_query>(expired.what);
  if (query.query->is_answered() || query.query->is_cancelled())
    return;
  if (!query.next_queue.empty()) {
    pass_on(std::move(query));
    return;
  }
  query.query->answer(plain_status(
      status_code::deadline_exceeded, "query timed out before a worker could process it"));
}

void task_queue_actor::pass_on(offer_query query) {
  const auto next =
      directory_.queue(namespace_id_, std::exchange(query.next_queue, {}), queue_kind::workflow);
  query.patience = query.ends - directory_.now();
  tell(next, std::move(query));
}

void task_queue_actor::withdraw(const std::string& task_id) {
  auto found = offers_.find(task_id);
  if (found == offers_.end())
    return;
  auto gone = std::move(found->second);
  offers_.erase(found);
  home().cancel(gone.timer);
  if (gone.queued_as)
    matcher_.withdraw_task(*gone.queued_as);
  const auto* const request = std::get_if<offer_request>(&gone.what);
  (request != nullptr ? request->caller : std::get<offer_query>(gone.what).query)
      ->answer(plain_status(status_code::cancelled, "the call was cancelled"));
}

void task_queue_actor::finish_request(
    const call_ptr& from, const rpc_status& checked, bool is_failure) {
  auto found = offers_.find(from->task_id);
  if (found == offers_.end() || found->second.queued_as
      || !std::holds_alternative<offer_request>(found->second.what)) {
    from->answer(absent("Nexus task not found or already expired"));
    return;
  }
  if (!checked.ok()) {
    from->answer(checked); // the worker may try again; the task stays its own until it expires
    return;
  }
  home().cancel(found->second.timer);
  auto offered = std::move(std::get<offer_request>(found->second.what));
  offers_.erase(found);
  if (offered.caller)
    answer_with(*offered.caller, *from, is_failure);
  else
    tell(offered.sender, request_answered{from->task_id, from, is_failure});
  from->answer_empty();
}

void task_queue_actor::finish_query(
    const call_ptr& from, const wire::RespondQueryTaskCompletedRequest& request) {
  auto found = offers_.find(from->task_id);
  if (found == offers_.end() || found->second.queued_as
      || !std::holds_alternative<offer_query>(found->second.what)) {
    from->answer(absent("query task not found, or already expired"));
    return;
  }
  auto query = std::move(std::get<offer_query>(found->second.what));
  home().cancel(found->second.timer);
  offers_.erase(found);
  temporal::api::query::v1::WorkflowQueryResult answer;
  answer.set_result_type(request.completed_type());
  if (request.has_query_result())
    copy_in_slices(request.query_result(), *answer.mutable_answer());
  answer.set_error_message(request.error_message());
  if (request.has_failure())
    copy_in_slices(request.failure(), *answer.mutable_failure());
  query.query->answer(query_outcome(answer));
  from->answer_empty();
}

void task_queue_actor::describe(const call_ptr& from) {
  queue_view seen;
  seen.pollers = pollers_.recent(directory_.now());
  seen.most_per_second = limits_.by_worker();
  const auto now = directory_.now();
  for (std::int32_t level = 1; level <= priority_levels; ++level) {
    const auto at = static_cast<std::size_t>(level - 1);
    auto& stats = seen.levels[at];
    stats.backlog = static_cast<std::int64_t>(matcher_.waiting_tasks(level));
    stats.add_rate = came_[at].per_second(now);
    stats.dispatch_rate = went_[at].per_second(now);
    if (const auto* const first = matcher_.first_task(level)) {
      if (const auto* workflow = std::get_if<add_workflow_task>(&first->what))
        stats.backlog_age = now - workflow->task.scheduled_time;
      else if (const auto* activity = std::get_if<add_activity_task>(&first->what))
        stats.backlog_age = now - activity->task.scheduled_time;
    }
  }
  describe_queue(directory_, from, kind_, seen);
}

void task_queue_actor::unload() {
  pollers_.forget();
  for (auto& [place, each] : matcher_.take_tasks()) {
    if (auto* workflow = std::get_if<add_workflow_task>(&each.what))
      tell(
          directory_.queue(namespace_id_, workflow->task.normal_queue, queue_kind::workflow),
          std::move(*workflow));
    else if (const auto* offered = std::get_if<std::string>(&each.what))
      expire_offer(*offered);
  }
}

} // namespace troupe::embedded
