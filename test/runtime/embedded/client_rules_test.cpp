// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/service_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using namespace std::chrono_literals;

wire::SignalWithStartWorkflowExecutionRequest signal_with_start(service_fixture& service) {
  const auto start = service.start_request();
  wire::SignalWithStartWorkflowExecutionRequest request;
  request.set_workflow_id(start.workflow_id());
  *request.mutable_workflow_type() = start.workflow_type();
  *request.mutable_task_queue() = start.task_queue();
  request.set_signal_name("s");
  return request;
}

wire::SignalWorkflowExecutionRequest signal() {
  wire::SignalWorkflowExecutionRequest request;
  request.mutable_workflow_execution()->set_workflow_id("w");
  request.set_signal_name("s");
  return request;
}

wire::DescribeWorkflowExecutionResponse
describe(service_fixture& service, const std::string& run_id = {}) {
  wire::DescribeWorkflowExecutionRequest request;
  request.mutable_execution()->set_workflow_id("w");
  request.mutable_execution()->set_run_id(run_id);
  const auto answer = embedded::describe(service.rec(), request);
  BOOST_REQUIRE(answer.status.ok());
  return dynamic_cast<const wire::DescribeWorkflowExecutionResponse&>(*answer.message);
}

command_api::Command continue_as_new() {
  command_api::Command command;
  command.set_command_type(enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION);
  command.mutable_continue_as_new_workflow_execution_command_attributes();
  return command;
}

} // namespace

BOOST_AUTO_TEST_SUITE(client_rules)

// The time that a run was held back is none of its life: a loop of runs that do nothing starts one
// a second, as on the real server.
BOOST_AUTO_TEST_CASE(runs_that_continue_at_once_begin_a_second_apart) {
  service_fixture service;
  service.start();
  for (int i = 0; i < 4; ++i) {
    service.poll();
    BOOST_TEST(service.complete({continue_as_new()}).answer.status.ok());
    const auto& started =
        service.current().history.front()->workflow_execution_started_event_attributes();
    BOOST_TEST(started.first_workflow_task_backoff().seconds() == 1);
    service.advance(std::chrono::seconds{1});
  }
}

BOOST_AUTO_TEST_CASE(both_kinds_of_signal_count_against_one_limit) {
  service_fixture service;
  service.settings.max_signals = 2;
  service.start();
  const auto with_start = signal_with_start(service);
  const auto plain = signal();
  service.expect<wire::SignalWithStartWorkflowExecutionResponse>(
      embedded::signal_with_start_execution{with_start});
  service.expect<wire::SignalWorkflowExecutionResponse>(embedded::signal_execution{plain});
  for (const auto& refused :
       {service.decide(embedded::signal_with_start_execution{with_start}),
        service.decide(embedded::signal_execution{plain})}) {
    BOOST_TEST((refused.answer.status.code == status_code::invalid_argument));
    BOOST_TEST(
        refused.answer.status.message == "exceeded workflow execution limit for signal events");
    BOOST_TEST(!refused.changed);
  }
}

