// SPDX-License-Identifier: Apache-2.0
// Children, parents, signals and cancels between workflows: what other records ask and answer.
#include "test/runtime/embedded/golden/history_player.hpp"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // namespaces of commands are old fields

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using kind = embedded::peer_ask::kind;
using history_event = history_api::HistoryEvent;

rpc_status refused(status_code code) {
  return {code, "no", {}};
}

/// The end of a child, as that child's own history has it.
std::shared_ptr<history_event> closing_of(const history_event& end) {
  auto closing = std::make_shared<history_event>();
  switch (end.event_type()) {
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
    closing->set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED);
    if (end.child_workflow_execution_completed_event_attributes().has_result())
      *closing->mutable_workflow_execution_completed_event_attributes()->mutable_result() =
          end.child_workflow_execution_completed_event_attributes().result();
    return closing;
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED: {
    const auto& from = end.child_workflow_execution_failed_event_attributes();
    closing->set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED);
    auto& to = *closing->mutable_workflow_execution_failed_event_attributes();
    *to.mutable_failure() = from.failure();
    to.set_retry_state(from.retry_state());
    return closing;
  }
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
    closing->set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED);
    if (end.child_workflow_execution_canceled_event_attributes().has_details())
      *closing->mutable_workflow_execution_canceled_event_attributes()->mutable_details() =
          end.child_workflow_execution_canceled_event_attributes().details();
    return closing;
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
    closing->set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT);
    closing->mutable_workflow_execution_timed_out_event_attributes()->set_retry_state(
        end.child_workflow_execution_timed_out_event_attributes().retry_state());
    return closing;
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
    closing->set_event_type(enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED);
    closing->mutable_workflow_execution_terminated_event_attributes();
    return closing;
  default: return nullptr;
  }
}

using ended_run = std::pair<temporal::api::common::v1::WorkflowExecution, std::int64_t>;

/// Which child it was: the run that ended, and its Initiated event.
ended_run ended_child(const history_event& end) {
  const auto read = [](const auto& from) {
    return ended_run{from.workflow_execution(), from.initiated_event_id()};
  };
  switch (end.event_type()) {
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
    return read(end.child_workflow_execution_completed_event_attributes());
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED:
    return read(end.child_workflow_execution_failed_event_attributes());
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
    return read(end.child_workflow_execution_canceled_event_attributes());
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
    return read(end.child_workflow_execution_timed_out_event_attributes());
  default: return read(end.child_workflow_execution_terminated_event_attributes());
  }
}

} // namespace

