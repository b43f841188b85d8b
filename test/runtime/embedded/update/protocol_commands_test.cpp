// SPDX-License-Identifier: Apache-2.0
// Texts, codes and what fails the task were tried with the real server.
#include "test/runtime/embedded/service_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/protocol/v1/message.pb.h>
#include <temporal/api/update/v1/message.pb.h>

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
namespace update = temporal::api::update::v1;
using protocol_message = temporal::api::protocol::v1::Message;

protocol_message message_of(const std::string& type_url, const std::string& body = "") {
  protocol_message made;
  made.set_id("m");
  made.set_protocol_instance_id("u");
  made.mutable_body()->set_type_url(type_url);
  made.mutable_body()->set_value(body);
  return made;
}

command_api::Command command_for(const std::string& message_id) {
  command_api::Command command;
  command.set_command_type(enums::COMMAND_TYPE_PROTOCOL_MESSAGE);
  command.mutable_protocol_message_command_attributes()->set_message_id(message_id);
  return command;
}

struct row {
  protocol_message message;
  std::string says;
  bool fails_task = true;
};

std::vector<row> rows() {
  const std::string updates = "type.googleapis.com/temporal.api.update.v1.";
  protocol_message bare;
  bare.set_id("m");
  return {
      {bare, "nil message body", false},
      {message_of(""), "no message name specified", false},
      {message_of("x/"), "no message name specified", false},
      {message_of("x/.."), "no message name specified", false},
      {message_of("x/a\x1b.b"), "no message name specified", false},
      {message_of("x/a.9"), "no message name specified", false},
      {message_of("abc"), "failed to extract protocol type: no . found in \"abc\"", false},
      {message_of("x/y/c.d"), "unsupported protocol type c"},
      {message_of(updates + "Nope"), "unable to unmarshal request: proto: not found"},
      {message_of(updates + "Rejection", "\xff"),
       "unable to unmarshal request: proto: cannot parse invalid wire-format data"},
      {message_of(updates + "Rejection"),
       "update u wasn't found on the server. This is most likely a transient error which will be "
       "resolved automatically by retries"},
      {message_of("temporal.api.update.v1.Response", update::Response{}.SerializeAsString()),
       "update u wasn't found on the server. This is most likely a transient error which will be "
       "resolved automatically by retries"}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(protocol_commands)

BOOST_AUTO_TEST_CASE(messages_about_updates_that_are_not_there_are_refused_in_the_servers_words) {
  for (const auto& [message, says, fails_task] : rows())
    for (const bool by_command : {false, true})
      BOOST_TEST_CONTEXT(message.ShortDebugString() << by_command) {
        service_fixture service;
        service.start();
        service.poll();
        wire::RespondWorkflowTaskCompletedRequest request;
        *request.add_messages() = message;
        if (by_command)
          *request.add_commands() = command_for("m");
        const auto status = service.respond(request).answer.status;
        BOOST_TEST(to_string(status.code) == "INVALID_ARGUMENT");
        const auto& run = service.current();
        if (!fails_task) {
          BOOST_TEST(status.message == says);
          BOOST_TEST(run.history.size() == 3U);
          BOOST_TEST(run.state.task->started());
          continue;
        }
        BOOST_TEST(status.message == "BadUpdateWorkflowExecutionMessage: " + says);
        const auto& failed = run.history.at(3)->workflow_task_failed_event_attributes();
        BOOST_TEST(failed.failure().message() == status.message);
        BOOST_TEST(
            failed.cause()
            == enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE);
      }
}

BOOST_AUTO_TEST_CASE(a_command_names_a_message_that_came_along) {
  service_fixture service;
  service.start();
  service.poll();
  const auto status = service.complete({command_for("m")}).answer.status;
  BOOST_TEST(
      status.message
      == "BadUpdateWorkflowExecutionMessage: ProtocolMessageCommand referenced absent message ID "
         "m");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
