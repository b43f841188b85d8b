// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/runtime/embedded/golden/kept_record.hpp"
#include "test/runtime/embedded/service_fixture.hpp"

#include <temporal/api/enums/v1/failed_cause.pb.h>
#include <temporal/api/enums/v1/update.pb.h>
#include <temporal/api/protocol/v1/message.pb.h>
#include <temporal/api/update/v1/message.pb.h>

#include <string>
#include <vector>

namespace troupe::test {

namespace enums = temporal::api::enums::v1;
namespace update_api = temporal::api::update::v1;
using protocol_message = temporal::api::protocol::v1::Message;

inline constexpr auto admitted = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED;
inline constexpr auto accepted = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED;
inline constexpr auto completed = enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED;

/// A run, who updates it, and its worker. After every decision a store has what is durable.
class update_fixture : public service_fixture {
public:
  update_fixture() {
    watcher = [this](service_fixture&, const embedded::transaction& tx) {
      kept_.commit(rec(), tx);
      const auto kept = kept_.read();
      if (const auto differs = kept ? difference(rec(), *kept) : std::string{}; !differs.empty())
        fail("not durable: " + differs);
    };
  }

  /// A run whose first workflow task is done.
  void idle() {
    start();
    poll();
    complete({});
  }

  wire::UpdateWorkflowExecutionRequest update_request(const std::string& id) {
    wire::UpdateWorkflowExecutionRequest request;
    request.set_namespace_(rec().name_space);
    request.mutable_workflow_execution()->set_workflow_id(rec().workflow_id);
    request.mutable_request()->mutable_meta()->set_update_id(id);
    request.mutable_request()->mutable_input()->set_name("handler");
    return request;
  }
  embedded::transaction decide_update(const std::string& id) {
    const auto request = update_request(id);
    return decide(embedded::update_execution{request});
  }
  /// How far it has come.
  wire::UpdateWorkflowExecutionResponse update(const std::string& id) {
    const auto request = update_request(id);
    return expect<wire::UpdateWorkflowExecutionResponse>(embedded::update_execution{request});
  }
  rpc_status update_status(const std::string& id) { return decide_update(id).answer.status; }
  rpc_status poll_status(const std::string& id) {
    wire::PollWorkflowExecutionUpdateRequest request;
    request.mutable_update_ref()->mutable_workflow_execution()->set_workflow_id(rec().workflow_id);
    request.mutable_update_ref()->set_update_id(id);
    return embedded::poll_update(rec(), request).status;
  }

  void signal() {
    wire::SignalWorkflowExecutionRequest request;
    request.mutable_workflow_execution()->set_workflow_id(rec().workflow_id);
    request.set_signal_name("s");
    expect<wire::SignalWorkflowExecutionResponse>(embedded::signal_execution{request});
  }
  void terminate() {
    wire::TerminateWorkflowExecutionRequest request;
    request.mutable_workflow_execution()->set_workflow_id(rec().workflow_id);
    expect<wire::TerminateWorkflowExecutionResponse>(embedded::terminate_execution{request});
  }

  /// Completes the task that `poll` took.
  embedded::transaction answer(
      const std::vector<command_api::Command>& commands,
      const std::vector<protocol_message>& messages) {
    wire::RespondWorkflowTaskCompletedRequest request;
    for (const auto& each : commands)
      *request.add_commands() = each;
    for (const auto& each : messages)
      *request.add_messages() = each;
    request.set_identity(worker);
    return respond(request);
  }

  /// The service is killed and comes back with what it has written down.
  void come_back() {
    const auto tx = restart(kept_.read()); // and another record is there
    kept_.commit(rec(), tx);
  }

private:
  kept_record kept_;
};

inline update_api::Request request_in(const protocol_message& from) {
  update_api::Request request;
  from.body().UnpackTo(&request);
  return request;
}

inline protocol_message message_about(
    const std::string& what, const std::string& id, const google::protobuf::Message& body) {
  protocol_message made;
  made.set_id(what + ' ' + id);
  made.set_protocol_instance_id(id);
  made.mutable_body()->PackFrom(body);
  return made;
}

inline protocol_message acceptance(const protocol_message& of) {
  update_api::Acceptance body;
  body.set_accepted_request_message_id(of.id());
  body.set_accepted_request_sequencing_event_id(of.event_id());
  *body.mutable_accepted_request() = request_in(of);
  return message_about("accept", of.protocol_instance_id(), body);
}

inline protocol_message rejection(const protocol_message& of) {
  update_api::Rejection body;
  body.set_rejected_request_message_id(of.id());
  body.set_rejected_request_sequencing_event_id(of.event_id());
  *body.mutable_rejected_request() = request_in(of);
  body.mutable_failure()->set_message("no");
  return message_about("reject", of.protocol_instance_id(), body);
}

inline protocol_message response(const std::string& id) {
  update_api::Response body;
  body.mutable_meta()->set_update_id(id);
  body.mutable_outcome()->mutable_success()->add_payloads()->set_data("\"done\"");
  return message_about("complete", id, body);
}

inline command_api::Command message_command(const std::string& message_id) {
  command_api::Command command;
  command.set_command_type(enums::COMMAND_TYPE_PROTOCOL_MESSAGE);
  command.mutable_protocol_message_command_attributes()->set_message_id(message_id);
  return command;
}

inline command_api::Command continue_as_new() {
  command_api::Command command;
  command.set_command_type(enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION);
  command.mutable_continue_as_new_workflow_execution_command_attributes();
  return command;
}

inline std::int64_t reset_to(const embedded::transaction& tx) {
  return static_cast<const wire::RespondWorkflowTaskCompletedResponse&>(*tx.answer.message)
      .reset_history_event_id();
}

} // namespace troupe::test
