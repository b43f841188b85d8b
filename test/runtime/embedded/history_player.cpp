// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/history_player.hpp"

#include "runtime/base/time/time.hpp"
#include "runtime/protocol/links.hpp"
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
  default: return std::nullopt;
  }
}

time_point time_of(const history_event& event) {
  return from_proto(event.event_time());
}

template <class Links>
void add_links(const history_event& from, Links& to) {
  for (const auto& link : from.links()) {
    auto& added = *to.Add();
    const auto as = protocol::to_nexus_link(link);
    added.set_url(as->url);
    added.set_type(std::string{as->type});
  }
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
        std::pair{"TemporalChangeVersion", enums::INDEXED_VALUE_TYPE_KEYWORD_LIST}})
    service_.known.attributes[name] = type;
  for (const auto& event : recorded_.events()) {
    if (!event.has_nexus_operation_scheduled_event_attributes())
      continue;
    const auto& name = event.nexus_operation_scheduled_event_attributes().endpoint();
    service_.known.endpoints[name] = {service_.ids.uuid(), name, "handler-ns", "handler-tq", ""};
  }
  // The real server was recorded with this limit.
  service_.settings.suggest_continue_as_new_events = 50;
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
  else if (a.has_workflow_run_timeout())
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
  if (service_.tasks.empty() && service_.timer)
    service_.advance_to(*service_.timer);
  const bool sticky = !service_.tasks.empty() && service_.tasks.front().sticky;
  service_.worker = from.workflow_task_started_event_attributes().identity();
  service_.poll(sticky);
}

void history_player::complete(const event& from) {
  const auto& a = from.workflow_task_completed_event_attributes();
  wire::RespondWorkflowTaskCompletedRequest request;
  request.set_identity(a.identity());
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
    if (auto command = command_of(in_our_ids(event))) {
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
      request, embedded::decode_workflow_token(service_.task_token).value()});
}

void history_player::happen(const event& from) {
  service_.now += std::chrono::milliseconds{1};
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
  default: happen_to_operation(from);
  }
}

bool history_player::is_started(std::int64_t scheduled_event_id) {
  const auto& all = service_.current().state.nexus_operations;
  const auto found = all.find(scheduled_event_id);
  if (found == all.end())
    service_fixture::fail("no pending operation " + std::to_string(scheduled_event_id));
  return found->second.state == embedded::nexus_operation::state::started;
}

void history_player::answer(
    std::int64_t scheduled_event_id, bool cancelation, const embedded::nexus_outcome& outcome) {
  auto& waiting = service_.nexus_requests;
  const auto found = std::find_if(waiting.begin(), waiting.end(), [&](const auto& each) {
    return each.attempt.scheduled_event_id == scheduled_event_id
           && each.attempt.cancelation == cancelation;
  });
  if (found == waiting.end())
    service_fixture::fail("no request to answer for " + std::to_string(scheduled_event_id));
  const auto attempt = found->attempt;
  waiting.erase(found);
  service_.decide(embedded::nexus_request_done{attempt, outcome});
}

void history_player::finish_operation(
    std::int64_t scheduled_event_id, embedded::nexus_completion how) {
  const auto& operation = service_.current().state.nexus_operations.at(scheduled_event_id);
  const auto tx = service_.decide(embedded::complete_nexus_operation{
      {service_.rec().namespace_id,
       service_.rec().workflow_id,
       run_id_,
       scheduled_event_id,
       operation.request_id},
      std::move(how)});
  if (!tx.answer.status.ok())
    service_fixture::fail("completion refused: " + tx.answer.status.message);
}

history_player::event history_player::in_our_ids(const event& recorded) const {
  std::string bytes = recorded.SerializeAsString();
  const auto replace = [&](const std::string& theirs, const std::string& ours) {
    if (theirs.empty() || theirs.size() != ours.size())
      return;
    for (auto at = bytes.find(theirs); at != std::string::npos; at = bytes.find(theirs, at))
      bytes.replace(at, ours.size(), ours);
  };
  replace(
      recorded_.events(0).workflow_execution_started_event_attributes().original_execution_run_id(),
      run_id_);
  for (const auto& ours : service_.rec().find(run_id_)->history) {
    if (!ours->has_nexus_operation_scheduled_event_attributes())
      continue;
    const auto& theirs = recorded_.events(static_cast<int>(ours->event_id()) - 1);
    replace(
        theirs.nexus_operation_scheduled_event_attributes().request_id(),
        ours->nexus_operation_scheduled_event_attributes().request_id());
  }
  event translated;
  if (!translated.ParseFromString(bytes))
    service_fixture::fail("the recorded event does not survive other ids");
  return translated;
}

