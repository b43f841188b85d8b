// SPDX-License-Identifier: Apache-2.0
// What many or large requests may add to a run, and what a run keeps of them.

#include "test/runtime/embedded/service_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using namespace std::chrono_literals;

wire::StartWorkflowExecutionRequest attach_request(service_fixture& service, int number) {
  auto request = service.start_request();
  request.set_request_id("request-" + std::to_string(number));
  request.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING);
  request.mutable_on_conflict_options()->set_attach_request_id(true);
  return request;
}

command_api::Command upsert_memo(const std::string& name, std::size_t bytes) {
  command_api::Command command;
  command.set_command_type(enums::COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES);
  auto& memo =
      *command.mutable_modify_workflow_properties_command_attributes()->mutable_upserted_memo();
  auto& payload = (*memo.mutable_fields())[name];
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  payload.set_data('"' + std::string(bytes, 'x') + '"');
  return command;
}

/// Answers the task, asks for another one and takes that.
embedded::transaction
go_on(service_fixture& service, wire::RespondWorkflowTaskCompletedRequest request) {
  request.set_force_create_new_workflow_task(true);
  auto tx = service.respond(std::move(request));
  if (tx.answer.status.ok())
    service.poll();
  return tx;
}

embedded::transaction go_on(service_fixture& service, const command_api::Command& command) {
  wire::RespondWorkflowTaskCompletedRequest request;
  *request.add_commands() = command;
  return go_on(service, std::move(request));
}

template <class Request>
void name_w(Request& request) {
  request.mutable_workflow_execution()->set_workflow_id("w");
}

/// So many of a second each.
std::vector<command_api::Command> timers(int count) {
  std::vector<command_api::Command> commands;
  for (int i = 0; i < count; ++i)
    commands.push_back(start_timer(std::to_string(i), std::chrono::seconds{1}));
  return commands;
}

} // namespace

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(attaching_to_a_run_ends_it_when_its_history_is_too_large) {
  service_fixture service;
  service.settings.max_history_events = 20;
  service.start();
  int number = 0;
  for (; service.current().history.size() <= 20; ++number) {
    const auto request = attach_request(service, number);
    service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
  }
  const auto request = attach_request(service, number);
  const auto refused = service.decide(embedded::start_execution{request});
  BOOST_TEST((refused.answer.status.code == status_code::invalid_argument));
  BOOST_TEST(refused.answer.status.message == "Workflow history count exceeds limit.");
  BOOST_TEST((service.current().state.status == enums::WORKFLOW_EXECUTION_STATUS_TERMINATED));
}

BOOST_AUTO_TEST_CASE(a_cancel_does_not_add_to_a_history_that_is_too_large) {
  service_fixture service;
  service.settings.max_history_events = 1;
  service.start();
  wire::RequestCancelWorkflowExecutionRequest cancel;
  name_w(cancel);
  const auto refused = service.decide(embedded::cancel_execution{cancel});
  BOOST_TEST(refused.answer.status.message == "Workflow history count exceeds limit.");
}

// As recorded from the real server with `limit.historyCount.error=20`.
BOOST_AUTO_TEST_CASE(an_answer_that_would_make_a_history_too_long_is_not_taken) {
  service_fixture service;
  service.settings.max_history_events = 20;
  service.start();
  service.poll();
  const auto refused = service.complete(timers(25));
  BOOST_TEST((refused.answer.status.code == status_code::invalid_argument));
  BOOST_TEST(refused.answer.status.message == "Workflow history count exceeds limit.");
  BOOST_TEST(
      service.event_types()
      == "WorkflowExecutionStarted WorkflowTaskScheduled WorkflowTaskStarted WorkflowTaskFailed "
         "WorkflowExecutionTerminated");
  BOOST_TEST((service.current().state.status == enums::WORKFLOW_EXECUTION_STATUS_TERMINATED));
}

BOOST_AUTO_TEST_CASE(timers_that_would_make_a_history_too_long_end_the_run) {
  service_fixture service;
  service.settings.max_history_events = 20;
  service.start();
  service.poll();
  BOOST_TEST(service.complete(timers(15)).answer.status.ok());
  BOOST_TEST(service.current().history.size() == 19u);
  service.advance(std::chrono::seconds{2});
  BOOST_TEST(service.current().history.size() == 20u);
  BOOST_TEST((service.current().state.status == enums::WORKFLOW_EXECUTION_STATUS_TERMINATED));
}

BOOST_AUTO_TEST_CASE(a_task_whose_start_would_make_a_history_too_long_ends_the_run) {
  service_fixture service;
  service.settings.max_history_events = 2;
  service.start();
  BOOST_REQUIRE(service.tasks.size() == 1u);
  embedded::start_workflow_task start;
  start.run_id = service.current().id;
  start.scheduled_event_id = service.tasks.front().scheduled_event_id;
  start.stamp = service.tasks.front().stamp;
  const auto refused = service.decide(start);
  BOOST_TEST((refused.answer.status.code == status_code::not_found));
  BOOST_TEST(
      service.event_types()
      == "WorkflowExecutionStarted WorkflowTaskScheduled WorkflowExecutionTerminated");
}

