// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/peer/peer_world.hpp"

#include "runtime/embedded/record/wire.hpp"
#include "test/support/history_normaliser.hpp"

namespace troupe::test {

namespace enums = temporal::api::enums::v1;

service_fixture& peer_world::at(const std::string& id) {
  auto& found = all_[id];
  if (!found) {
    // Ids that no other record has.
    const auto before = 500 * all_.size();
    found = std::make_unique<kept>(id);
    for (std::size_t each = 0; each < before; ++each)
      found->service.ids.uuid();
    found->service.now = now_;
    found->service.watcher =
        [this, &of = *found](service_fixture& service, const embedded::transaction& tx) {
          of.rows.commit(service.rec(), tx);
          if (crashes_ && !is_crashing_)
            crash();
        };
  }
  return found->service;
}

service_fixture& peer_world::begin(const std::string& id) {
  auto& service = at(id);
  service.start();
  return service;
}

bool peer_world::hand_on(bool loses_answer) {
  for (auto& [id, each] : all_) {
    auto& waiting = each->service.peers;
    if (waiting.empty())
      continue;
    const auto asked = waiting.front();
    waiting.erase(waiting.begin());
    const auto what = std::visit([](const auto& one) { return embedded::input{one}; }, asked.what);
    const auto tx = at(asked.workflow_id).decide(what);
    if (loses_answer)
      return true;
    embedded::peer_answered answered{asked.ask, tx.answer.status, {}, false};
    if (const auto* started =
            dynamic_cast<const wire::StartWorkflowExecutionResponse*>(tx.answer.message.get()))
      answered.run_id = started->run_id();
    at(id).decide(answered);
    return true;
  }
  return false;
}

void peer_world::settle() {
  for (int steps = 0; hand_on(); ++steps)
    if (steps > 1000)
      service_fixture::fail("records ask each other for ever");
}

void peer_world::crash() {
  is_crashing_ = true;
  for (auto& [id, each] : all_)
    if (auto copy = each->rows.read()) {
      const auto resumed = each->service.restart(std::move(copy));
      each->rows.commit(each->service.rec(), resumed);
    }
  is_crashing_ = false;
}

void peer_world::advance(duration by) {
  now_ += by;
  for (auto& [id, each] : all_)
    each->service.advance_to(now_);
  settle();
}

embedded::transaction
peer_world::work(const std::string& id, const std::vector<command_api::Command>& commands) {
  auto& service = at(id);
  service.poll();
  auto tx = service.complete(commands);
  settle();
  return tx;
}

std::string peer_world::events(const std::string& id, std::uint64_t run_number) {
  const auto& rec = at(id).rec();
  const embedded::run* on = rec.current();
  if (run_number != 0)
    rec.runs.for_each([&](const embedded::run& each) {
      if (each.number == run_number)
        on = &each;
    });
  std::string types;
  if (on != nullptr)
    for (const auto& event : on->history)
      types += (types.empty() ? "" : " ") + type_name(*event);
  return types;
}

const history_api::HistoryEvent& peer_world::last(const std::string& id, enums::EventType type) {
  const auto& history = at(id).current().history;
  for (auto each = history.rbegin(); each != history.rend(); ++each)
    if ((*each)->event_type() == type)
      return **each;
  service_fixture::fail("no such event: " + std::to_string(type));
}

wire::DescribeWorkflowExecutionResponse peer_world::describe(const std::string& id) {
  wire::DescribeWorkflowExecutionRequest request;
  request.mutable_execution()->set_workflow_id(id);
  const auto answer = embedded::describe(at(id).rec(), request);
  if (!answer.status.ok())
    service_fixture::fail(answer.status.message);
  return dynamic_cast<const wire::DescribeWorkflowExecutionResponse&>(*answer.message);
}

command_api::Command start_child(const std::string& id) {
  command_api::Command command;
  command.set_command_type(enums::COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION);
  auto& to = *command.mutable_start_child_workflow_execution_command_attributes();
  to.set_workflow_id(id);
  to.mutable_workflow_type()->set_name("C");
  return command;
}

command_api::Command start_child(const std::string& id, enums::ParentClosePolicy policy) {
  auto command = start_child(id);
  command.mutable_start_child_workflow_execution_command_attributes()->set_parent_close_policy(
      policy);
  return command;
}

command_api::Command signal_workflow(const std::string& id, const std::string& name) {
  command_api::Command command;
  command.set_command_type(enums::COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION);
  auto& to = *command.mutable_signal_external_workflow_execution_command_attributes();
  to.mutable_execution()->set_workflow_id(id);
  to.set_signal_name(name);
  return command;
}

command_api::Command cancel_external(const std::string& id) {
  command_api::Command command;
  command.set_command_type(enums::COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION);
  command.mutable_request_cancel_external_workflow_execution_command_attributes()->set_workflow_id(
      id);
  return command;
}

command_api::Command continue_as_new() {
  command_api::Command command;
  command.set_command_type(enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION);
  command.mutable_continue_as_new_workflow_execution_command_attributes();
  return command;
}

command_api::Command cancel_workflow() {
  command_api::Command command;
  command.set_command_type(enums::COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION);
  command.mutable_cancel_workflow_execution_command_attributes();
  return command;
}

} // namespace troupe::test