void history_player::happen_to_operation(const event& recorded) {
  using outcome = embedded::nexus_completion::state;
  const auto from = in_our_ids(recorded);
  wire::RespondNexusTaskCompletedRequest completed;
  wire::RespondNexusTaskFailedRequest failed;
  switch (from.event_type()) {
  case enums::EVENT_TYPE_NEXUS_OPERATION_STARTED: {
    const auto& a = from.nexus_operation_started_event_attributes();
    // A time cut to seconds comes from a completion that overtook the answer.
    if (from.event_time().nanos() == 0) {
      fabricated_[a.scheduled_event_id()] = &recorded;
      return;
    }
    auto& to = *completed.mutable_response()->mutable_start_operation()->mutable_async_success();
    to.set_operation_token(a.operation_token());
    add_links(from, *to.mutable_links());
    answer(a.scheduled_event_id(), false, &completed);
    return;
  }
  case enums::EVENT_TYPE_NEXUS_OPERATION_COMPLETED: {
    const auto& a = from.nexus_operation_completed_event_attributes();
    const auto fabricated = fabricated_.find(a.scheduled_event_id());
    if (is_started(a.scheduled_event_id()) || fabricated != fabricated_.end()) {
      embedded::nexus_completion how;
      how.outcome = outcome::succeeded;
      how.result = std::make_shared<temporal::api::common::v1::Payload>(a.result());
      if (fabricated != fabricated_.end()) {
        const auto begun = in_our_ids(*fabricated->second);
        how.operation_token = begun.nexus_operation_started_event_attributes().operation_token();
        how.start_time = time_of(begun);
        for (const auto& link : begun.links())
          how.links.push_back(std::make_shared<temporal::api::common::v1::Link>(link));
      }
      finish_operation(a.scheduled_event_id(), std::move(how));
      return;
    }
    auto& to = *completed.mutable_response()->mutable_start_operation()->mutable_sync_success();
    *to.mutable_payload() = a.result();
    add_links(from, *to.mutable_links());
    answer(a.scheduled_event_id(), false, &completed);
    return;
  }
  case enums::EVENT_TYPE_NEXUS_OPERATION_FAILED: {
    const auto& a = from.nexus_operation_failed_event_attributes();
    const auto& cause = a.failure().cause();
    if (is_started(a.scheduled_event_id())) {
      embedded::nexus_completion how;
      how.outcome = outcome::failed;
      how.failure = std::make_shared<temporal::api::failure::v1::Failure>(cause);
      finish_operation(a.scheduled_event_id(), std::move(how));
    } else if (cause.message() == "endpoint not registered") {
      service_.known.endpoints.clear();
      answer(a.scheduled_event_id(), false, embedded::nexus_no_answer{});
      wait_for(from.event_type());
    } else if (cause.has_nexus_handler_failure_info()) {
      *failed.mutable_failure() = cause;
      answer(a.scheduled_event_id(), false, &failed);
    } else {
      *completed.mutable_response()->mutable_start_operation()->mutable_failure() = cause;
      answer(a.scheduled_event_id(), false, &completed);
    }
    return;
  }
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCELED: {
    const auto& a = from.nexus_operation_canceled_event_attributes();
    const auto& cause = a.failure().cause();
    if (is_started(a.scheduled_event_id())) {
      embedded::nexus_completion how;
      how.outcome = outcome::canceled;
      how.failure = std::make_shared<temporal::api::failure::v1::Failure>(cause);
      finish_operation(a.scheduled_event_id(), std::move(how));
    } else {
      *completed.mutable_response()->mutable_start_operation()->mutable_failure() = cause;
      answer(a.scheduled_event_id(), false, &completed);
    }
    return;
  }
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_COMPLETED:
    completed.mutable_response()->mutable_cancel_operation();
    answer(
        from.nexus_operation_cancel_request_completed_event_attributes().scheduled_event_id(),
        true,
        &completed);
    return;
  case enums::EVENT_TYPE_NEXUS_OPERATION_CANCEL_REQUEST_FAILED: fail_cancel_request(from); return;
  case enums::EVENT_TYPE_NEXUS_OPERATION_TIMED_OUT: time_out_operation(from); return;
  default: service_fixture::fail("no way to make a " + type_name(from));
  }
}

void history_player::fail_cancel_request(const event& from) {
  const auto& a = from.nexus_operation_cancel_request_failed_event_attributes();
  wire::RespondNexusTaskFailedRequest failed;
  if (a.failure().has_nexus_handler_failure_info()) {
    *failed.mutable_failure() = a.failure();
    answer(a.scheduled_event_id(), true, &failed);
    return;
  }
  failed.mutable_failure()->mutable_nexus_handler_failure_info()->set_type("UNAVAILABLE");
  for (int attempts = 0; attempts < 20; ++attempts) {
    const auto& cancel =
        service_.current().state.nexus_operations.at(a.scheduled_event_id()).cancel;
    if (cancel->state == embedded::nexus_cancelation::state::failed)
      return;
    if (cancel->state == embedded::nexus_cancelation::state::scheduled)
      answer(a.scheduled_event_id(), true, &failed);
    else
      service_.advance_to(*cancel->next_attempt);
  }
  service_fixture::fail("the cancel request never failed");
}

void history_player::time_out_operation(const event& from) {
  const auto id = from.nexus_operation_timed_out_event_attributes().scheduled_event_id();
  for (int attempts = 0; attempts < 20; ++attempts) {
    const auto& operations = service_.current().state.nexus_operations;
    if (!operations.contains(id))
      return;
    const auto& operation = operations.at(id);
    if (operation.state == embedded::nexus_operation::state::scheduled) {
      service_.now += std::chrono::milliseconds{200};
      answer(id, false, embedded::nexus_no_answer{});
    } else if (operation.next_attempt) {
      service_.advance_to(*operation.next_attempt);
    } else {
      service_.advance_to(service_.timer.value());
    }
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
