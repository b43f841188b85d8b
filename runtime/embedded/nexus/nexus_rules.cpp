// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/nexus/nexus_rules.hpp"

#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/nexus/nexus_outcomes.hpp"
#include "runtime/embedded/nexus/nexus_requests.hpp"
#include "runtime/embedded/nexus/system_endpoint.hpp"
#include "runtime/embedded/record/deadlines.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/retry_policy.hpp"
#include "runtime/embedded/run/run_rules.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // operation_id is still filled

namespace troupe::embedded {
namespace {

using std::chrono::seconds;

/// A dispatcher that says nothing so long after its time is taken to have lost the request.
constexpr auto answer_grace = seconds{5};

const api::history::v1::NexusOperationScheduledEventAttributes&
attributes(const nexus_operation_state& operation) {
  return operation.scheduled->nexus_operation_scheduled_event_attributes();
}

/// What the caller sees: `nexus operation completed unsuccessfully`, which operation, and why.
/// Clients that called it without a workflow see the cause itself.
void fill_failure(
    const run& on,
    const nexus_operation_state& operation,
    const api::failure::v1::Failure& cause,
    api::failure::v1::Failure& to) {
  if (is_operation(on)) {
    copy_in_slices(cause, to);
    return;
  }
  const auto& from = attributes(operation);
  to.set_message("nexus operation completed unsuccessfully");
  *to.mutable_cause() = cause;
  auto& info = *to.mutable_nexus_operation_execution_failure_info();
  info.set_scheduled_event_id(operation.scheduled_event_id);
  info.set_endpoint(from.endpoint());
  info.set_service(from.service());
  info.set_operation(from.operation());
  info.set_operation_id(operation.operation_token);
  info.set_operation_token(operation.operation_token);
}

void after_event(change& ch, run& on) {
  if (is_operation(on))
    return; // nobody waits but readers
  want_task(ch, on);
  limit_buffer(ch, on);
}

void write_started(
    change& ch,
    run& on,
    nexus_operation_state& operation,
    const std::string& token,
    const std::vector<api::common::v1::Link>& links,
    std::optional<time_point> when) {
  operation.state = *nexus_operation::next(operation.state, nexus_operation::event::started);
  operation.operation_token = token;
  operation.started_time = when.value_or(ch.now());
  operation.next_attempt.reset();
  operation.sent.answer_overdue.reset();
  auto event = ch.make(enums::EVENT_TYPE_NEXUS_OPERATION_STARTED);
  if (when)
    to_proto(*when, *event->mutable_event_time());
  for (const auto& link : links)
    *event->add_links() = link;
  auto& to = *event->mutable_nexus_operation_started_event_attributes();
  to.set_scheduled_event_id(operation.scheduled_event_id);
  to.set_operation_id(token);
  to.set_operation_token(token);
  to.set_request_id(operation.request_id);
  ch.append(on, event);
  if (operation.cancel) {
    if (const auto to_state = nexus_cancelation::next(
            operation.cancel->state, nexus_cancelation::event::operation_started))
      operation.cancel->state = *to_state;
  }
}

/// Writes the event that ends the operation; `fill` adds to its attributes, and to the event what
/// else there is to say.
template <class Attributes, class Fill>
void end_with(
    change& ch,
    run& on,
    const nexus_operation_state& operation,
    enums::EventType type,
    Attributes* (history_event::*attributes_of)(),
    Fill fill) {
  auto event = ch.make(type);
  auto& to = *((*event).*attributes_of)();
  to.set_scheduled_event_id(operation.scheduled_event_id);
  fill(to, *event);
  to.set_request_id(operation.request_id);
  if (is_operation(on)) {
    end_operation(ch, on, event);
    return;
  }
  ch.append(on, event);
  on.state.nexus_operations.erase(operation.scheduled_event_id);
}

void end_succeeded(
    change& ch,
    run& on,
    const nexus_operation_state& operation,
    const api::common::v1::Payload* result,
    const std::vector<api::common::v1::Link>& links) {
  end_with(
      ch,
      on,
      operation,
      enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED,
      &history_event::mutable_nexus_operation_completed_event_attributes,
      [&](auto& to, history_event& event) {
        for (const auto& link : links)
          *event.add_links() = link;
        if (result)
          copy_in_slices(*result, *to.mutable_result());
      });
}

void end_failed(
    change& ch,
    run& on,
    const nexus_operation_state& operation,
    const api::failure::v1::Failure& cause) {
  end_with(
      ch,
      on,
      operation,
      enums::EVENT_TYPE_NEXUS_OPERATION_FAILED,
      &history_event::mutable_nexus_operation_failed_event_attributes,
      [&](auto& to, const auto&) { fill_failure(on, operation, cause, *to.mutable_failure()); });
}

void end_canceled(
    change& ch,
    run& on,
    const nexus_operation_state& operation,
    const api::failure::v1::Failure& cause) {
  end_with(
      ch,
      on,
      operation,
      enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED,
      &history_event::mutable_nexus_operation_canceled_event_attributes,
      [&](auto& to, const auto&) {
        fill_failure(on, operation, cause, *to.mutable_failure());
        if (!is_operation(on)) // whatever it was
          to.mutable_failure()->mutable_cause()->mutable_canceled_failure_info();
      });
}

api::failure::v1::Failure timed_out(const char* message, enums::TimeoutType type) {
  api::failure::v1::Failure cause;
  cause.set_message(message);
  cause.mutable_timeout_failure_info()->set_timeout_type(type);
  return cause;
}

void end_timed_out(
    change& ch, run& on, const nexus_operation_state& operation, enums::TimeoutType type) {
  const auto cause = timed_out("operation timed out", type);
  end_with(
      ch,
      on,
      operation,
      enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT,
      &history_event::mutable_nexus_operation_timed_out_event_attributes,
      [&](auto& to, const auto&) { fill_failure(on, operation, cause, *to.mutable_failure()); });
}

void end_cancel_request(
    change& ch,
    run& on,
    nexus_operation_state& operation,
    const api::failure::v1::Failure* failure) {
  auto& cancel = *operation.cancel;
  cancel.state = failure ? nexus_cancelation::state::failed : nexus_cancelation::state::succeeded;
  cancel.next_attempt.reset();
  cancel.sent.answer_overdue.reset();
  if (failure)
    cancel.last_failure = std::make_shared<const api::failure::v1::Failure>(*failure);
  if (is_operation(on)) {
    cancel.last_attempt_complete = ch.now();
    return;
  }
  if (!ch.settings().record_cancel_request_completion)
    return;
  auto event = ch.make(
      failure ? enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED
              : enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED);
  event->set_worker_may_ignore(true);
  if (failure) {
    auto& to = *event->mutable_nexus_operation_cancel_request_failed_event_attributes();
    to.set_requested_event_id(cancel.requested_event_id);
    to.set_scheduled_event_id(operation.scheduled_event_id);
    copy_in_slices(*failure, *to.mutable_failure());
  } else {
    auto& to = *event->mutable_nexus_operation_cancel_request_completed_event_attributes();
    to.set_requested_event_id(cancel.requested_event_id);
    to.set_scheduled_event_id(operation.scheduled_event_id);
  }
  ch.append(on, event);
  after_event(ch, on);
}

/// The attempt that is under way when something else decides was the last one.
void give_up_attempt(nexus_operation_state& operation) {
  if (operation.state == nexus_operation::state::scheduled)
    ++operation.attempt;
}

nexus_operation::event event_of(enums::EventType end) {
  switch (end) {
  case enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED: return nexus_operation::event::succeeded;
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED: return nexus_operation::event::canceled;
  case enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT: return nexus_operation::event::timed_out;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: return nexus_operation::event::terminated;
  default: return nexus_operation::event::failed;
  }
}

void start_done(
    change& ch, run& on, nexus_operation_state& operation, const nexus_verdict& verdict) {
  using kind = nexus_verdict::kind;
  ++operation.attempt;
  operation.sent.answer_overdue.reset();
  // As components of the real server have it, which a client sees: its result tells of success.
  if (!is_operation(on) || verdict.what != kind::succeeded)
    operation.last_attempt_complete = ch.now();
  if (is_operation(on) && verdict.what != kind::succeeded && verdict.what != kind::started)
    operation.last_failure = std::make_shared<const api::failure::v1::Failure>(verdict.failure);
  switch (verdict.what) {
  case kind::retry:
    operation.state =
        *nexus_operation::next(operation.state, nexus_operation::event::attempt_failed);
    operation.last_failure = std::make_shared<const api::failure::v1::Failure>(verdict.failure);
    operation.next_attempt = ch.now() + request_backoff(operation.attempt, ch.around.ids.uniform());
    return;
  case kind::started:
    operation.last_failure.reset();
    write_started(ch, on, operation, verdict.operation_token, verdict.links, std::nullopt);
    break;
  case kind::succeeded:
    end_succeeded(ch, on, operation, verdict.result.get(), verdict.links);
    break;
  case kind::canceled: end_canceled(ch, on, operation, verdict.failure); break;
  default: end_failed(ch, on, operation, verdict.failure); break;
  }
  after_event(ch, on);
}

void cancel_done(
    change& ch, run& on, nexus_operation_state& operation, const nexus_verdict& verdict) {
  using kind = nexus_verdict::kind;
  auto& cancel = *operation.cancel;
  ++cancel.attempt;
  cancel.last_attempt_complete = ch.now();
  cancel.sent.answer_overdue.reset();
  if (verdict.what == kind::retry) {
    cancel.state = *nexus_cancelation::next(cancel.state, nexus_cancelation::event::attempt_failed);
    cancel.last_failure = std::make_shared<const api::failure::v1::Failure>(verdict.failure);
    cancel.next_attempt = ch.now() + request_backoff(cancel.attempt, ch.around.ids.uniform());
    return;
  }
  end_cancel_request(
      ch, on, operation, verdict.what == kind::canceling ? nullptr : &verdict.failure);
}

/// Handles one answer, of a handler or of this service itself. Unknown and late ones change
/// nothing.
void attempt_done(change& ch, const nexus_attempt& attempt, const nexus_verdict& verdict) {
  run* const on = ch.find(attempt.run_id);
  if (!on || !on->open())
    return;
  auto& all = on->state.nexus_operations;
  const auto found = all.find(attempt.scheduled_event_id);
  if (found == all.end())
    return;
  const auto& operation = found->second;
  if (attempt.cancelation) {
    if (operation.cancel && operation.cancel->state == nexus_cancelation::state::scheduled
        && operation.cancel->attempt + 1 == attempt.number)
      cancel_done(ch, *on, all.edit(found), verdict);
    return;
  }
  if (operation.state == nexus_operation::state::scheduled
      && operation.attempt + 1 == attempt.number)
    start_done(ch, *on, all.edit(found), verdict);
}

std::optional<endpoint_info>
find_endpoint(const change& ch, const nexus_operation_state& operation) {
  if (auto found = ch.around.known.endpoint_by_id(attributes(operation).endpoint_id()))
    return found;
  return ch.around.known.endpoint_by_name(attributes(operation).endpoint());
}

/// How long the next request may take; nothing if there is too little time left for one.
std::optional<duration> time_for_request(const change& ch, std::optional<time_point> limit) {
  const auto& settings = ch.settings();
  if (!limit)
    return settings.nexus_request_timeout;
  const auto left = *limit - ch.now();
  if (left < settings.nexus_min_request_timeout)
    return std::nullopt;
  return std::min(settings.nexus_request_timeout, left);
}

/// The operation's endpoint; nothing if it is gone, and then the attempt is refused.
std::optional<endpoint_info> endpoint_or_refuse(
    change& ch, const nexus_operation_state& operation, const nexus_attempt& attempt) {
  auto target = find_endpoint(ch, operation);
  if (!target) {
    nexus_verdict verdict;
    verdict.what = nexus_verdict::kind::refused;
    verdict.failure = handler_failure("NOT_FOUND", "endpoint not registered");
    attempt_done(ch, attempt, verdict);
  }
  return target;
}

/// A worker answers the service, which then has to answer; one outside answers itself.
duration time_to_dispatch(const change& ch, const endpoint_info& target, duration time) {
  return target.external_url.empty() ? time - ch.settings().nexus_dispatch_reserve : time;
}

/// No handler serves it: another record does what it asks for.
void send_to_system(change& ch, const run& on, nexus_operation_state& operation, duration time) {
  auto request = system_request(ch, on, operation);
  auto workflow_id = request->workflow_id();
  operation.sent.answer_overdue = ch.now() + time + answer_grace;
  asking_run from{ch.rec.name_space, ch.rec.namespace_id, ch.rec.workflow_id, on.id};
  from.initiated_event_id = operation.scheduled_event_id;
  ch.tx.effects.push_back(peer_request{
      {peer_ask::kind::system_operation, on.id, operation.scheduled_event_id},
      ch.rec.namespace_id,
      std::move(workflow_id),
      signal_with_start_from_run{std::move(from), std::move(request)}});
}

void send_start(change& ch, run& on, nexus_operation_state& operation) {
  const auto to_start = start_expiry(operation);
  const auto to_close = close_expiry(operation);
  const auto time = time_for_request(ch, to_start ? to_start : to_close);
  if (!time) {
    const auto type =
        to_start ? enums::TIMEOUT_TYPE_SCHEDULE_TO_START : enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE;
    give_up_attempt(operation);
    if (is_operation(on)) {
      operation.last_attempt_complete = ch.now();
      operation.last_failure =
          std::make_shared<const api::failure::v1::Failure>(timed_out("operation timed out", type));
    }
    end_timed_out(ch, on, operation, type);
    after_event(ch, on);
    return;
  }
  if (attributes(operation).endpoint() == system_endpoint) {
    send_to_system(ch, on, operation, *time);
    return;
  }
  const nexus_attempt attempt{
      on.id,
      operation.scheduled_event_id,
      false,
      operation.attempt + 1,
      attributes(operation).endpoint()};
  const auto target = endpoint_or_refuse(ch, operation, attempt);
  if (!target)
    return;
  if (!target->external_url.empty() && ch.settings().nexus_callback_template.empty()) {
    nexus_verdict verdict; // retried, as it can be set meanwhile
    verdict.failure.set_message(
        "a handler outside could not tell how the operation ended: set "
        "component.nexusoperations.callback.endpoint.template, or give this service an HTTP port");
    verdict.failure.mutable_application_failure_info()->set_type("CallError");
    attempt_done(ch, attempt, verdict);
    return;
  }
  operation.sent.answer_overdue = ch.now() + *time + answer_grace;
  ch.tx.effects.push_back(nexus_dispatch{
      attempt,
      *target,
      time_to_dispatch(ch, *target, *time),
      start_request(ch, on, operation, *target)});
}

void send_cancel(change& ch, run& on, nexus_operation_state& operation) {
  auto& cancel = *operation.cancel;
  const auto to_close = close_expiry(operation);
  const auto of_run = run_expiry(operation);
  const bool is_whole = to_close && (!of_run || *to_close <= *of_run);
  const bool without_workflow = is_operation(on);
  const auto time =
      time_for_request(ch, without_workflow && of_run && !is_whole ? of_run : to_close);
  if (!time && without_workflow) {
    ++cancel.attempt;
    const auto failure = timed_out(
        "operation timed out before cancellation could be delivered",
        is_whole ? enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE : enums::TIMEOUT_TYPE_START_TO_CLOSE);
    end_cancel_request(ch, on, operation, &failure);
    return;
  }
  if (!time) {
    api::failure::v1::Failure failure;
    failure.set_message(
        "not enough time to execute another request before ScheduleToClose timeout");
    failure.mutable_application_failure_info()->set_type("CallError");
    failure.mutable_application_failure_info()->set_non_retryable(true);
    end_cancel_request(ch, on, operation, &failure);
    return;
  }
  const nexus_attempt attempt{
      on.id,
      operation.scheduled_event_id,
      true,
      cancel.attempt + 1,
      attributes(operation).endpoint()};
  const auto target = endpoint_or_refuse(ch, operation, attempt);
  if (!target)
    return;
  cancel.sent.answer_overdue = ch.now() + *time + answer_grace;
  ch.tx.effects.push_back(nexus_dispatch{
      attempt,
      *target,
      time_to_dispatch(ch, *target, *time),
      cancel_request(ch, operation, *target)});
}

bool passed(const change& ch, const std::optional<time_point>& when) {
  return when && *when <= ch.now();
}

/// Ends the operation if one of its timeouts has passed; says whether it did.
bool end_if_expired(change& ch, run& on, std::int64_t id) {
  auto& all = on.state.nexus_operations;
  const auto found = all.find(id);
  if (found == all.end() || nexus_operation::has_ended(found->second.state))
    return false;
  const auto& operation = found->second;
  const bool started = operation.state == nexus_operation::state::started;
  auto type = enums::TIMEOUT_TYPE_UNSPECIFIED;
  if (!started && passed(ch, start_expiry(operation)))
    type = enums::TIMEOUT_TYPE_SCHEDULE_TO_START;
  else if (passed(ch, close_expiry(operation)))
    type = enums::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE;
  else if (started && passed(ch, run_expiry(operation)))
    type = enums::TIMEOUT_TYPE_START_TO_CLOSE;
  else
    return false;
  auto& ending = all.edit(found);
  give_up_attempt(ending);
  end_timed_out(ch, on, ending, type);
  return true;
}

/// Retries that are due and answers that stayed out. The operation may be gone afterwards.
void serve_start(change& ch, run& on, std::int64_t id) {
  auto& all = on.state.nexus_operations;
  const auto found = all.find(id);
  if (found == all.end())
    return;
  const auto& operation = found->second;
  if (operation.state == nexus_operation::state::backing_off
      && passed(ch, operation.next_attempt)) {
    auto& due = all.edit(found);
    due.state = *nexus_operation::next(due.state, nexus_operation::event::retry_due);
    due.next_attempt.reset();
  } else if (passed(ch, operation.sent.answer_overdue)) {
    start_done(ch, on, all.edit(found), judge(nexus_no_answer{}, false, ch.settings()));
  }
}

/// The same for the request to cancel it.
void serve_cancel(change& ch, run& on, std::int64_t id) {
  auto& all = on.state.nexus_operations;
  const auto found = all.find(id);
  if (found == all.end() || !found->second.cancel)
    return;
  const auto& cancel = *found->second.cancel;
  if (cancel.state == nexus_cancelation::state::backing_off && passed(ch, cancel.next_attempt)) {
    auto& due = *all.edit(found).cancel;
    due.state = *nexus_cancelation::next(due.state, nexus_cancelation::event::retry_due);
    due.next_attempt.reset();
  } else if (passed(ch, cancel.sent.answer_overdue)) {
    cancel_done(ch, on, all.edit(found), judge(nexus_no_answer{}, true, ch.settings()));
  }
}

} // namespace

void system_answered(change& ch, const peer_answered& what) {
  run* const on = ch.find(what.what.run_id);
  if (!on || !on->open())
    return;
  auto& all = on->state.nexus_operations;
  const auto found = all.find(what.what.initiated_event_id);
  if (found == all.end() || found->second.state != nexus_operation::state::scheduled)
    return;
  nexus_verdict verdict;
  if (what.status.ok() && what.response) {
    verdict.what = nexus_verdict::kind::succeeded;
    verdict.result = system_result(*what.response);
    if (what.response->has_signal_link())
      verdict.links.push_back(what.response->signal_link());
  } else {
    verdict.what = nexus_verdict::kind::refused;
    verdict.failure.set_message(
        std::string{what.status.code == status_code::not_found ? "NotFound" : "InvalidArgument"}
        + ": " + what.status.message);
    verdict.failure.mutable_server_failure_info()->set_non_retryable(true);
  }
  start_done(ch, *on, all.edit(found), verdict);
}

void end_operation(change& ch, run& on, const event_ptr& end) {
  ch.write(on, end);
  auto& all = on.state.nexus_operations;
  auto& operation = all.edit(all.begin());
  if (end->event_type() == enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED)
    give_up_attempt(operation);
  operation.state = *nexus_operation::next(operation.state, event_of(end->event_type()));
  operation.next_attempt.reset();
  operation.sent = {};
  if (operation.cancel)
    operation.cancel->sent = {};
  close_standalone(ch, on, end->event_type());
}

void serve_nexus_deadlines(change& ch, run& on, const std::vector<std::int64_t>& due) {
  // All that time out at this moment end in one go, before the task that tells of them.
  bool any_expired = false;
  for (const auto id : due)
    any_expired |= end_if_expired(ch, on, id);
  if (any_expired)
    after_event(ch, on);
  if (!on.open())
    return;
  for (const auto id : due) {
    serve_start(ch, on, id);
    serve_cancel(ch, on, id);
  }
}

void dispatch_nexus_requests(change& ch, run& on) {
  if (!on.open())
    return;
  auto& all = on.state.nexus_operations;
  // Only what this decision changed can have to be sent. By index: sending changes more.
  for (std::size_t at = 0; at < all.notes().size(); ++at) {
    const auto found = all.find(all.notes()[at].key);
    if (found == all.end())
      continue;
    const auto& operation = found->second;
    const auto& cancel = operation.cancel;
    const auto is_out = [](const sent_request& sent) {
      return sent.answer_overdue || sent.blocked;
    };
    if (operation.state == nexus_operation::state::scheduled && !is_out(operation.sent))
      send_start(ch, on, all.edit(found));
    else if (
        cancel && cancel->state == nexus_cancelation::state::scheduled && !is_out(cancel->sent))
      send_cancel(ch, on, all.edit(found));
  }
}

void handle(change& ch, const nexus_request_done& what) {
  attempt_done(ch, what.attempt, judge(what.outcome, what.attempt.cancelation, ch.settings()));
}

void handle(change& ch, const nexus_request_held& what) {
  run* const on = ch.find(what.attempt.run_id);
  if (!on || !on->open())
    return;
  auto& all = on->state.nexus_operations;
  const auto found = all.find(what.attempt.scheduled_event_id);
  if (found == all.end())
    return;
  const auto& operation = found->second;
  if (what.attempt.cancelation) {
    if (operation.cancel && operation.cancel->state == nexus_cancelation::state::scheduled
        && operation.cancel->attempt + 1 == what.attempt.number)
      all.edit(found).cancel->sent = {std::nullopt, what.blocked, what.opened_by};
  } else if (
      operation.state == nexus_operation::state::scheduled
      && operation.attempt + 1 == what.attempt.number) {
    all.edit(found).sent = {std::nullopt, what.blocked, what.opened_by};
  }
}

void handle(change& ch, const complete_nexus_operation& what) {
  run* const on = after_resets(ch, ch.find(what.token.run_id));
  if (!on || what.token.run_id.empty()) {
    refuse(ch, run_not_found(ch.rec, what.token.run_id));
    return;
  }
  if (!on->open()) {
    refuse(ch, already_completed());
    return;
  }
  auto& all = on->state.nexus_operations;
  const auto found = all.find(what.token.scheduled_event_id);
  if (found == all.end() || found->second.request_id != what.token.request_id) {
    refuse(ch, not_found("operation not found"));
    return;
  }
  auto& operation = all.edit(found);
  const auto& from = what.completion;
  give_up_attempt(operation);
  if (operation.state != nexus_operation::state::started
      && (is_operation(*on) || !from.operation_token.empty())) {
    // The completion overtook the answer to the start request, which will be ignored.
    std::vector<api::common::v1::Link> links;
    for (const auto& link : from.links)
      links.push_back(*link);
    std::optional<time_point> when;
    if (from.start_time != time_point{})
      when = std::chrono::floor<seconds>(from.start_time);
    write_started(ch, *on, operation, from.operation_token, links, when);
  }
  const api::failure::v1::Failure none;
  switch (from.outcome) {
  case nexus_completion::state::succeeded:
    end_succeeded(ch, *on, operation, from.result.get(), {});
    break;
  case nexus_completion::state::canceled:
    end_canceled(ch, *on, operation, from.failure ? *from.failure : none);
    break;
  case nexus_completion::state::failed:
    end_failed(ch, *on, operation, from.failure ? *from.failure : none);
    break;
  }
  after_event(ch, *on);
  ch.tx.answer = {};
}

} // namespace troupe::embedded
