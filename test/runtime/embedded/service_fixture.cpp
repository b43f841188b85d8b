// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/service_fixture.hpp"

#include "runtime/base/time/time.hpp"
#include "test/support/history_normaliser.hpp"

#include <algorithm>
#include <stdexcept>

namespace troupe::test {

namespace enums = temporal::api::enums::v1;

std::string counting_ids::next(char version) {
  planted_.step();
  std::string id = "00000000-0000-0000-8000-000000000000";
  id[14] = version;
  unsigned rest = ++last_;
  for (std::size_t at = id.size() - 1; rest != 0; --at, rest /= 10)
    id[at] = static_cast<char>('0' + rest % 10);
  return id;
}

std::optional<embedded::endpoint_info> known_things::endpoint_by_name(std::string_view name) const {
  planted_.step();
  const auto found = endpoints.find(name);
  return found == endpoints.end() ? std::nullopt : std::optional{found->second};
}

std::optional<embedded::endpoint_info> known_things::endpoint_by_id(std::string_view id) const {
  planted_.step();
  for (const auto& [name, endpoint] : endpoints) {
    if (endpoint.id == id)
      return endpoint;
  }
  return std::nullopt;
}

std::optional<int>
known_things::search_attribute_type(std::string_view, std::string_view attribute) const {
  const auto found = attributes.find(attribute);
  return found == attributes.end() ? std::nullopt : std::optional{found->second};
}

std::string
known_things::search_attribute_column(std::string_view, std::string_view attribute) const {
  return attributes.contains(attribute) ? "Keyword01" : "";
}

rpc_status known_things::find_namespace(std::string_view name, std::string& id) const {
  const auto found = namespaces.find(name);
  if (found == namespaces.end())
    return {status_code::not_found, "Namespace " + std::string{name} + " is not found.", {}};
  id = found->second;
  return {};
}

service_fixture::service_fixture(std::string workflow_id)
    : record_(embedded::make_record(
          "caller-ns", "00000000-0000-4000-8000-00000000c0de", std::move(workflow_id))) {
  known.endpoints["e"] = {
      "00000000-0000-4000-8000-0000000000e1", "e", "handler-ns", "handler-tq", ""};
}

void service_fixture::fail(const std::string& why) {
  throw std::runtime_error{why};
}

embedded::transaction service_fixture::decide(const embedded::input& what) {
  for (int after = 0; plants_faults; ++after) {
    planted = {after, false};
    auto tx = embedded::decide(rec(), what, around());
    planted.after.reset();
    if (watcher)
      watcher(*this, tx);
    if (!planted.happened) {
      keep(tx);
      return tx;
    }
    if (tx.answer.status.code != status_code::internal || tx.changed)
      fail("a decision that threw is more than an error");
  }
  auto tx = embedded::decide(rec(), what, around());
  keep(tx);
  if (watcher)
    watcher(*this, tx);
  return tx;
}

embedded::transaction service_fixture::restart(std::shared_ptr<embedded::record> with) {
  record_ = std::move(with);
  tasks.clear();
  activities.clear();
  nexus_requests.clear();
  callbacks.clear();
  peers.clear();
  timer.reset();
  auto resumed = embedded::resume(rec(), around());
  keep(resumed);
  return resumed;
}

void service_fixture::keep(const embedded::transaction& tx) {
  for (const auto& each : tx.effects) {
    if (const auto* task = std::get_if<embedded::workflow_task_dispatch>(&each))
      tasks.push_back(*task);
    else if (const auto* activity = std::get_if<embedded::activity_task_dispatch>(&each))
      activities.push_back(*activity);
    else if (const auto* request = std::get_if<embedded::nexus_dispatch>(&each))
      nexus_requests.push_back(*request);
    else if (const auto* delivery = std::get_if<embedded::callback_delivery>(&each))
      callbacks.push_back(*delivery);
    else if (const auto* asked = std::get_if<embedded::peer_request>(&each))
      peers.push_back(*asked);
    else if (const auto* armed = std::get_if<embedded::record_timer>(&each))
      timer = armed->when;
  }
}

wire::StartWorkflowExecutionRequest service_fixture::start_request(const std::string& type) {
  wire::StartWorkflowExecutionRequest request;
  request.set_namespace_(rec().name_space);
  request.set_workflow_id(rec().workflow_id);
  request.mutable_workflow_type()->set_name(type);
  request.mutable_task_queue()->set_name("tq");
  request.set_identity("client");
  request.set_request_id(ids.uuid());
  return request;
}

wire::StartWorkflowExecutionResponse service_fixture::start() {
  return expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{start_request()});
}

