// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/golden/history_player.hpp"

#include "runtime/base/time/time.hpp"
#include "test/support/history_normaliser.hpp"

#include <algorithm>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // recorded events have old fields set

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using history_event = history_api::HistoryEvent;

constexpr const char* inline_request = "request-from-RespondWorkflowTaskCompleted";

/// The command that led to an event; none if the event came from elsewhere.
std::optional<command_api::Command> command_of(const history_event& from) {
  command_api::Command command;
  if (from.has_user_metadata())
    *command.mutable_user_metadata() = from.user_metadata();
  switch (from.event_type()) {
  case enums::EVENT_TYPE_TIMER_STARTED: {
    const auto& a = from.timer_started_event_attributes();
    command.set_command_type(enums::COMMAND_TYPE_START_TIMER);
    auto& to = *command.mutable_start_timer_command_attributes();
    to.set_timer_id(a.timer_id());
    *to.mutable_start_to_fire_timeout() = a.start_to_fire_timeout();
    return command;
  }
  case enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: {
    const auto& a = from.activity_task_scheduled_event_attributes();
    command.set_command_type(enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK);
    auto& to = *command.mutable_schedule_activity_task_command_attributes();
    to.set_activity_id(a.activity_id());
    *to.mutable_activity_type() = a.activity_type();
    to.mutable_task_queue()->set_name(a.task_queue().name());
    if (a.has_header())
      *to.mutable_header() = a.header();
    if (a.has_input())
      *to.mutable_input() = a.input();
    *to.mutable_schedule_to_close_timeout() = a.schedule_to_close_timeout();
    *to.mutable_schedule_to_start_timeout() = a.schedule_to_start_timeout();
    *to.mutable_start_to_close_timeout() = a.start_to_close_timeout();
    *to.mutable_heartbeat_timeout() = a.heartbeat_timeout();
    *to.mutable_retry_policy() = a.retry_policy();
    to.set_use_workflow_build_id(a.use_workflow_build_id());
    if (a.has_priority())
      *to.mutable_priority() = a.priority();
    return command;
  }
  case enums::EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED:
    command.set_command_type(enums::COMMAND_TYPE_REQUEST_CANCEL_ACTIVITY_TASK);
    command.mutable_request_cancel_activity_task_command_attributes()->set_scheduled_event_id(
        from.activity_task_cancel_requested_event_attributes().scheduled_event_id());
    return command;
  case enums::EVENT_TYPE_TIMER_CANCELED:
    command.set_command_type(enums::COMMAND_TYPE_CANCEL_TIMER);
    command.mutable_cancel_timer_command_attributes()->set_timer_id(
        from.timer_canceled_event_attributes().timer_id());
    return command;
  case enums::EVENT_TYPE_MARKER_RECORDED: {
    const auto& a = from.marker_recorded_event_attributes();
    command.set_command_type(enums::COMMAND_TYPE_RECORD_MARKER);
    auto& to = *command.mutable_record_marker_command_attributes();
    to.set_marker_name(a.marker_name());
    *to.mutable_details() = a.details();
    if (a.has_failure())
      *to.mutable_failure() = a.failure();
    return command;
  }
  case enums::EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
    command.set_command_type(enums::COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES);
    *command.mutable_upsert_workflow_search_attributes_command_attributes()
         ->mutable_search_attributes() =
        from.upsert_workflow_search_attributes_event_attributes().search_attributes();
    return command;
  case enums::EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED:
    command.set_command_type(enums::COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES);
    *command.mutable_modify_workflow_properties_command_attributes()->mutable_upserted_memo() =
        from.workflow_properties_modified_event_attributes().upserted_memo();
    return command;
  case enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED: {
    const auto& a = from.nexus_operation_scheduled_event_attributes();
    command.set_command_type(enums::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION);
    auto& to = *command.mutable_schedule_nexus_operation_command_attributes();
    to.set_endpoint(a.endpoint());
    to.set_service(a.service());
    to.set_operation(a.operation());
    if (a.has_input())
      *to.mutable_input() = a.input();
    if (a.has_schedule_to_close_timeout())
      *to.mutable_schedule_to_close_timeout() = a.schedule_to_close_timeout();
    if (a.has_schedule_to_start_timeout())
      *to.mutable_schedule_to_start_timeout() = a.schedule_to_start_timeout();
    if (a.has_start_to_close_timeout())
      *to.mutable_start_to_close_timeout() = a.start_to_close_timeout();
    // As a user would write them: the server makes names lower case.
    for (const auto& [name, value] : a.nexus_header()) {
      auto upper = name;
      upper[0] = static_cast<char>(upper[0] - 'a' + 'A');
      (*to.mutable_nexus_header())[upper] = value;
    }
    return command;
  }
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUESTED:
    return cancel_operation(
        from.nexus_operation_cancel_requested_event_attributes().scheduled_event_id());
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: {
    const auto& a = from.workflow_execution_completed_event_attributes();
    command.set_command_type(enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
    auto& to = *command.mutable_complete_workflow_execution_command_attributes();
    if (a.has_result())
      *to.mutable_result() = a.result();
    return command;
  }
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
    command.set_command_type(enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION);
    *command.mutable_fail_workflow_execution_command_attributes()->mutable_failure() =
        from.workflow_execution_failed_event_attributes().failure();
    return command;
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: {
    const auto& a = from.workflow_execution_canceled_event_attributes();
    command.set_command_type(enums::COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION);
    auto& to = *command.mutable_cancel_workflow_execution_command_attributes();
    if (a.has_details())
      *to.mutable_details() = a.details();
    return command;
  }
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: {
    const auto& a = from.workflow_execution_continued_as_new_event_attributes();
    command.set_command_type(enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION);
    auto& to = *command.mutable_continue_as_new_workflow_execution_command_attributes();
    *to.mutable_workflow_type() = a.workflow_type();
    *to.mutable_task_queue() = a.task_queue();
    if (a.has_input())
      *to.mutable_input() = a.input();
    if (a.has_memo())
      *to.mutable_memo() = a.memo();
    if (a.has_search_attributes())
      *to.mutable_search_attributes() = a.search_attributes();
    *to.mutable_workflow_run_timeout() = a.workflow_run_timeout();
    *to.mutable_workflow_task_timeout() = a.workflow_task_timeout();
    return command;
  }
  default: return peer_command_of(from);
  }
}

time_point time_of(const history_event& event) {
  return from_proto(event.event_time());
}

} // namespace

