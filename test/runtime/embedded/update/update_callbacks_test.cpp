// SPDX-License-Identifier: Apache-2.0
// The end of an update told to a Nexus operation. The rules are those of servers newer than the one
// that the histories were recorded with.
#include "test/runtime/embedded/update/update_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/common/v1/message.pb.h>

namespace troupe::test {
namespace {

using outcome = embedded::nexus_completion::state;
using callback_state = embedded::callback::state;

struct callback_fixture : update_fixture {
  callback_fixture() { idle(); }

  wire::UpdateWorkflowExecutionRequest
  with_callback(const std::string& id, const std::string& request_id) {
    auto request = update_request(id);
    auto& asked = *request.mutable_request();
    asked.set_request_id(request_id);
    auto& callback = *asked.add_completion_callbacks();
    callback.mutable_nexus()->set_url("temporal://system");
    (*callback.mutable_nexus()->mutable_header())["Nexus-Operation-Token"] = "token";
    auto& link = *callback.add_links()->mutable_workflow_event();
    link.set_namespace_("caller-ns");
    link.set_workflow_id("caller");
    link.set_run_id("run");
    *asked.add_links() = callback.links(0);
    return request;
  }
  wire::UpdateWorkflowExecutionResponse
  operate(const std::string& id, const std::string& request_id) {
    return expect<wire::UpdateWorkflowExecutionResponse>(
        embedded::update_execution{with_callback(id, request_id)});
  }

  /// Its worker takes it.
  void accept_update() {
    const auto given = poll();
    answer({message_command("accept u")}, {acceptance(given.messages(0))});
  }
  std::string refusal(const wire::UpdateWorkflowExecutionRequest& request) {
    return decide(embedded::update_execution{request}).answer.status.message;
  }
  void complete_update() { answer({message_command("complete u")}, {response("u")}); }

