// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/golden/history_player.hpp"

#include <temporal/api/enums/v1/command_type.pb.h>
#include <temporal/api/protocol/v1/message.pb.h>
#include <temporal/api/update/v1/message.pb.h>

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
namespace update = temporal::api::update::v1;
using protocol_message = temporal::api::protocol::v1::Message;

protocol_message message_about(
    const std::string& what, const std::string& id, const google::protobuf::Message& body) {
  protocol_message made;
  made.set_id(what + id);
  made.set_protocol_instance_id(id);
  made.mutable_body()->PackFrom(body);
  return made;
}

} // namespace

void history_player::ask_for_updates(const event& started) {
  bool any = !service_.tasks.empty();
  for (const auto& each : recorded_.events()) {
    if (!each.has_workflow_execution_update_accepted_event_attributes()
        || each.event_id() < started.event_id())
      continue;
    const auto& accepted = each.workflow_execution_update_accepted_event_attributes();
    const bool is_brought =
        accepted.accepted_request_sequencing_event_id() == started.event_id() - 1;
    // If nothing else made the task, then the next update did, even if it was accepted later.
    if (!is_brought && any)
      continue;
    any = true;
    wire::UpdateWorkflowExecutionRequest request;
    request.mutable_workflow_execution()->set_workflow_id(service_.rec().workflow_id);
    *request.mutable_request() = accepted.accepted_request();
    service_.expect<wire::UpdateWorkflowExecutionResponse>(embedded::update_execution{request});
  }
}

bool history_player::answer_update(
    const event& recorded, wire::RespondWorkflowTaskCompletedRequest& to) const {
  if (recorded.has_workflow_execution_update_accepted_event_attributes()) {
    const auto& from = recorded.workflow_execution_update_accepted_event_attributes();
    update::Acceptance body;
    body.set_accepted_request_message_id(from.accepted_request_message_id());
    body.set_accepted_request_sequencing_event_id(from.accepted_request_sequencing_event_id());
    *body.mutable_accepted_request() = from.accepted_request();
    *to.add_messages() = message_about("accept ", from.protocol_instance_id(), body);
  } else if (recorded.has_workflow_execution_update_completed_event_attributes()) {
    const auto& from = recorded.workflow_execution_update_completed_event_attributes();
    update::Response body;
    *body.mutable_meta() = from.meta();
    *body.mutable_outcome() = from.outcome();
    *to.add_messages() = message_about("complete ", from.meta().update_id(), body);
  } else {
    return false;
  }
  auto& command = *to.add_commands();
  command.set_command_type(enums::COMMAND_TYPE_PROTOCOL_MESSAGE);
  command.mutable_protocol_message_command_attributes()->set_message_id(
      to.messages().rbegin()->id());
  return true;
}

void history_player::reject_an_update() {
  const auto& now = service_.current();
  if (now.id != run_id_ || !now.open() || now.state.task || now.state.first_task_due
      || static_cast<std::int64_t>(now.history.size()) != now.state.last_completed_started_id + 1)
    return;
  wire::UpdateWorkflowExecutionRequest request;
  request.mutable_workflow_execution()->set_workflow_id(service_.rec().workflow_id);
  request.mutable_request()->mutable_meta()->set_update_id("to be rejected");
  request.mutable_request()->mutable_input()->set_name("handler");
  service_.expect<wire::UpdateWorkflowExecutionResponse>(embedded::update_execution{request});
  const auto worker = service_.worker;
  const bool sticky = service_.tasks.front().sticky;
  service_.poll(sticky);
  wire::RespondWorkflowTaskCompletedRequest answer;
  answer.set_identity(worker);
  if (sticky) {
    auto& attributes = *answer.mutable_sticky_attributes();
    attributes.mutable_worker_task_queue()->set_name("sticky-tq");
    attributes.mutable_schedule_to_start_timeout()->set_seconds(10);
  }
  update::Rejection body;
  body.mutable_failure()->set_message("no");
  *answer.add_messages() = message_about("reject ", "to be rejected", body);
  const auto tx = service_.respond(std::move(answer));
  if (!tx.answer.status.ok())
    service_fixture::fail("rejection refused: " + tx.answer.status.message);
  ++rejected_;
}

} // namespace troupe::test