history_player::history_player(history_api::History recorded)
    : recorded_(std::move(recorded)),
      service_(recorded_.events(0).workflow_execution_started_event_attributes().workflow_id()) {
  for (const auto& [name, type] :
       {std::pair{"CustomBoolField", enums::INDEXED_VALUE_TYPE_BOOL},
        std::pair{"CustomDatetimeField", enums::INDEXED_VALUE_TYPE_DATETIME},
        std::pair{"CustomDoubleField", enums::INDEXED_VALUE_TYPE_DOUBLE},
        std::pair{"CustomIntField", enums::INDEXED_VALUE_TYPE_INT},
        std::pair{"CustomKeywordField", enums::INDEXED_VALUE_TYPE_KEYWORD},
        std::pair{"CustomStringField", enums::INDEXED_VALUE_TYPE_TEXT},
        std::pair{"TemporalChangeVersion", enums::INDEXED_VALUE_TYPE_KEYWORD_LIST},
        std::pair{"TemporalScheduledById", enums::INDEXED_VALUE_TYPE_KEYWORD},
        std::pair{"TemporalScheduledStartTime", enums::INDEXED_VALUE_TYPE_DATETIME}})
    service_.known.attributes[name] = type;
  for (const auto& event : recorded_.events()) {
    if (!event.has_nexus_operation_scheduled_event_attributes())
      continue;
    const auto& name = event.nexus_operation_scheduled_event_attributes().endpoint();
    service_.known.endpoints[name] = {service_.ids.uuid(), name, "handler-ns", "handler-tq", ""};
  }
  // The real server was recorded with this limit.
  service_.settings.suggest_continue_as_new_events = 50;
  service_.settings.signal_links = false; // of a newer server than the recorded one
}