  const embedded::completion_callback& only_callback() {
    BOOST_REQUIRE(current().state.callbacks.size() == 1u);
    return current().state.callbacks.begin()->second;
  }
  embedded::history_event last_of(temporal::api::enums::v1::EventType type) {
    for (auto at = current().history.rbegin(); at != current().history.rend(); ++at)
      if ((*at)->event_type() == type)
        return **at;
    fail("there is no such event");
  }
  wire::DescribeWorkflowExecutionResponse described() {
    wire::DescribeWorkflowExecutionRequest request;
    request.mutable_execution()->set_workflow_id(rec().workflow_id);
    const auto reply = embedded::describe(rec(), request);
    return static_cast<const wire::DescribeWorkflowExecutionResponse&>(*reply.message);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(update_callbacks, callback_fixture)

BOOST_AUTO_TEST_CASE(the_end_of_an_update_sets_its_callback_off) {
  BOOST_TEST(!operate("u", "r").has_link());
  BOOST_TEST(current().state.callbacks.empty()); // no event tells of it yet
  accept_update();
  const auto event = last_of(enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED);
  BOOST_REQUIRE(event.links_size() == 1);
  BOOST_TEST(event.links(0).workflow_event().workflow_id() == "caller");
  BOOST_CHECK(only_callback().state == callback_state::standby);
  const auto shown = described();
  BOOST_TEST(shown.callbacks(0).trigger().update_workflow_execution_completed().update_id() == "u");
  const auto& use = shown.workflow_extended_info().request_id_infos().at("r");
  BOOST_TEST(use.event_id() == event.event_id());
  BOOST_TEST(use.event_type() == enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED);

  signal();
  poll();
  complete_update();
  BOOST_TEST(current().open());
  BOOST_REQUIRE(callbacks.size() == 1u);
  const auto& sent = callbacks[0];
  BOOST_TEST(sent.headers.at("nexus-operation-token") == "token");
  BOOST_CHECK(sent.completion.outcome == outcome::succeeded);
  BOOST_TEST(sent.completion.result->data() == "\"done\"");
  const auto& link = sent.completion.links.at(0)->workflow_event();
  BOOST_TEST(link.workflow_id() == "w");
  BOOST_TEST(link.request_id_ref().request_id() == "r");
  BOOST_TEST(
      link.request_id_ref().event_type() == enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED);
  decide(embedded::callback_done{
      sent.run_id,
      sent.callback_id,
      sent.attempt,
      embedded::callback_done::result::delivered,
      nullptr});
  BOOST_CHECK(only_callback().state == callback_state::succeeded);
  poll_status("u");
}

BOOST_AUTO_TEST_CASE(a_callback_that_was_told_counts_no_more) {
  settings.max_callbacks = 1;
  operate("u", "r");
  accept_update();
  const auto full =
      "cannot attach more than 1 callbacks to a workflow (1 callbacks already attached)";
  signal();
  poll();
  complete_update();
  BOOST_TEST(refusal(with_callback("v", "r2")) == full); // it may have to be sent again
  const auto& sent = callbacks.at(0);
  decide(embedded::callback_done{
      sent.run_id,
      sent.callback_id,
      sent.attempt,
      embedded::callback_done::result::delivered,
      nullptr});
  operate("v", "r2");
  BOOST_TEST(refusal(with_callback("w", "r3")) == full);
}

BOOST_AUTO_TEST_CASE(who_asks_gets_a_link_to_the_event_once_there_is_one) {
  operate("u", "r");
  accept_update();
  const auto link = operate("u", "r").link().workflow_event();
  BOOST_TEST(link.run_id() == current().id);
  BOOST_TEST(link.request_id_ref().request_id() == "r");
  BOOST_TEST(current().state.callbacks.size() == 1u); // the same request again
}

BOOST_AUTO_TEST_CASE(a_second_caller_is_attached_by_an_event_of_its_own) {
  operate("u", "r");
  accept_update();
  operate("u", "r2");
  const auto event = last_of(enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED);
  BOOST_TEST(event.worker_may_ignore());
  const auto& attached =
      event.workflow_execution_options_updated_event_attributes().workflow_update_options(0);
  BOOST_TEST(attached.update_id() == "u");
  BOOST_TEST(attached.attached_request_id() == "r2");
  BOOST_TEST(attached.attached_completion_callbacks_size() == 1);
  signal();
  poll();
  complete_update();
  BOOST_REQUIRE(callbacks.size() == 2u);
  BOOST_TEST(
      callbacks[1].completion.links.at(0)->workflow_event().request_id_ref().event_type()
      == enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED);
  // Whoever comes now has the outcome at once.
  BOOST_TEST(operate("u", "r3").stage() == completed);
  BOOST_TEST(callbacks.size() == 2u);
}

BOOST_AUTO_TEST_CASE(callers_that_come_before_it_is_accepted_are_attached_then) {
  operate("u", "r");
  operate("u", "r2");
  operate("u", "r2");
  const auto given = poll();
  operate("u", "r3");
  answer({message_command("accept u")}, {acceptance(given.messages(0))});
  BOOST_TEST(current().state.callbacks.size() == 3u);
  signal();
  poll();
  complete_update();
  BOOST_TEST(callbacks.size() == 3u);
}

BOOST_AUTO_TEST_CASE(those_that_wait_for_an_update_to_be_accepted_count_as_well) {
  settings.max_callbacks = 3;
  operate("u", "r");
  operate("u", "r2");
  operate("v", "r3");
  for (const auto* id : {"u", "v", "new"})
    BOOST_TEST(
        refusal(with_callback(id, "r4"))
        == "cannot attach more than 3 callbacks to a workflow (3 callbacks already attached)");
  // Who asks again adds nothing.
  operate("u", "r");
  operate("u", "r2");
  const auto& waiting = current().updates->find_waiting("u")->second;
  BOOST_REQUIRE(waiting.attached.size() == 1u);
  const auto& kept = *waiting.attached[0];
  BOOST_TEST(kept.request_id() == "r2");
  BOOST_TEST(kept.completion_callbacks_size() == 1);
  BOOST_TEST(kept.links_size() == 1);
  BOOST_TEST(!kept.has_input());
  const auto given = poll();
  answer(
      {message_command("accept u"), message_command("accept v")},
      {acceptance(given.messages(0)), acceptance(given.messages(1))});
  BOOST_TEST(current().state.callbacks.size() == 3u);
  operate("u", "r2");
  BOOST_TEST(
      refusal(with_callback("u", "r4"))
      == "cannot attach more than 3 callbacks to a workflow (3 callbacks already attached)");
}

BOOST_AUTO_TEST_CASE(a_request_id_that_the_run_knows_from_its_start_is_another_one) {
  const auto of_start = current().state.start_request_id;
  operate("u", of_start);
  accept_update();
  BOOST_TEST(only_callback().request_id == of_start);
  operate("u", of_start); // the same request again
  BOOST_TEST(only_callback().update_id == "u");
  const auto& known = current().state.request_ids.at(of_start);
  BOOST_CHECK(known.event_type == enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
  BOOST_TEST(known.event_id == 1);
  signal();
  poll();
  complete_update();
  BOOST_REQUIRE(callbacks.size() == 1u);
  BOOST_CHECK(callbacks[0].completion.outcome == outcome::succeeded);
}

BOOST_AUTO_TEST_CASE(one_request_id_is_attached_to_each_update_that_it_names) {
  const auto of_start = current().state.start_request_id;
  operate("u", "r");
  operate("u", of_start); // before it is accepted
  accept_update();
  operate("v", "r");
  const auto given = poll();
  answer({message_command("accept v")}, {acceptance(given.messages(0))});
  operate("v", of_start); // and after
  BOOST_TEST(current().state.callbacks.size() == 4u);
  come_back();
  BOOST_TEST(current().state.callbacks.size() == 4u);
  signal();
  poll();
  complete_update();
  BOOST_TEST(callbacks.size() == 2u);
}

BOOST_AUTO_TEST_CASE(one_that_is_refused_leaves_no_callback) {
  operate("u", "r");
  const auto given = poll();
  answer({}, {rejection(given.messages(0))});
  BOOST_TEST(current().state.callbacks.empty());
  BOOST_TEST(callbacks.empty());
}

BOOST_AUTO_TEST_CASE(a_run_that_ends_takes_its_updates_along) {
  operate("u", "r");
  accept_update();
  terminate();
  BOOST_REQUIRE(callbacks.size() == 1u);
  BOOST_CHECK(callbacks[0].completion.outcome == outcome::failed);
  BOOST_TEST(
      callbacks[0].completion.failure->application_failure_info().type()
      == "AcceptedUpdateCompletedWorkflow");
}

BOOST_AUTO_TEST_CASE(a_run_that_goes_on_in_another_one_tells_of_its_updates_itself) {
  operate("u", "r");
  accept_update();
  signal();
  poll();
  complete({continue_as_new()});
  BOOST_REQUIRE(callbacks.size() == 1u);
  BOOST_CHECK(callbacks[0].completion.outcome == outcome::failed);
  BOOST_TEST(callbacks[0].run_id != current().id);
  BOOST_TEST(current().state.callbacks.empty());
}

BOOST_AUTO_TEST_CASE(an_update_that_a_reset_brings_along_tells_of_its_end_in_the_new_run) {
  operate("u", "r");
  accept_update();
  wire::ResetWorkflowExecutionRequest reset;
  reset.mutable_workflow_execution()->set_workflow_id(rec().workflow_id);
  reset.set_workflow_task_finish_event_id(4);
  reset.set_request_id("reset");
  expect<wire::ResetWorkflowExecutionResponse>(embedded::reset_execution{reset});
  BOOST_TEST(callbacks.empty());
  BOOST_CHECK(only_callback().state == callback_state::standby);
  // Its worker sees the event, and says no this time.
  const auto given = poll();
  update_api::Rejection no;
  no.set_rejected_request_message_id("u/request");
  no.set_rejected_request_sequencing_event_id(given.started_event_id());
  no.mutable_failure()->set_message("not now");
  answer({}, {message_about("reject", "u", no)});
  BOOST_REQUIRE(callbacks.size() == 1u);
  BOOST_TEST(callbacks[0].run_id == current().id);
  BOOST_CHECK(callbacks[0].completion.outcome == outcome::failed);
  BOOST_TEST(callbacks[0].completion.failure->message() == "not now");
}

BOOST_AUTO_TEST_CASE(a_reset_that_leaves_updates_out_ends_them) {
  operate("u", "r");
  accept_update();
  wire::ResetWorkflowExecutionRequest reset;
  reset.mutable_workflow_execution()->set_workflow_id(rec().workflow_id);
  reset.set_workflow_task_finish_event_id(4);
  reset.set_request_id("reset");
  reset.add_reset_reapply_exclude_types(enums::RESET_REAPPLY_EXCLUDE_TYPE_UPDATE);
  expect<wire::ResetWorkflowExecutionResponse>(embedded::reset_execution{reset});
  BOOST_REQUIRE(callbacks.size() == 1u);
  BOOST_CHECK(callbacks[0].completion.outcome == outcome::failed);
}

BOOST_AUTO_TEST_CASE(a_service_that_comes_back_knows_them) {
  operate("u", "r");
  accept_update();
  come_back();
  BOOST_TEST(only_callback().update_id == "u");
  signal();
  poll();
  complete_update();
  callbacks.clear();
  come_back();
  BOOST_REQUIRE(callbacks.size() == 1u);
  BOOST_TEST(callbacks[0].completion.result->data() == "\"done\"");
}

BOOST_AUTO_TEST_CASE(an_id_of_a_request_has_a_limit_whatever_comes_with_it) {
  auto request = update_request("u");
  request.mutable_request()->set_request_id(std::string(settings.max_id_bytes + 1, 'r'));
  BOOST_TEST(refusal(request) == "RequestId length exceeds limit.");
  request.mutable_request()->set_request_id(std::string(settings.max_id_bytes, 'r'));
  BOOST_TEST(refusal(request) == "");
}

BOOST_AUTO_TEST_CASE(a_request_that_a_worker_brings_back_is_checked_as_well) {
  signal(); // a task that outlives the service
  operate("u", "r");
  const auto given = poll();
  come_back();
  auto asked = request_in(given.messages(0));
  update_api::Acceptance body;
  body.set_accepted_request_message_id("u/request");
  body.set_accepted_request_sequencing_event_id(given.messages(0).event_id());
  *body.mutable_accepted_request() = asked;
  body.mutable_accepted_request()->set_request_id(std::string(settings.max_id_bytes + 1, 'r'));
  BOOST_TEST(
      answer({message_command("accept u")}, {message_about("accept", "u", body)})
          .answer.status.message
      == "BadUpdateWorkflowExecutionMessage: invalid *update.Acceptance: accepted_request: "
         "RequestId length exceeds limit.");
  BOOST_TEST(current().state.callbacks.empty());
  poll();
  *body.mutable_accepted_request() = asked;
  answer({message_command("accept u")}, {message_about("accept", "u", body)});
  BOOST_TEST(only_callback().request_id == "r");
}

BOOST_AUTO_TEST_CASE(mistakes_are_told) {
  auto request = with_callback("u", "r");
  request.mutable_request()->clear_request_id();
  BOOST_TEST(
      refusal(request)
      == "invalid *update.Request: request_id is required when completion_callbacks are set");
  request = with_callback("u", "r");
  request.mutable_request()->mutable_completion_callbacks(0)->mutable_nexus()->set_url("nowhere");
  BOOST_TEST(refusal(request) == "invalid url: unknown scheme: nowhere");
  settings.update_callbacks = false;
  BOOST_TEST(
      refusal(with_callback("u", "r"))
      == "completion callbacks of updates are not enabled for this namespace");
  settings.update_callbacks = true;
  settings.max_callbacks = 1;
  operate("u", "r");
  accept_update();
  BOOST_TEST(
      refusal(with_callback("u", "r2"))
      == "cannot attach more than 1 callbacks to a workflow (1 callbacks already attached)");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
