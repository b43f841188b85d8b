// SPDX-License-Identifier: Apache-2.0
// Wrong answers of workers: which mistake is found, its words, and what becomes of the update.
// Tried with the real server.
#include "test/runtime/embedded/update/update_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

namespace troupe::test {
namespace {

namespace update = update_api;

using made = std::vector<protocol_message>;

struct row {
  std::string name;
  std::function<made(const protocol_message& request)> answers;
  std::string says; ///< empty: taken
  std::vector<std::string> commands = {};
};

std::string not_in(const std::string& id, const std::string& type, const std::string& state) {
  return "invalid state transition attempted for Update " + id + ": received *update." + type
         + " message while in state " + state;
}

std::string absent(const std::string& id) {
  return "update " + id
         + " wasn't found on the server. This is most likely a transient error which will be "
           "resolved automatically by retries";
}

update::Acceptance bare_acceptance(std::int64_t event_id) {
  update::Acceptance body;
  body.set_accepted_request_message_id("any");
  body.set_accepted_request_sequencing_event_id(event_id);
  return body;
}

update::Response response_to(const std::string& id) {
  update::Response body;
  body.mutable_meta()->set_update_id(id);
  return body;
}

std::vector<row> rows() {
  using message = const protocol_message&;
  return {
      {"accepted twice",
       [](message m) { return made{acceptance(m), acceptance(m)}; },
       not_in("u", "Acceptance", "ProvisionallyAccepted")},
      {"a response first",
       [](message) { return made{response("u")}; },
       not_in("u", "Response", "Sent")},
      {"rejected once accepted",
       [](message m) { return made{acceptance(m), rejection(m)}; },
       not_in("u", "Rejection", "ProvisionallyAccepted")},
      {"completed twice",
       [](message m) { return made{acceptance(m), response("u"), response("u")}; },
       not_in("u", "Response", "ProvisionallyCompleted")},
      {"accepted once rejected",
       [](message m) { return made{rejection(m), acceptance(m)}; },
       not_in("u", "Acceptance", "ProvisionallyCompleted")},
      {"a response to nothing", [](message) { return made{response("v")}; }, absent("v")},
      {"a request",
       [](message m) { return made{m}; },
       "Message type *update.Request not supported"},
      {"an empty acceptance",
       [](message) { return made{message_about("a", "u", update::Acceptance{})}; },
       "invalid *update.Acceptance: accepted_request_sequencing_event_id is not set"},
      {"an acceptance that says no more than it must",
       [](message) { return made{message_about("a", "u", bare_acceptance(1))}; },
       ""},
      {"an empty rejection",
       [](message) { return made{message_about("r", "u", update::Rejection{})}; },
       ""},
      {"a response without an outcome",
       [](message m) { return made{acceptance(m), message_about("c", "u", response_to("u"))}; },
       "invalid *update.Response: outcome is not set"},
      {"a response without meta",
       [](message m) { return made{acceptance(m), message_about("c", "u", update::Response{})}; },
       "invalid *update.Response: meta is not set"},
      {"a response with another id",
       [](message m) { return made{acceptance(m), message_about("c", "u", response_to("v"))}; },
       "invalid *update.Response: meta.update_id != u"},
      {"a command without a name",
       [](message m) { return made{acceptance(m)}; },
       "MessageID is not set on ProtocolMessageCommand.",
       {""}},
      {"a command for a message that did not come",
       [](message m) { return made{acceptance(m)}; },
       "ProtocolMessageCommand referenced absent message ID other",
       {"other"}},
      {"two commands for one message",
       [](message m) { return made{acceptance(m)}; },
       "ProtocolMessageCommand referenced absent message ID accept u",
       {"accept u", "accept u"}},
      {"an acceptance of what is not there",
       [](message) { return made{message_about("a", "v", bare_acceptance(5))}; },
       absent("v")},
      {"a rejection of what is not there",
       [](message) { return made{message_about("r", "v", update::Rejection{})}; },
       absent("v")},
  };
}

} // namespace

BOOST_AUTO_TEST_SUITE(update_messages)

BOOST_AUTO_TEST_CASE(a_wrong_answer_fails_the_task_and_the_update_that_it_was_about) {
  for (const auto& [name, answers, says, commands] : rows())
    BOOST_TEST_CONTEXT(name) {
      update_fixture service;
      service.idle();
      service.update("u");
      const auto given = service.poll();
      service.update("waits");
      std::vector<command_api::Command> named;
      for (const auto& each : commands)
        named.push_back(message_command(each));
      const auto tx = service.answer(named, answers(given.messages(0)));
      const auto told = all_of<embedded::update_told>(tx);
      BOOST_REQUIRE(told.size() == 1U);
      BOOST_TEST(told[0].update_id == "u");
      if (says.empty()) {
        BOOST_TEST(tx.answer.status.ok());
        BOOST_TEST(told[0].status.ok());
        continue;
      }
      BOOST_TEST(tx.answer.status.message == "BadUpdateWorkflowExecutionMessage: " + says);
      const auto& failed =
          service.current().history.back()->workflow_task_failed_event_attributes();
      BOOST_TEST(
          failed.cause()
          == enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE);
      BOOST_TEST(to_string(told[0].status.code) == "FAILED_PRECONDITION");
      BOOST_TEST(
          told[0].status.message
          == "Unable to perform workflow execution update due to unexpected workflow task "
             "failure.");
      // The one that no worker has seen yet goes out with the next attempt.
      const auto next = service.poll();
      BOOST_REQUIRE(next.messages_size() == 1);
      BOOST_TEST(next.messages(0).protocol_instance_id() == "waits");
    }
}

BOOST_AUTO_TEST_CASE(an_update_that_an_earlier_task_answered_is_not_provisional) {
  update_fixture service;
  service.idle();
  service.update("u");
  const auto given = service.poll();
  service.answer({}, {acceptance(given.messages(0))});
  service.signal();
  service.poll();
  BOOST_TEST(
      service.answer({}, {acceptance(given.messages(0))}).answer.status.message
      == "BadUpdateWorkflowExecutionMessage: " + not_in("u", "Acceptance", "Accepted"));
  service.poll();
  service.answer({}, {response("u")});
  service.signal();
  service.poll();
  BOOST_TEST(
      service.answer({}, {response("u")}).answer.status.message
      == "BadUpdateWorkflowExecutionMessage: " + not_in("u", "Response", "Completed"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