BOOST_AUTO_TEST_CASE(a_memo_is_measured_with_what_it_had_before) {
  service_fixture service;
  service.settings.max_memo_bytes = 10'000;
  service.start();
  service.poll();
  BOOST_TEST(go_on(service, upsert_memo("a", 6'000)).answer.status.ok());
  // The same name again takes the place of the first.
  BOOST_TEST(go_on(service, upsert_memo("a", 7'000)).answer.status.ok());
  const auto refused = service.complete({upsert_memo("b", 4'000)});
  BOOST_TEST(
      refused.answer.status.message
      == "BadModifyWorkflowPropertiesAttributes: ModifyWorkflowPropertiesCommandAttributes. Memo "
         "exceeds size limit.");
  BOOST_TEST((service.current().state.status == enums::WORKFLOW_EXECUTION_STATUS_TERMINATED));
}

BOOST_AUTO_TEST_CASE(a_memo_is_measured_over_all_commands_of_a_task) {
  service_fixture service;
  service.settings.max_memo_bytes = 10'000;
  service.start();
  service.poll();
  std::vector<command_api::Command> many;
  for (int i = 0; i < 4; ++i)
    many.push_back(upsert_memo("m" + std::to_string(i), 3'000));
  BOOST_TEST(!service.complete(many).answer.status.ok());
  BOOST_TEST((service.current().state.status == enums::WORKFLOW_EXECUTION_STATUS_TERMINATED));
}

BOOST_AUTO_TEST_CASE(a_memo_without_fields_is_refused) {
  service_fixture service;
  service.start();
  service.poll();
  command_api::Command empty;
  empty.set_command_type(enums::COMMAND_TYPE_MODIFY_WORKFLOW_PROPERTIES);
  empty.mutable_modify_workflow_properties_command_attributes()->mutable_upserted_memo();
  BOOST_TEST(
      service.complete({empty}).answer.status.message
      == "BadModifyWorkflowPropertiesAttributes: UpsertedMemo.Fields is not set on "
         "ModifyWorkflowPropertiesCommand.");
}

BOOST_AUTO_TEST_CASE(links_are_limited_wherever_they_come_in) {
  const auto add_links = [](auto& request, int count, std::size_t bytes) {
    for (int i = 0; i < count; ++i) {
      auto& event = *request.add_links()->mutable_workflow_event();
      event.set_namespace_("n");
      event.set_workflow_id(std::string(bytes, 'w'));
      event.set_run_id("r");
    }
  };
  const auto refusal_of = [&](int count, std::size_t bytes, auto decide) {
    service_fixture service;
    service.start();
    return decide(service, [&](auto& request) { add_links(request, count, bytes); })
        .answer.status.message;
  };
  const auto signal = [](service_fixture& service, auto add) {
    wire::SignalWorkflowExecutionRequest request;
    name_w(request);
    request.set_signal_name("s");
    add(request);
    return service.decide(embedded::signal_execution{request});
  };
  const auto cancel = [](service_fixture& service, auto add) {
    wire::RequestCancelWorkflowExecutionRequest request;
    name_w(request);
    add(request);
    return service.decide(embedded::cancel_execution{request});
  };
  const auto terminate = [](service_fixture& service, auto add) {
    wire::TerminateWorkflowExecutionRequest request;
    name_w(request);
    add(request);
    return service.decide(embedded::terminate_execution{request});
  };
  const auto check = [&](auto decide) {
    BOOST_TEST(refusal_of(10, 5, decide).empty());
    BOOST_TEST(refusal_of(11, 5, decide) == "cannot attach more than 10 links per request, got 11");
    BOOST_TEST(
        refusal_of(1, 5000, decide).starts_with("link exceeds allowed size of 4000, got 50"));
    BOOST_TEST(
        refusal_of(1, 0, decide) == "workflow event link must not have an empty workflow ID field");
  };
  check(signal);
  check(cancel);
  check(terminate);
}

BOOST_AUTO_TEST_CASE(timeouts_are_cut_at_a_hundred_years) {
  service_fixture service;
  auto request = service.start_request();
  request.mutable_workflow_execution_timeout()->set_seconds(7'500'000'000);
  request.mutable_workflow_run_timeout()->set_seconds(7'500'000'000);
  request.mutable_workflow_start_delay()->set_seconds(7'500'000'000);
  service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
  const auto& started =
      service.current().history.front()->workflow_execution_started_event_attributes();
  for (const auto& each :
       {started.workflow_execution_timeout(),
        started.workflow_run_timeout(),
        started.first_workflow_task_backoff()})
    BOOST_TEST(each.seconds() == 3'153'600'000);

  service_fixture caller;
  caller.start();
  caller.poll();
  auto command = schedule_operation();
  auto& asked = *command.mutable_schedule_nexus_operation_command_attributes();
  asked.mutable_schedule_to_close_timeout()->set_seconds(7'500'000'000);
  asked.mutable_schedule_to_start_timeout()->set_seconds(7'500'000'000);
  asked.mutable_start_to_close_timeout()->set_seconds(7'500'000'000);
  BOOST_TEST(caller.complete({command}).answer.status.ok());
  const auto& scheduled =
      caller.current().history.back()->nexus_operation_scheduled_event_attributes();
  for (const auto& each :
       {scheduled.schedule_to_close_timeout(),
        scheduled.schedule_to_start_timeout(),
        scheduled.start_to_close_timeout()})
    BOOST_TEST(each.seconds() == 3'153'600'000);
}

BOOST_AUTO_TEST_CASE(build_ids_are_kept_up_to_two_kilobytes_and_the_oldest_give_way) {
  service_fixture service;
  service.start();
  service.poll();
  for (int i = 0; i < 30; ++i) {
    wire::RespondWorkflowTaskCompletedRequest request;
    request.mutable_worker_version_stamp()->set_build_id(
        std::to_string(100 + i) + std::string(200, 'b'));
    BOOST_TEST(go_on(service, std::move(request)).answer.status.ok());
  }
  wire::DescribeWorkflowExecutionRequest asked;
  asked.mutable_execution()->set_workflow_id("w");
  const auto answer = embedded::describe(service.rec(), asked);
  BOOST_REQUIRE(answer.status.ok());
  const auto& info = dynamic_cast<const wire::DescribeWorkflowExecutionResponse&>(*answer.message)
                         .workflow_execution_info();
  const auto& list = info.search_attributes().indexed_fields().at("BuildIds").data();
  BOOST_TEST(list.size() <= 2048u);
  BOOST_TEST(list.size() > 1700u);
  BOOST_TEST(list.find("unversioned:129b") != std::string::npos);
  BOOST_TEST(list.find("unversioned:100b") == std::string::npos);
}

// In the order of the real server: the id of a start, or of what was attached, is none of a signal.
BOOST_AUTO_TEST_CASE(a_signal_with_start_is_known_again_by_its_signal_alone) {
  service_fixture service;
  auto start = service.start_request();
  start.set_request_id("start");
  service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{start});
  auto attach = attach_request(service, 1);
  service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{attach});

  wire::SignalWithStartWorkflowExecutionRequest both;
  both.set_workflow_id("w");
  *both.mutable_workflow_type() = start.workflow_type();
  *both.mutable_task_queue() = start.task_queue();
  both.set_signal_name("s");
  const auto send = [&](const std::string& id) {
    both.set_request_id(id);
    return service
        .expect<wire::SignalWithStartWorkflowExecutionResponse>(
            embedded::signal_with_start_execution{both})
        .started();
  };
  const auto signals = [&] {
    return std::ranges::count_if(service.current().history, [](const auto& event) {
      return event->event_type() == enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED;
    });
  };
  BOOST_TEST(!send("start"));
  BOOST_TEST(signals() == 1);
  BOOST_TEST(!send("request-1"));
  BOOST_TEST(signals() == 2);
  BOOST_TEST(!send("request-1"));
  BOOST_TEST(signals() == 2);

  service.poll();
  service.complete({complete_workflow()});
  BOOST_TEST(send("request-1"));
  BOOST_TEST(signals() == 1);
  BOOST_TEST(!send("request-1"));
  BOOST_TEST(signals() == 1);
}

BOOST_AUTO_TEST_CASE(a_cancel_wakes_a_workflow_whose_first_task_is_held_back) {
  for (const bool by_cron : {false, true}) {
    service_fixture service;
    auto request = service.start_request();
    if (by_cron)
      request.set_cron_schedule("0 0 1 1 *");
    else
      request.mutable_workflow_start_delay()->set_seconds(300);
    service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{request});
    BOOST_TEST(service.tasks.empty());
    wire::RequestCancelWorkflowExecutionRequest cancel;
    name_w(cancel);
    service.expect<wire::RequestCancelWorkflowExecutionResponse>(
        embedded::cancel_execution{cancel});
    BOOST_TEST(service.tasks.size() == 1u);
    BOOST_TEST(
        service.event_types()
        == "WorkflowExecutionStarted WorkflowExecutionCancelRequested WorkflowTaskScheduled");
  }
}

BOOST_AUTO_TEST_CASE(many_changes_of_one_value_copy_it_once) {
  embedded::held<std::vector<int>> value;
  value.edit().push_back(1);
  const auto before = value;
  const auto* const first = &value.edit();
  BOOST_TEST(first != &*before);
  BOOST_TEST(&value.edit() == first);
  value.edit().push_back(2);
  BOOST_TEST(before->size() == 1u);
  BOOST_TEST(value->size() == 2u);
  // What it was given, it does not change.
  const auto given = embedded::held<std::vector<int>>::copy_of({1, 2, 3});
  auto taken = given;
  taken.edit().clear();
  BOOST_TEST(given->size() == 3u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