std::optional<command_api::Command> peer_command_of(const history_event& from) {
  command_api::Command command;
  if (from.has_user_metadata())
    *command.mutable_user_metadata() = from.user_metadata();
  if (from.has_start_child_workflow_execution_initiated_event_attributes()) {
    const auto& a = from.start_child_workflow_execution_initiated_event_attributes();
    command.set_command_type(enums::COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION);
    auto& to = *command.mutable_start_child_workflow_execution_command_attributes();
    to.set_namespace_(a.namespace_());
    to.set_workflow_id(a.workflow_id());
    *to.mutable_workflow_type() = a.workflow_type();
    *to.mutable_task_queue() = a.task_queue();
    if (a.has_input())
      *to.mutable_input() = a.input();
    if (a.has_workflow_execution_timeout())
      *to.mutable_workflow_execution_timeout() = a.workflow_execution_timeout();
    if (a.workflow_run_timeout().seconds() != 0)
      *to.mutable_workflow_run_timeout() = a.workflow_run_timeout();
    if (a.parent_close_policy() != enums::PARENT_CLOSE_POLICY_TERMINATE)
      to.set_parent_close_policy(a.parent_close_policy());
    to.set_control(a.control());
    if (a.has_retry_policy()) {
      *to.mutable_retry_policy() = a.retry_policy();
      to.mutable_retry_policy()->clear_maximum_interval();
    }
    to.set_cron_schedule(a.cron_schedule());
    if (a.has_header())
      *to.mutable_header() = a.header();
    if (a.has_memo())
      *to.mutable_memo() = a.memo();
    if (a.has_search_attributes())
      *to.mutable_search_attributes() = a.search_attributes();
    to.set_inherit_build_id(a.inherit_build_id());
    if (a.has_priority())
      *to.mutable_priority() = a.priority();
    return command;
  }
  if (from.has_signal_external_workflow_execution_initiated_event_attributes()) {
    const auto& a = from.signal_external_workflow_execution_initiated_event_attributes();
    command.set_command_type(enums::COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION);
    auto& to = *command.mutable_signal_external_workflow_execution_command_attributes();
    to.set_namespace_(a.namespace_());
    *to.mutable_execution() = a.workflow_execution();
    to.set_signal_name(a.signal_name());
    if (a.has_input())
      *to.mutable_input() = a.input();
    if (a.has_header())
      *to.mutable_header() = a.header();
    to.set_control(a.control());
    to.set_child_workflow_only(a.child_workflow_only());
    return command;
  }
  if (from.has_request_cancel_external_workflow_execution_initiated_event_attributes()) {
    const auto& a = from.request_cancel_external_workflow_execution_initiated_event_attributes();
    command.set_command_type(enums::COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION);
    auto& to = *command.mutable_request_cancel_external_workflow_execution_command_attributes();
    to.set_namespace_(a.namespace_());
    to.set_workflow_id(a.workflow_execution().workflow_id());
    to.set_run_id(a.workflow_execution().run_id());
    to.set_control(a.control());
    to.set_child_workflow_only(a.child_workflow_only());
    to.set_reason(a.reason());
    return command;
  }
  return std::nullopt;
}

/// The run that another one's event names, as it asks here.
embedded::asking_run history_player::asking(
    const temporal::api::common::v1::WorkflowExecution& who, std::int64_t initiated_event_id) {
  return {
      service_.rec().name_space,
      service_.rec().namespace_id,
      who.workflow_id(),
      who.run_id(),
      initiated_event_id,
      false};
}

void history_player::start_as_child(const event& from) {
  const auto& a = from.workflow_execution_started_event_attributes();
  auto initiated = std::make_shared<history_event>();
  if (from.has_user_metadata())
    *initiated->mutable_user_metadata() = from.user_metadata();
  auto& to = *initiated->mutable_start_child_workflow_execution_initiated_event_attributes();
  to.set_workflow_id(a.workflow_id());
  *to.mutable_workflow_type() = a.workflow_type();
  *to.mutable_task_queue() = a.task_queue();
  if (a.has_input())
    *to.mutable_input() = a.input();
  *to.mutable_workflow_run_timeout() = a.workflow_run_timeout();
  *to.mutable_workflow_task_timeout() = a.workflow_task_timeout();
  if (a.has_retry_policy())
    *to.mutable_retry_policy() = a.retry_policy();
  to.set_cron_schedule(a.cron_schedule());
  if (a.has_header())
    *to.mutable_header() = a.header();
  if (a.has_memo())
    *to.mutable_memo() = a.memo();
  const auto parent = asking(a.parent_workflow_execution(), a.parent_initiated_event_id());
  run_id_ =
      service_
          .expect<wire::StartWorkflowExecutionResponse>(embedded::start_child{
              parent,
              std::move(initiated),
              service_.ids.uuid(),
              a.root_workflow_execution().workflow_id(),
              a.root_workflow_execution().run_id(),
              a.has_priority() ? std::make_shared<temporal::api::common::v1::Priority>(a.priority())
                               : nullptr})
          .run_id();
  service_.decide(embedded::begin_child{parent});
}

void history_player::tell_peer(
    embedded::peer_ask::kind what,
    std::int64_t initiated_event_id,
    rpc_status status,
    const std::string& run_id) {
  const embedded::peer_ask asked{what, run_id_, initiated_event_id};
  std::erase_if(service_.peers, [&](const auto& each) { return each.ask == asked; });
  service_.decide(embedded::peer_answered{asked, std::move(status), run_id, false});
}