history_api::History history_player::play() {
  for (const auto& event : recorded_.events()) {
    if (was_delivered(event))
      continue;
    switch (event.event_type()) {
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: start(event); break;
    case enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED: break;
    case enums::EVENT_TYPE_WORKFLOW_TASK_STARTED: poll(event); break;
    case enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED: complete(event); break;
    case enums::EVENT_TYPE_WORKFLOW_TASK_FAILED: fail(event); break;
    case enums::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT: wait_for(event.event_type()); break;
    default: happen(event);
    }
  }
  history_api::History made;
  for (const auto& event : service_.rec().find(run_id_)->history)
    *made.add_events() = *event;
  return made;
}

bool history_player::was_delivered(const event& from) const {
  return delivered_.contains(from.event_id());
}

void history_player::start(const event& from) {
  const auto& a = from.workflow_execution_started_event_attributes();
  if (a.has_parent_workflow_execution()) {
    start_as_child(from);
    return;
  }
  wire::StartWorkflowExecutionRequest request;
  request.set_workflow_id(a.workflow_id());
  request.set_identity(a.identity());
  *request.mutable_workflow_type() = a.workflow_type();
  request.mutable_task_queue()->set_name(a.task_queue().name());
  if (a.has_input())
    *request.mutable_input() = a.input();
  if (a.has_header())
    *request.mutable_header() = a.header();
  if (a.has_memo())
    *request.mutable_memo() = a.memo();
  if (a.has_search_attributes())
    *request.mutable_search_attributes() = a.search_attributes();
  if (a.has_retry_policy()) {
    *request.mutable_retry_policy() = a.retry_policy();
    request.mutable_retry_policy()->clear_maximum_interval();
  }
  if (a.has_workflow_execution_timeout())
    *request.mutable_workflow_execution_timeout() = a.workflow_execution_timeout();
  // With an execution timeout the run's may follow from it.
  if (a.has_workflow_run_timeout() && from_proto(a.workflow_execution_timeout()) == duration{})
    *request.mutable_workflow_run_timeout() = a.workflow_run_timeout();
  if (from_proto(a.workflow_task_timeout()) != std::chrono::seconds{10})
    *request.mutable_workflow_task_timeout() = a.workflow_task_timeout();
  request.set_cron_schedule(a.cron_schedule());
  if (a.cron_schedule().empty())
    *request.mutable_workflow_start_delay() = a.first_workflow_task_backoff();
  if (a.has_priority())
    *request.mutable_priority() = a.priority();
  *request.mutable_completion_callbacks() = a.completion_callbacks();
  *request.mutable_links() = from.links();
  if (from.has_user_metadata())
    *request.mutable_user_metadata() = from.user_metadata();
  const auto& next = recorded_.events(1);
  if (next.has_workflow_execution_signaled_event_attributes()
      && time_of(next) - time_of(from) < std::chrono::milliseconds{1}) {
    wire::SignalWithStartWorkflowExecutionRequest both;
    both.set_workflow_id(request.workflow_id());
    *both.mutable_workflow_type() = request.workflow_type();
    *both.mutable_task_queue() = request.task_queue();
    *both.mutable_input() = request.input();
    if (!request.has_input())
      both.clear_input();
    if (request.has_priority())
      *both.mutable_priority() = request.priority();
    *both.mutable_links() = request.links();
    const auto& signal = next.workflow_execution_signaled_event_attributes();
    both.set_signal_name(signal.signal_name());
    both.set_identity(signal.identity());
    if (signal.has_input())
      *both.mutable_signal_input() = signal.input();
    if (signal.has_header())
      *both.mutable_header() = signal.header();
    run_id_ = service_
                  .expect<wire::SignalWithStartWorkflowExecutionResponse>(
                      embedded::signal_with_start_execution{both})
                  .run_id();
    delivered_.insert(next.event_id());
    return;
  }
  run_id_ =
      service_.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request})
          .run_id();
}