wire::PollWorkflowTaskQueueResponse service_fixture::poll(bool sticky) {
  while (!tasks.empty()) {
    const auto task = tasks.front();
    tasks.erase(tasks.begin());
    auto tx = decide(embedded::start_workflow_task{
        task.run_id, task.scheduled_event_id, task.stamp, sticky, worker, ids.uuid(), build_id});
    if (!tx.answer.status.ok())
      continue;
    wire::PollWorkflowTaskQueueResponse response;
    if (!response.ParseFromString(tx.answer.bytes))
      fail("the answer is no workflow task");
    task_token = response.task_token();
    return response;
  }
  fail("no workflow task is waiting");
}

embedded::transaction service_fixture::complete(
    const std::vector<command_api::Command>& commands, bool sticky, bool return_new_task) {
  wire::RespondWorkflowTaskCompletedRequest request;
  for (const auto& command : commands)
    *request.add_commands() = command;
  request.set_identity(worker);
  request.set_return_new_workflow_task(return_new_task);
  if (sticky) {
    auto& attributes = *request.mutable_sticky_attributes();
    attributes.mutable_worker_task_queue()->set_name("sticky-tq");
    attributes.mutable_schedule_to_start_timeout()->set_seconds(10);
  }
  return respond(std::move(request));
}

embedded::transaction service_fixture::respond(wire::RespondWorkflowTaskCompletedRequest request) {
  const auto token = embedded::decode_workflow_token(task_token, settings.token_key);
  if (!token)
    fail("no task was taken");
  request.set_task_token(task_token);
  auto tx = decide(embedded::complete_workflow_task{request, *token});
  if (tx.answer.status.ok()) {
    auto& response = static_cast<wire::RespondWorkflowTaskCompletedResponse&>(*tx.answer.message);
    if (response.has_workflow_task())
      task_token = response.workflow_task().task_token();
  }
  return tx;
}

embedded::transaction service_fixture::fail_task(enums::WorkflowTaskFailedCause cause) {
  wire::RespondWorkflowTaskFailedRequest request;
  request.set_cause(cause);
  request.set_identity(worker);
  return decide(embedded::fail_workflow_task{
      request, embedded::decode_workflow_token(task_token, settings.token_key).value()});
}

embedded::transaction service_fixture::advance(duration by) {
  return advance_to(now + by);
}

embedded::transaction service_fixture::advance_to(time_point when) {
  now = std::max(now, when);
  timer.reset(); // it has come
  return decide(embedded::timers_due{});
}

std::string service_fixture::event_types() {
  std::string types;
  for (const auto& event : current().history)
    types += (types.empty() ? "" : " ") + type_name(*event);
  return types;
}

command_api::Command start_timer(const std::string& id, duration after) {
  command_api::Command command;
  command.set_command_type(enums::COMMAND_TYPE_START_TIMER);
  auto& to = *command.mutable_start_timer_command_attributes();
  to.set_timer_id(id);
  to_proto(after, *to.mutable_start_to_fire_timeout());
  return command;
}

command_api::Command cancel_timer(const std::string& id) {
  command_api::Command command;
  command.set_command_type(enums::COMMAND_TYPE_CANCEL_TIMER);
  command.mutable_cancel_timer_command_attributes()->set_timer_id(id);
  return command;
}

command_api::Command complete_workflow(const std::string& json) {
  command_api::Command command;
  command.set_command_type(enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
  auto& to = *command.mutable_complete_workflow_execution_command_attributes();
  if (!json.empty())
    to.mutable_result()->add_payloads()->set_data(json);
  return command;
}

command_api::Command fail_workflow(const std::string& message, bool retryable) {
  command_api::Command command;
  command.set_command_type(enums::COMMAND_TYPE_FAIL_WORKFLOW_EXECUTION);
  auto& failure = *command.mutable_fail_workflow_execution_command_attributes()->mutable_failure();
  failure.set_message(message);
  failure.mutable_application_failure_info()->set_non_retryable(!retryable);
  return command;
}

command_api::Command schedule_operation(
    const std::string& endpoint, const std::string& service, const std::string& operation) {
  command_api::Command command;
  command.set_command_type(enums::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION);
  auto& to = *command.mutable_schedule_nexus_operation_command_attributes();
  to.set_endpoint(endpoint);
  to.set_service(service);
  to.set_operation(operation);
  return command;
}

command_api::Command cancel_operation(std::int64_t scheduled_event_id) {
  command_api::Command command;
  command.set_command_type(enums::COMMAND_TYPE_REQUEST_CANCEL_NEXUS_OPERATION);
  command.mutable_request_cancel_nexus_operation_command_attributes()->set_scheduled_event_id(
      scheduled_event_id);
  return command;
}

} // namespace troupe::test
