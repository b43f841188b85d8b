// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/nexus/nexus_rules.hpp"

#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/nexus/nexus_events.hpp"
#include "runtime/embedded/nexus/nexus_outcomes.hpp"
#include "runtime/embedded/nexus/system_endpoint.hpp"
#include "runtime/embedded/record/deadlines.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/retry_policy.hpp"
#include "runtime/embedded/run/run_rules.hpp"
#include "runtime/embedded/standalone/standalone.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>

namespace troupe::embedded {

namespace {

using std::chrono::seconds;

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
  after_operation_event(ch, on);
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
    after_operation_event(ch, on);
  if (!on.open())
    return;
  for (const auto id : due) {
    serve_start(ch, on, id);
    serve_cancel(ch, on, id);
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
  after_operation_event(ch, *on);
  ch.tx.answer = {};
}

} // namespace troupe::embedded