void history_player::poll(const event& from) {
  if (from.workflow_task_started_event_attributes().request_id() == inline_request)
    return;
  ask_for_updates(from);
  if (service_.tasks.empty() && service_.timer)
    service_.advance_to(*service_.timer);
  const bool sticky = !service_.tasks.empty() && service_.tasks.front().sticky;
  service_.worker = from.workflow_task_started_event_attributes().identity();
  service_.build_id = from.workflow_task_started_event_attributes().worker_version().build_id();
  service_.poll(sticky);
}

void history_player::complete(const event& from) {
  const auto& a = from.workflow_task_completed_event_attributes();
  wire::RespondWorkflowTaskCompletedRequest request;
  request.set_identity(a.identity());
  request.set_binary_checksum(a.binary_checksum());
  if (a.has_worker_version())
    request.mutable_worker_version_stamp()->set_build_id(a.worker_version().build_id());
  bool sticky = false;
  bool seen = false;
  for (const auto& event : recorded_.events()) {
    if (event.event_id() <= from.event_id())
      continue;
    if (event.has_workflow_task_scheduled_event_attributes()) {
      const auto& queue = event.workflow_task_scheduled_event_attributes().task_queue();
      if (!seen)
        sticky = queue.kind() == enums::TASK_QUEUE_KIND_STICKY;
      seen = true;
    }
    if (seen) {
      if (event.has_workflow_task_started_event_attributes())
        request.set_return_new_workflow_task(
            event.workflow_task_started_event_attributes().request_id() == inline_request);
      if (!event.has_workflow_task_scheduled_event_attributes())
        break;
      continue;
    }
    if (answer_update(event, request)) {
      delivered_.insert(event.event_id());
    } else if (auto command = command_of(in_our_ids(event))) {
      *request.add_commands() = std::move(*command);
      delivered_.insert(event.event_id());
    } else if (time_of(event) < time_of(from)) {
      happen(event);
      delivered_.insert(event.event_id());
    }
  }
  if (sticky) {
    auto& attributes = *request.mutable_sticky_attributes();
    attributes.mutable_worker_task_queue()->set_name("sticky-tq");
    attributes.mutable_schedule_to_start_timeout()->set_seconds(10);
  }
  const auto tx = service_.respond(std::move(request));
  if (!tx.answer.status.ok())
    service_fixture::fail("completion refused: " + tx.answer.status.message);
  if (rejects_updates)
    reject_an_update();
}

void history_player::fail(const event& from) {
  const auto& a = from.workflow_task_failed_event_attributes();
  for (const auto& event : recorded_.events()) {
    if (event.event_id() <= from.event_id() || was_delivered(event))
      continue;
    if (event.has_workflow_task_scheduled_event_attributes() || time_of(event) > time_of(from))
      break;
    happen(event);
    delivered_.insert(event.event_id());
  }
  if (a.cause() == enums::WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND) {
    service_.complete({complete_workflow()});
    return;
  }
  if (a.cause() == enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_SCHEDULE_NEXUS_OPERATION_ATTRIBUTES) {
    service_.complete({schedule_operation("no-such-endpoint")});
    return;
  }
  wire::RespondWorkflowTaskFailedRequest request;
  request.set_cause(a.cause());
  request.set_identity(a.identity());
  *request.mutable_failure() = a.failure();
  service_.decide(embedded::fail_workflow_task{
      request,
      embedded::decode_workflow_token(service_.task_token, service_.settings.token_key).value()});
}

