// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/nexus/callback_rules.hpp"

#include "runtime/base/time/time.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/run/retry_policy.hpp"
#include "runtime/embedded/standalone/operation_view.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/standalone/standalone_view.hpp"
#include "runtime/embedded/update/update_rules.hpp"
#include "runtime/payload/failure_chain.hpp"

#include <algorithm>

namespace troupe::embedded {
namespace {

void fill_failure(const api::failure::v1::Failure& from, nexus_completion& to) {
  to.outcome = from.has_canceled_failure_info() ? nexus_completion::state::canceled
                                                : nexus_completion::state::failed;
  to.failure = std::make_shared<const api::failure::v1::Failure>(from);
}

void fill_result(const api::common::v1::Payloads& from, nexus_completion& to) {
  to.outcome = nexus_completion::state::succeeded;
  to.result = from.payloads_size() > 0
                  ? std::make_shared<const api::common::v1::Payload>(from.payloads(0))
                  : nullptr;
}

/// How an update looks to the operation that it was: one that its run did not finish has failed.
void fill_update_outcome(const run& on, const completion_callback& each, nexus_completion& to) {
  if (each.refusal) {
    fill_failure(*each.refusal, to);
    to.outcome = nexus_completion::state::failed;
    return;
  }
  const auto reached = progress_of(on, each.update_id);
  if (!reached || !reached->outcome)
    return;
  if (reached->outcome->has_failure()) {
    fill_failure(reached->outcome->failure(), to);
    to.outcome = nexus_completion::state::failed;
  } else
    fill_result(reached->outcome->success(), to);
  const auto& completed = on.updates->completed;
  if (const auto at = completed.find(each.update_id); at != completed.end())
    to.close_time = from_proto(on.history[static_cast<std::size_t>(at->second - 1)]->event_time());
}

/// The same of an activity that no workflow asked for.
void fill_activity_outcome(const run& on, nexus_completion& to) {
  api::activity::v1::ActivityExecutionOutcome outcome;
  fill_outcome(on, outcome);
  if (outcome.has_failure())
    fill_failure(outcome.failure(), to);
  else
    fill_result(outcome.result(), to);
}

/// How a closed run looks to the operation it was: the first payload of its result, or why there is
/// none.
void fill_run_outcome(const run& on, nexus_completion& to) {
  using outcome = nexus_completion::state;
  auto failure = std::make_shared<api::failure::v1::Failure>();
  const auto& closing = *on.history.back();
  switch (closing.event_type()) {
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: {
    fill_result(closing.workflow_execution_completed_event_attributes().result(), to);
    return;
  }
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
    to.outcome = outcome::failed;
    *failure = closing.workflow_execution_failed_event_attributes().failure();
    break;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
    to.outcome = outcome::canceled;
    failure->set_message("operation canceled");
    failure->mutable_canceled_failure_info();
    if (closing.workflow_execution_canceled_event_attributes().has_details())
      *failure->mutable_canceled_failure_info()->mutable_details() =
          closing.workflow_execution_canceled_event_attributes().details();
    break;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
    to.outcome = outcome::failed;
    failure->set_message("operation terminated");
    failure->mutable_terminated_failure_info();
    break;
  default:
    to.outcome = outcome::failed;
    failure->set_message("operation exceeded internal timeout");
    failure->mutable_timeout_failure_info();
    break;
  }
  to.failure = std::move(failure);
}

std::shared_ptr<const api::common::v1::Link>
link_to(const record& rec, const run& on, const completion_callback& each) {
  auto link = std::make_shared<api::common::v1::Link>();
  if (is_standalone(on)) {
    is_operation(on) ? link_to_operation(rec, on, *link) : link_to_activity(rec, on, *link);
    return link;
  }
  auto& event = *link->mutable_workflow_event();
  event.set_namespace_(rec.name_space);
  event.set_workflow_id(rec.workflow_id);
  event.set_run_id(on.id);
  if (each.attached_later || !each.update_id.empty()) {
    const auto used = on.state.request_ids.find(each.request_id);
    event.mutable_request_id_ref()->set_request_id(each.request_id);
    event.mutable_request_id_ref()->set_event_type(
        used != on.state.request_ids.end() ? used->second.event_type
                                           : enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED);
  } else {
    event.mutable_event_ref()->set_event_id(1);
    event.mutable_event_ref()->set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
  }
  return link;
}

} // namespace

void dispatch_callbacks(change& ch, run& on) {
  auto& all = on.state.callbacks;
  // Only what this decision changed can have to be sent. By index: sending changes more.
  for (std::size_t at = 0; at < all.notes().size(); ++at) {
    const auto found = all.find(all.notes()[at].key);
    if (found == all.end())
      continue;
    const auto& each = found->second;
    if (each.state != callback::state::scheduled || each.sent.under_way)
      continue;
    callback_delivery delivery;
    delivery.run_id = on.id;
    delivery.callback_id = each.id;
    delivery.attempt = each.attempt + 1;
    delivery.url = each.what->nexus().url();
    for (const auto& [name, value] : each.what->nexus().header())
      delivery.headers.emplace(name, value);
    auto& completion = delivery.completion;
    if (const auto token = delivery.headers.find("nexus-operation-token");
        token != delivery.headers.end())
      completion.operation_token = token->second;
    completion.start_time = on.state.start_time;
    completion.close_time = on.state.close_time;
    completion.links.push_back(link_to(ch.rec, on, each));
    if (!each.update_id.empty())
      fill_update_outcome(on, each, completion);
    else if (is_operation(on))
      fill_completion(on, completion);
    else if (is_standalone(on))
      fill_activity_outcome(on, completion);
    else
      fill_run_outcome(on, completion);
    ch.tx.effects.push_back(std::move(delivery));
    all.edit(found).sent.under_way = true;
  }
}

void serve_callback_deadlines(change& ch, run& on, const std::vector<std::int64_t>& due) {
  auto& all = on.state.callbacks;
  for (const auto number : due) {
    const auto found = all.find(number);
    if (found == all.end() || found->second.state != callback::state::backing_off
        || !found->second.next_attempt || *found->second.next_attempt > ch.now())
      continue;
    auto& each = all.edit(found);
    each.state = *callback::next(each.state, callback::event::retry_due);
    each.next_attempt.reset();
  }
}

void handle(change& ch, const callback_done& what) {
  run* const on = ch.find(what.run_id);
  if (!on)
    return;
  auto& all = on->state.callbacks;
  const auto found = std::find_if(
      all.begin(), all.end(), [&](const auto& each) { return each.second.id == what.callback_id; });
  if (found == all.end() || found->second.attempt + 1 != what.attempt)
    return;
  const auto happened =
      what.outcome == callback_done::result::delivered ? callback::event::delivered
      : what.outcome == callback_done::result::refused ? callback::event::refused
                                                       : callback::event::attempt_failed;
  const auto to = callback::next(found->second.state, happened);
  if (!to)
    return;
  auto& each = all.edit(found);
  each.state = *to;
  each.sent = {};
  ++each.attempt;
  each.last_attempt_complete = ch.now();
  each.last_failure = what.failure;
  if (each.last_failure)
    cut_causes(each.last_failure.edit()); // whoever it came from
  each.next_attempt.reset();
  if (*to == callback::state::backing_off)
    each.next_attempt = ch.now() + request_backoff(each.attempt, ch.around.ids.uniform());
}

} // namespace troupe::embedded