BOOST_AUTO_TEST_CASE(a_run_takes_ten_thousand_signals_and_no_more) {
  service_fixture service;
  service.start();
  const auto plain = signal();
  for (int sent = 0; sent < 10'000; ++sent)
    service.expect<wire::SignalWorkflowExecutionResponse>(embedded::signal_execution{plain});
  const auto refused = service.decide(embedded::signal_execution{plain});
  BOOST_TEST((refused.answer.status.code == status_code::invalid_argument));
  BOOST_TEST(
      refused.answer.status.message == "exceeded workflow execution limit for signal events");
  BOOST_TEST(service.current().state.signal_count == 10'000);
  // The next run counts anew.
  service.poll();
  BOOST_TEST(service.complete({continue_as_new()}).answer.status.ok());
  service.expect<wire::SignalWorkflowExecutionResponse>(embedded::signal_execution{plain});
}

// As newer servers than the recorded one do.
BOOST_AUTO_TEST_CASE(who_signals_gets_a_link_that_can_be_followed) {
  service_fixture service;
  service.start();
  auto request = signal();
  request.set_request_id("r");
  const auto send = [&] {
    return service.expect<wire::SignalWorkflowExecutionResponse>(
        embedded::signal_execution{request});
  };
  const auto link = send().link().workflow_event();
  BOOST_TEST(link.workflow_id() == "w");
  BOOST_TEST(link.run_id() == service.current().id);
  BOOST_TEST(link.request_id_ref().request_id() == "r");
  BOOST_TEST(link.request_id_ref().event_type() == enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED);
  BOOST_TEST(send().link().workflow_event().request_id_ref().request_id() == "r"); // known
  BOOST_TEST(service.current().state.signal_count == 1);
  const auto find = [&](const std::string& id) {
    return describe(service).workflow_extended_info().request_id_infos().at(id);
  };
  BOOST_TEST(find("r").event_id() == 3);
  BOOST_TEST(
      service.current().history.at(2)->workflow_execution_signaled_event_attributes().request_id()
      == "r");
  // While a workflow task runs the event waits for its id.
  service.poll();
  request.set_request_id("later");
  send();
  BOOST_TEST(find("later").buffered());
  service.complete({});
  BOOST_TEST(!find("later").buffered());
  BOOST_TEST(find("later").event_id() == 6);
  // With a start it is the same; a start with the id of a signal is another request.
  auto with_start = signal_with_start(service);
  with_start.set_request_id("both");
  const auto both = service.expect<wire::SignalWithStartWorkflowExecutionResponse>(
      embedded::signal_with_start_execution{with_start});
  BOOST_TEST(both.signal_link().workflow_event().request_id_ref().request_id() == "both");
  auto start = service.start_request();
  start.set_request_id("r");
  BOOST_CHECK(
      service.decide(embedded::start_execution{start}).answer.status.code
      == status_code::already_exists);

  service.settings.signal_links = false;
  request.set_request_id("unlinked");
  BOOST_TEST(!send().has_link());
  BOOST_TEST(!describe(service).workflow_extended_info().request_id_infos().contains("unlinked"));
}

// The real server takes the signal that makes the history too large, and ends the run at the next.
BOOST_AUTO_TEST_CASE(a_run_that_no_worker_takes_ends_when_its_history_is_too_large) {
  for (const bool with_start : {false, true}) {
    service_fixture service;
    service.settings.max_history_bytes = 20'000;
    service.start();
    auto large = signal();
    large.mutable_input()->add_payloads()->set_data(std::string(15'000, 'x'));
    service.expect<wire::SignalWorkflowExecutionResponse>(embedded::signal_execution{large});
    service.expect<wire::SignalWorkflowExecutionResponse>(embedded::signal_execution{large});
    const auto both = signal_with_start(service);
    const auto refused = with_start ? service.decide(embedded::signal_with_start_execution{both})
                                    : service.decide(embedded::signal_execution{large});
    BOOST_TEST((refused.answer.status.code == status_code::invalid_argument));
    BOOST_TEST(refused.answer.status.message == "Workflow history size exceeds limit.");
    BOOST_TEST(refused.changed);
    const auto& last = *service.current().history.back();
    BOOST_TEST(last.event_type() == enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED);
    const auto& ended = last.workflow_execution_terminated_event_attributes();
    BOOST_TEST(ended.reason() == "Workflow history size exceeds limit.");
    BOOST_TEST(ended.identity() == "history-service");
  }
}

BOOST_AUTO_TEST_CASE(neither_kind_of_signal_reaches_a_run_that_is_closing) {
  service_fixture service;
  service.start();
  service.poll();
  const auto with_start = signal_with_start(service);
  const auto plain = signal();
  service.expect<wire::SignalWorkflowExecutionResponse>(embedded::signal_execution{plain});
  service.complete({complete_workflow()}); // refused: it has not seen the signal
  service.poll();
  for (const auto& refused :
       {service.decide(embedded::signal_with_start_execution{with_start}),
        service.decide(embedded::signal_execution{plain})}) {
    BOOST_TEST((refused.answer.status.code == status_code::resource_exhausted));
    BOOST_TEST(
        refused.answer.status.message
        == "workflow operation can not be applied because workflow is closing");
  }
}

BOOST_AUTO_TEST_CASE(signal_with_start_ends_a_start_delay_and_a_plain_signal_does_not) {
  for (const bool with_start : {false, true}) {
    service_fixture service;
    auto start = service.start_request();
    start.mutable_workflow_start_delay()->set_seconds(60);
    service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{start});
    BOOST_TEST(service.tasks.empty());
    const auto both = signal_with_start(service);
    const auto plain = signal();
    if (with_start)
      service.decide(embedded::signal_with_start_execution{both});
    else
      service.decide(embedded::signal_execution{plain});
    BOOST_TEST(service.tasks.empty() != with_start);
  }
}

BOOST_AUTO_TEST_CASE(every_decision_that_changes_a_run_is_a_state_transition) {
  service_fixture service;
  service.start();
  BOOST_TEST(describe(service).workflow_execution_info().state_transition_count() == 1);
  service.poll();
  BOOST_TEST(describe(service).workflow_execution_info().state_transition_count() == 2);
  service.complete({complete_workflow()});
  BOOST_TEST(describe(service).workflow_execution_info().state_transition_count() == 3);
  const auto late = signal();
  service.decide(embedded::signal_execution{late});
  BOOST_TEST(describe(service).workflow_execution_info().state_transition_count() == 3);
}

BOOST_AUTO_TEST_CASE(a_run_that_follows_another_has_a_request_of_its_own) {
  service_fixture service;
  const auto first = service.start();
  service.poll();
  service.complete({continue_as_new()});
  const auto before = describe(service, first.run_id()).workflow_extended_info().request_id_infos();
  const auto after = describe(service).workflow_extended_info().request_id_infos();
  BOOST_REQUIRE(before.size() == 1U);
  BOOST_REQUIRE(after.size() == 1U);
  BOOST_TEST(after.begin()->first != before.begin()->first);
  BOOST_TEST(after.begin()->second.event_type() == enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED);
  BOOST_TEST(after.begin()->second.event_id() == 1);
}

// The real server schedules a task for what a worker could not see while it held one, and for
// nothing else that attaches.
BOOST_AUTO_TEST_CASE(attaching_to_a_run_schedules_a_task_only_behind_a_started_one) {
  service_fixture service;
  service.start();
  service.poll();
  const auto attach = [&](const char* request_id) {
    auto request = service.start_request();
    request.set_request_id(request_id);
    request.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
    request.mutable_on_conflict_options()->set_attach_request_id(true);
    service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
  };
  attach("while it is held");
  service.complete({});
  BOOST_TEST(service.event_types().ends_with(
      "WorkflowTaskCompleted WorkflowExecutionOptionsUpdated WorkflowTaskScheduled"));
  service.poll();
  service.complete({start_timer("t", 60s)});
  attach("while it is idle");
  BOOST_TEST(service.event_types().ends_with("TimerStarted WorkflowExecutionOptionsUpdated"));
  BOOST_TEST(service.tasks.empty());
}

BOOST_AUTO_TEST_CASE(attached_requests_fail_a_task_that_they_would_wait_for_too_long) {
  service_fixture service;
  service.start();
  service.poll();
  auto request = service.start_request();
  request.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  request.mutable_on_conflict_options()->set_attach_request_id(true);
  for (int i = 0; i <= 100; ++i) {
    request.set_request_id("r" + std::to_string(i));
    service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
  }
  BOOST_TEST(service.current().history.size() == 105u);
  BOOST_TEST(service.current().state.buffered.empty());
  // Each is known by the event that it became.
  for (const auto& [id, use] : service.current().state.request_ids) {
    BOOST_TEST(!use.buffered);
    BOOST_TEST(use.event_id > 0);
  }
}

BOOST_AUTO_TEST_CASE(options_that_attach_nothing_are_an_event_all_the_same) {
  service_fixture service;
  service.start();
  const auto ids = service.current().state.request_ids.size();
  auto request = service.start_request();
  request.set_request_id("other");
  request.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
  BOOST_TEST(service.current().history.size() == 2u);
  request.mutable_on_conflict_options();
  const auto answer =
      service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
  BOOST_TEST(answer.link().workflow_event().event_ref().event_id() == 1);
  BOOST_TEST(
      service.event_types()
      == "WorkflowExecutionStarted WorkflowTaskScheduled WorkflowExecutionOptionsUpdated");
  const auto& event = *service.current().history.back();
  BOOST_TEST(event.worker_may_ignore());
  BOOST_TEST(
      event.workflow_execution_options_updated_event_attributes().ShortDebugString().empty());
  BOOST_TEST(service.current().state.request_ids.size() == ids);
}

BOOST_AUTO_TEST_CASE(a_retry_policy_of_the_far_past_is_refused_in_words) {
  service_fixture service;
  auto request = service.start_request();
  request.mutable_retry_policy()->mutable_initial_interval()->set_seconds(-315'576'000'000);
  const auto tx = service.decide(embedded::start_execution{request});
  BOOST_TEST(
      tx.answer.status.message == "invalid InitialInterval set on retry policy: negative duration");
}

BOOST_AUTO_TEST_CASE(what_was_measured_is_what_is_in_the_history) {
  service_fixture service;
  service.start();
  wire::TerminateWorkflowExecutionRequest request;
  request.mutable_workflow_execution()->set_workflow_id("w");
  auto& link = *request.add_links()->mutable_workflow_event();
  link.set_namespace_("n");
  link.set_workflow_id("elsewhere");
  link.set_run_id("r");
  service.expect<wire::TerminateWorkflowExecutionResponse>(embedded::terminate_execution{request});
  BOOST_TEST(service.current().history.back()->links_size() == 1);
  std::size_t bytes = 0;
  for (const auto& event : service.current().history)
    bytes += event->ByteSizeLong();
  BOOST_TEST(service.current().state.history_size == static_cast<std::int64_t>(bytes));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
