// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/utf8.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/checks/error_text.hpp"
#include "runtime/embedded/command/commands.hpp"
#include "runtime/embedded/command/peer_targets.hpp"

#include <algorithm>

/// Timers fire when they are due, to the nanosecond. The real server lets timers shorter than a
/// second fire a second after their start; that is an accident of its queues, and only costs tests
/// time.
namespace troupe::embedded {

using command = api::command::v1::Command;

namespace {

command_result check_timer_id(
    const completion& in,
    const std::string& id,
    enums::WorkflowTaskFailedCause cause,
    const std::string& command) {
  if (id.empty())
    return command_failure{cause, "TimerId is not set on " + command + '.', false};
  return check_length(id, in.ch.settings().max_id_bytes, cause, [&](const auto& length) {
    return "TimerId on " + command
           + " exceeds length limit. TimerId=" + excerpt(id, longest_error_text) + length;
  });
}

} // namespace

command_result start_timer(completion& in, const command& what) {
  constexpr auto bad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_START_TIMER_ATTRIBUTES;
  if (!what.has_start_timer_command_attributes())
    return command_failure{
        bad, "StartTimerCommandAttributes is not set on StartTimerCommand.", false};
  const auto& from = what.start_timer_command_attributes();
  if (auto failed = check_timer_id(in, from.timer_id(), bad, "StartTimerCommand"))
    return failed;
  const auto problem = duration_problem(from.start_to_fire_timeout());
  if (!problem.empty())
    return command_failure{
        bad,
        "An invalid StartToFireTimeout is set on StartTimerCommand: " + std::string{problem}
            + ". TimerId=" + from.timer_id(),
        false};
  auto& timers = in.on.state.timers;
  if (timers.contains(from.timer_id()))
    return command_failure{
        enums::WORKFLOW_TASK_FAILED_CAUSE_START_TIMER_DUPLICATE_ID,
        "invalid history builder state for action: add-timer-started-event, TimerID: "
            + from.timer_id(),
        false};
  auto event = make_event(in, what, enums::EVENT_TYPE_TIMER_STARTED);
  auto& to = *event->mutable_timer_started_event_attributes();
  to.set_timer_id(from.timer_id());
  if (from.has_start_to_fire_timeout()) {
    *to.mutable_start_to_fire_timeout() = from.start_to_fire_timeout();
    cut_timeout(*to.mutable_start_to_fire_timeout());
  }
  to.set_workflow_task_completed_event_id(in.completed_event_id);
  in.ch.write(in.on, event);
  timers.put(
      from.timer_id(),
      {from.timer_id(),
       event->event_id(),
       later(in.ch.now(), from_proto(to.start_to_fire_timeout()))});
  return {};
}

command_result cancel_timer(completion& in, const command& what) {
  constexpr auto bad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_CANCEL_TIMER_ATTRIBUTES;
  if (!what.has_cancel_timer_command_attributes())
    return command_failure{
        bad, "CancelTimerCommandAttributes is not set on CancelTimerCommand.", false};
  const auto& from = what.cancel_timer_command_attributes();
  if (auto failed = check_timer_id(in, from.timer_id(), bad, "CancelTimerCommand"))
    return failed;
  auto& state = in.on.state;
  std::int64_t started_event_id = 0;
  if (const auto at = state.timers.find(from.timer_id()); at != state.timers.end()) {
    started_event_id = at->second.started_event_id;
    state.timers.erase(at);
  } else {
    // It fired while the worker was at work: the event is taken back before anybody saw it.
    const auto fired =
        std::find_if(state.buffered.begin(), state.buffered.end(), [&](const auto& waiting) {
          const auto& event = *waiting.second;
          return event.event_type() == enums::EVENT_TYPE_TIMER_FIRED
                 && event.timer_fired_event_attributes().timer_id() == from.timer_id();
        });
    if (fired == state.buffered.end())
      return command_failure{
          bad,
          "invalid history builder state for action: add-timer-canceled-event, TimerID: "
              + from.timer_id(),
          false};
    started_event_id = fired->second->timer_fired_event_attributes().started_event_id();
    state.buffered.erase(fired);
  }
  auto event = make_event(in, what, enums::EVENT_TYPE_TIMER_CANCELED);
  auto& to = *event->mutable_timer_canceled_event_attributes();
  to.set_timer_id(from.timer_id());
  to.set_started_event_id(started_event_id);
  to.set_workflow_task_completed_event_id(in.completed_event_id);
  to.set_identity(in.identity);
  in.ch.write(in.on, event);
  return {};
}

} // namespace troupe::embedded