bool history_player::happen_to_peer(const event& from) {
  switch (from.event_type()) {
  case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED: {
    const auto& a = from.child_workflow_execution_started_event_attributes();
    tell_peer(kind::start_child, a.initiated_event_id(), {}, a.workflow_execution().run_id());
    tell_peer(kind::begin_child, a.initiated_event_id(), {}, {});
    return true;
  }
  case enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED:
    tell_peer(
        kind::start_child,
        from.start_child_workflow_execution_failed_event_attributes().initiated_event_id(),
        refused(status_code::already_exists),
        {});
    return true;
  case enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED:
    tell_peer(
        kind::signal,
        from.external_workflow_execution_signaled_event_attributes().initiated_event_id(),
        {},
        {});
    return true;
  case enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
    tell_peer(
        kind::signal,
        from.signal_external_workflow_execution_failed_event_attributes().initiated_event_id(),
        refused(status_code::not_found),
        {});
    return true;
  case enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
    tell_peer(
        kind::cancel,
        from.external_workflow_execution_cancel_requested_event_attributes().initiated_event_id(),
        {},
        {});
    return true;
  case enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
    tell_peer(
        kind::cancel,
        from.request_cancel_external_workflow_execution_failed_event_attributes()
            .initiated_event_id(),
        refused(status_code::not_found),
        {});
    return true;
  default: break;
  }
  if (auto closing = closing_of(from)) {
    const auto [child, initiated_event_id] = ended_child(from);
    embedded::child_ended ended;
    ended.child = asking(child, 0);
    ended.first_run_id = child.run_id();
    ended.parent_run_id = run_id_;
    ended.initiated_event_id = initiated_event_id;
    ended.closing = std::move(closing);
    service_.decide(ended);
    return true;
  }
  return happen_by_peer(from);
}

/// What another workflow did to this one.
bool history_player::happen_by_peer(const event& from) {
  const auto& first = recorded_.events(0).workflow_execution_started_event_attributes();
  if (from.has_workflow_execution_signaled_event_attributes()) {
    const auto& a = from.workflow_execution_signaled_event_attributes();
    if (!a.has_external_workflow_execution())
      return false;
    auto initiated = std::make_shared<history_event>();
    auto& to = *initiated->mutable_signal_external_workflow_execution_initiated_event_attributes();
    to.set_signal_name(a.signal_name());
    if (a.has_input())
      *to.mutable_input() = a.input();
    if (a.has_header())
      *to.mutable_header() = a.header();
    to.set_child_workflow_only(first.has_parent_workflow_execution());
    service_.decide(embedded::signal_from_run{
        asking(a.external_workflow_execution(), 9), std::move(initiated), service_.ids.uuid()});
    return true;
  }
  if (from.has_workflow_execution_cancel_requested_event_attributes()) {
    const auto& a = from.workflow_execution_cancel_requested_event_attributes();
    if (!a.has_external_workflow_execution())
      return false;
    const auto who = asking(a.external_workflow_execution(), a.external_initiated_event_id());
    if (a.external_initiated_event_id() == 0) {
      service_.decide(embedded::close_child{who, run_id_, false});
      return true;
    }
    auto initiated = std::make_shared<history_event>();
    auto& to =
        *initiated->mutable_request_cancel_external_workflow_execution_initiated_event_attributes();
    to.set_reason(a.cause());
    to.set_child_workflow_only(first.has_parent_workflow_execution());
    service_.decide(embedded::cancel_from_run{who, std::move(initiated)});
    return true;
  }
  if (from.has_workflow_execution_terminated_event_attributes()
      && from.workflow_execution_terminated_event_attributes().reason()
             == "by parent close policy") {
    service_.decide(
        embedded::close_child{asking(first.parent_workflow_execution(), 0), run_id_, true});
    return true;
  }
  return false;
}

} // namespace troupe::test
