// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/nexus/nexus_events.hpp"
#include "runtime/embedded/nexus/nexus_outcomes.hpp"
#include "runtime/embedded/nexus/nexus_requests.hpp"
#include "runtime/embedded/nexus/nexus_rules.hpp"
#include "runtime/embedded/nexus/system_endpoint.hpp"
#include "runtime/embedded/record/deadlines.hpp"
#include "runtime/embedded/standalone/standalone.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>

namespace troupe::embedded {

namespace {

/// A dispatcher that says nothing so long after its time is taken to have lost the request.
constexpr auto answer_grace = std::chrono::seconds{5};

std::optional<endpoint_info>
find_endpoint(const change& ch, const nexus_operation_state& operation) {
  if (auto found = ch.around.known.endpoint_by_id(scheduled_attributes(operation).endpoint_id()))
    return found;
  return ch.around.known.endpoint_by_name(scheduled_attributes(operation).endpoint());
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
      operation.last_failure = std::make_shared<const api::failure::v1::Failure>(
          operation_timeout("operation timed out", type));
    }
    end_timed_out(ch, on, operation, type);
    after_operation_event(ch, on);
    return;
  }
  if (scheduled_attributes(operation).endpoint() == system_endpoint) {
    send_to_system(ch, on, operation, *time);
    return;
  }
  const nexus_attempt attempt{
      on.id,
      operation.scheduled_event_id,
      false,
      operation.attempt + 1,
      scheduled_attributes(operation).endpoint()};
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
      start_operation_request(ch, on, operation, *target)});
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
    const auto failure = operation_timeout(
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
      scheduled_attributes(operation).endpoint()};
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

} // namespace

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

} // namespace troupe::embedded