void history_player::happen(const event& from) {
  service_.now += std::chrono::milliseconds{1};
  if (happen_to_peer(from))
    return;
  switch (from.event_type()) {
  case enums::EVENT_TYPE_TIMER_FIRED: {
    const auto& id = from.timer_fired_event_attributes().timer_id();
    const auto& timers = service_.current().state.timers;
    const auto timer = timers.find(id);
    if (timer == timers.end())
      service_fixture::fail("no such timer: " + id);
    // The real server fires timers of less than a second a second after their start.
    auto late = duration{};
    for (const auto& each : recorded_.events()) {
      const auto& started = each.timer_started_event_attributes();
      if (started.timer_id() == id)
        late = std::chrono::seconds{1} - from_proto(started.start_to_fire_timeout());
    }
    service_.advance_to(timer->second.due + std::max(late, duration{}));
    return;
  }
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: {
    const auto& a = from.workflow_execution_signaled_event_attributes();
    wire::SignalWorkflowExecutionRequest request;
    request.mutable_workflow_execution()->set_workflow_id(service_.rec().workflow_id);
    request.set_signal_name(a.signal_name());
    request.set_identity(a.identity());
    if (a.has_input())
      *request.mutable_input() = a.input();
    if (a.has_header())
      *request.mutable_header() = a.header();
    request.set_request_id(service_.ids.uuid());
    *request.mutable_links() = from.links();
    service_.expect<wire::SignalWorkflowExecutionResponse>(embedded::signal_execution{request});
    return;
  }
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED: {
    const auto& a = from.workflow_execution_cancel_requested_event_attributes();
    wire::RequestCancelWorkflowExecutionRequest request;
    request.mutable_workflow_execution()->set_workflow_id(service_.rec().workflow_id);
    request.set_reason(a.cause());
    request.set_identity(a.identity());
    *request.mutable_links() = from.links();
    service_.expect<wire::RequestCancelWorkflowExecutionResponse>(
        embedded::cancel_execution{request});
    return;
  }
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: {
    const auto& a = from.workflow_execution_terminated_event_attributes();
    if (a.reason() == "TerminateIfRunning WorkflowIdReusePolicy") {
      auto request = service_.start_request();
      request.set_workflow_id_conflict_policy(
          enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING);
      service_.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
      return;
    }
    if (a.identity() == "history-resetter") {
      wire::ResetWorkflowExecutionRequest request;
      request.mutable_workflow_execution()->set_workflow_id(service_.rec().workflow_id);
      request.set_reason(a.reason());
      request.set_request_id(service_.ids.uuid());
      request.set_workflow_task_finish_event_id(4);
      service_.expect<wire::ResetWorkflowExecutionResponse>(embedded::reset_execution{request});
      return;
    }
    wire::TerminateWorkflowExecutionRequest request;
    request.mutable_workflow_execution()->set_workflow_id(service_.rec().workflow_id);
    request.set_reason(a.reason());
    if (a.has_details())
      *request.mutable_details() = a.details();
    request.set_identity(a.identity());
    service_.expect<wire::TerminateWorkflowExecutionResponse>(
        embedded::terminate_execution{request});
    return;
  }
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED: {
    const auto& a = from.workflow_execution_options_updated_event_attributes();
    auto request = service_.start_request();
    request.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
    *request.mutable_completion_callbacks() = a.attached_completion_callbacks();
    request.mutable_on_conflict_options()->set_attach_request_id(true);
    request.mutable_on_conflict_options()->set_attach_completion_callbacks(true);
    request.mutable_on_conflict_options()->set_attach_links(true);
    *request.mutable_links() = from.links();
    service_.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
    return;
  }
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: wait_for(from.event_type()); return;
  default:
    if (!happen_to_activity(from))
      happen_to_operation(from);
  }
}

void history_player::wait_for(enums::EventType type) {
  const auto events = [this]() -> const auto& { return service_.rec().find(run_id_)->history; };
  const auto before = events().size();
  const auto is_there = [&] {
    for (auto at = before; at < events().size(); ++at)
      if (events()[at]->event_type() == type)
        return true;
    return false;
  };
  for (int steps = 0; steps < 20 && !is_there() && service_.timer; ++steps)
    service_.advance_to(*service_.timer);
  if (!is_there())
    service_fixture::fail("waited in vain for event type " + std::to_string(type));
}

} // namespace troupe::test
