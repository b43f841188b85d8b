// SPDX-License-Identifier: Apache-2.0
// UpdateWorkflowExecutionOptions: the words, events and answers of the real server 1.31.2.
#include "test/runtime/embedded/activity/activity_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <functional>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // forms that older clients send

namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using request = wire::UpdateWorkflowExecutionOptionsRequest;

request about(const std::vector<std::string>& mask) {
  request made;
  made.mutable_workflow_execution()->set_workflow_id("w");
  made.set_identity("me");
  made.mutable_workflow_execution_options();
  made.mutable_update_mask();
  for (const auto& each : mask)
    made.mutable_update_mask()->add_paths(each);
  return made;
}
request with_priority(std::int32_t key, const std::vector<std::string>& mask = {"priority"}) {
  auto made = about(mask);
  made.mutable_workflow_execution_options()->mutable_priority()->set_priority_key(key);
  return made;
}
request auto_upgrade() {
  auto made = about({"versioning_override"});
  made.mutable_workflow_execution_options()->mutable_versioning_override()->set_auto_upgrade(true);
  return made;
}

struct fixture : activity_fixture {
  std::string refused(const request& what) {
    const auto status = decide(embedded::update_execution_options{what}).answer.status;
    return std::to_string(static_cast<int>(status.code)) + " " + status.message;
  }
  std::string refused(const std::function<void(request&)>& change) {
    auto made = about({"priority"});
    change(made);
    return refused(made);
  }
  std::string told(const request& what) {
    return expect<wire::UpdateWorkflowExecutionOptionsResponse>(
               embedded::update_execution_options{what})
        .workflow_execution_options()
        .ShortDebugString();
  }
  /// Of the newest event, if it is one of changed options.
  std::string newest() {
    const auto& event = *current().history.back();
    return event.worker_may_ignore()
               ? event.workflow_execution_options_updated_event_attributes().ShortDebugString()
               : "another";
  }
  wire::DescribeWorkflowExecutionResponse describe() {
    wire::DescribeWorkflowExecutionRequest asked;
    asked.mutable_execution()->set_workflow_id("w");
    const auto answer = embedded::describe(rec(), asked);
    return dynamic_cast<const wire::DescribeWorkflowExecutionResponse&>(*answer.message);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(execution_options, fixture)

BOOST_AUTO_TEST_CASE(refuses_what_cannot_be_in_the_real_servers_words_and_order) {
  start();
  BOOST_TEST(
      refused([](request& r) { r.mutable_workflow_execution()->clear_workflow_id(); })
      == "3 WorkflowId is not set on request.");
  BOOST_TEST(
      refused([](request& r) { r.mutable_workflow_execution()->set_run_id("nope"); })
      == "3 RunId is not valid UUID.");
  BOOST_TEST(
      refused([](request& r) {
        r.clear_update_mask();
        r.clear_workflow_execution_options();
      })
      == "3 UpdateMask is required");
  BOOST_TEST(
      refused([](request& r) { r.clear_workflow_execution_options(); })
      == "3 WorkflowExecutionOptions is required");
  for (const auto* path :
       {"nope", "*", "versioningOverride", "priority.nope", "", "priority.", ".priority"})
    BOOST_TEST(
        refused([&](request& r) {
          r.mutable_update_mask()->add_paths(path);
          r.mutable_workflow_execution_options()->mutable_priority()->set_priority_key(-1);
        })
        == "3 error parsing UpdateMask: proto: invalid path \"" + std::string{path}
               + "\" for message \"temporal.api.workflow.v1.WorkflowExecutionOptions\"");
  BOOST_TEST(refused(with_priority(-1)) == "3 priority key can't be negative");
  BOOST_TEST(
      refused(with_priority(-1, {"versioning_override"})) == "3 priority key can't be negative");
  const auto priority = [&](const auto& change) {
    return refused(
        [&](request& r) { change(*r.mutable_workflow_execution_options()->mutable_priority()); });
  };
  BOOST_TEST(priority([](auto& p) { p.set_fairness_weight(-1); }) == "3 must be greater than zero");
  BOOST_TEST(
      priority([](auto& p) { p.set_fairness_key(std::string(65, 'k')); })
      == "3 fairness key length exceeds limit");
  BOOST_TEST(
      refused([](request& r) {
        r.mutable_workflow_execution()->set_run_id("50e73b83-6132-4767-9efe-b9edcd133865");
      })
      == "5 workflow execution not found for workflow ID \"w\" and run ID "
         "\"50e73b83-6132-4767-9efe-b9edcd133865\"");
  BOOST_TEST(event_types() == "WorkflowExecutionStarted WorkflowTaskScheduled");
}

BOOST_AUTO_TEST_CASE(an_override_is_checked_though_the_mask_leaves_it_out) {
  start();
  const auto override = [&](const auto& change) {
    return refused([&](request& r) {
      change(*r.mutable_workflow_execution_options()->mutable_versioning_override());
    });
  };
  const std::string missing = "3 override behavior is required";
  BOOST_TEST(override([](auto&) {}) == missing);
  BOOST_TEST(override([](auto& o) { o.set_auto_upgrade(false); }) == missing);
  BOOST_TEST(override([](auto& o) { o.mutable_one_time(); }) == missing);
  BOOST_TEST(
      override([](auto& o) { o.mutable_pinned(); })
      == "3 must provide version if override is pinned.");
  const std::string absent = "9 Pinned version 'd:b' is not present in task queue 'tq' of type "
                             "'Workflow'";
  const auto pin = [](auto& o) {
    o.mutable_pinned()->set_behavior(
        temporal::api::workflow::v1::VersioningOverride::PINNED_OVERRIDE_BEHAVIOR_PINNED);
  };
  BOOST_TEST(
      override([&](auto& o) {
        pin(o);
        o.mutable_pinned()->mutable_version()->set_deployment_name("d");
        o.mutable_pinned()->mutable_version()->set_build_id("b");
      })
      == absent);
  BOOST_TEST(
      override([](auto& o) {
        o.set_behavior(enums::VERSIONING_BEHAVIOR_PINNED);
        o.set_pinned_version("d.b");
      })
      == absent);
  const std::string unpinned =
      "9 must specify a specific pinned override version because workflow with id w has behavior ";
  BOOST_TEST(override(pin) == unpinned + "Unspecified and is not yet pinned to any version");
  told(auto_upgrade());
  BOOST_TEST(override(pin) == unpinned + "AutoUpgrade and is not yet pinned to any version");
}

BOOST_AUTO_TEST_CASE(what_changes_is_an_event_and_what_does_not_is_none) {
  start();
  BOOST_TEST(told(about({})) == "");
  BOOST_TEST(told(about({"time_skipping_config", "versioning_override.pinned"})) == "");
  BOOST_TEST(event_types() == "WorkflowExecutionStarted WorkflowTaskScheduled");
  BOOST_TEST(told(auto_upgrade()) == "versioning_override { auto_upgrade: true }");
  BOOST_TEST(newest() == "versioning_override { auto_upgrade: true } identity: \"me\"");
  const auto events = current().history.size();
  BOOST_TEST(told(auto_upgrade()) == "versioning_override { auto_upgrade: true }");
  BOOST_TEST(current().history.size() == events);
  BOOST_TEST(told(about({"versioning_override"})) == "");
  BOOST_TEST(newest() == "unset_versioning_override: true identity: \"me\"");
  BOOST_TEST(told(with_priority(2)) == "priority { priority_key: 2 }");
  BOOST_TEST(
      newest() == "unset_versioning_override: true identity: \"me\" priority { priority_key: 2 }");
  auto fair = with_priority(7, {"priority.fairness_key", "priority.fairness_weight"});
  fair.mutable_workflow_execution_options()->mutable_priority()->set_fairness_key("a");
  fair.mutable_workflow_execution_options()->mutable_priority()->set_fairness_weight(2);
  BOOST_TEST(told(fair) == "priority { priority_key: 2 fairness_key: \"a\" fairness_weight: 2 }");
  // Older clients say it in another way, and hear it so.
  auto old = about({"versioning_override"});
  old.mutable_workflow_execution_options()->mutable_versioning_override()->set_behavior(
      enums::VERSIONING_BEHAVIOR_AUTO_UPGRADE);
  BOOST_TEST(
      told(old).starts_with("versioning_override { behavior: VERSIONING_BEHAVIOR_AUTO_UPGRADE }"));
  BOOST_TEST(newest().starts_with("versioning_override { auto_upgrade: true }"));
  // A priority that is taken away is not taken away.
  BOOST_TEST(told(about({"priority"})) == "versioning_override { auto_upgrade: true }");
  BOOST_TEST(describe().workflow_execution_info().priority().priority_key() == 2);
}

BOOST_AUTO_TEST_CASE(describe_shows_them_and_they_survive_a_crash) {
  start();
  BOOST_TEST(!describe().workflow_execution_info().has_versioning_info());
  told(auto_upgrade());
  told(with_priority(4));
  crash();
  const auto info = describe().workflow_execution_info();
  BOOST_TEST(info.priority().priority_key() == 4);
  BOOST_TEST(
      info.versioning_info().ShortDebugString()
      == "versioning_override { behavior: VERSIONING_BEHAVIOR_AUTO_UPGRADE auto_upgrade: true }");
  BOOST_TEST(
      info.search_attributes().indexed_fields().at("TemporalWorkflowVersioningBehavior").data()
      == "\"AutoUpgrade\"");
  told(about({"versioning_override"}));
  const auto without = describe().workflow_execution_info();
  BOOST_TEST(without.has_versioning_info());
  BOOST_TEST(without.versioning_info().ShortDebugString() == "");
}

BOOST_AUTO_TEST_CASE(activities_have_the_priority_that_counts_when_they_are_taken) {
  begin({schedule_activity("a")});
  told(with_priority(3));
  BOOST_TEST(take().priority().priority_key() == 3);
}

BOOST_AUTO_TEST_CASE(the_next_run_has_the_priority_and_a_reset_brings_it_along) {
  start();
  poll();
  told(with_priority(3)); // buffered: a task is under way
  command_api::Command next;
  next.set_command_type(enums::COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION);
  next.mutable_continue_as_new_workflow_execution_command_attributes();
  complete({start_timer("t", std::chrono::seconds{60})});
  wire::ResetWorkflowExecutionRequest reset;
  reset.mutable_workflow_execution()->set_workflow_id("w");
  reset.set_reason("why");
  reset.set_request_id("request");
  reset.set_workflow_task_finish_event_id(4);
  expect<wire::ResetWorkflowExecutionResponse>(embedded::reset_execution{reset});
  BOOST_TEST(describe().workflow_execution_info().priority().priority_key() == 3);
  poll();
  complete({next});
  BOOST_TEST(current().started().priority().priority_key() == 3);
}

BOOST_AUTO_TEST_CASE(a_run_may_begin_with_an_override_which_the_next_does_not_have) {
  auto asked = start_request();
  asked.mutable_versioning_override()->set_behavior(enums::VERSIONING_BEHAVIOR_AUTO_UPGRADE);
  asked.mutable_retry_policy()->set_maximum_attempts(2);
  asked.mutable_priority()->set_priority_key(2);
  expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{asked});
  BOOST_TEST(current().started().versioning_override().ShortDebugString() == "auto_upgrade: true");
  BOOST_TEST(describe().workflow_execution_info().has_versioning_info());
  const auto row = embedded::list_row(rec(), {});
  BOOST_TEST(
      row->search_attributes().indexed_fields().at("TemporalWorkflowVersioningBehavior").data()
      == "\"AutoUpgrade\"");
  told(with_priority(7));
  poll();
  complete({fail_workflow("again")});
  BOOST_TEST(!current().started().has_versioning_override());
  BOOST_TEST(current().started().priority().priority_key() == 2); // as it began
  BOOST_TEST(!describe().workflow_execution_info().has_versioning_info());
}

BOOST_AUTO_TEST_CASE(masks_of_older_fields_come_together) {
  start();
  auto made = about({"versioning_override.behavior"});
  made.mutable_workflow_execution_options()->mutable_versioning_override()->set_behavior(
      enums::VERSIONING_BEHAVIOR_AUTO_UPGRADE);
  const std::string apart =
      "3 error applying update_options: versioning_override fields must be updated together";
  BOOST_TEST(refused(made) == apart);
  made.mutable_update_mask()->set_paths(0, "versioning_override.deployment");
  BOOST_TEST(refused(made) == apart);
  made.mutable_update_mask()->add_paths("versioning_override.behavior");
  BOOST_TEST(told(made) == "versioning_override { behavior: VERSIONING_BEHAVIOR_AUTO_UPGRADE }");
  BOOST_TEST(newest() == "versioning_override { auto_upgrade: true } identity: \"me\"");
}

BOOST_AUTO_TEST_CASE(a_reset_changes_options_after_what_it_brings_along) {
  using operations = std::function<void(wire::ResetWorkflowExecutionRequest&)>;
  start();
  poll();
  complete({start_timer("t", std::chrono::seconds{60})});
  told(with_priority(3));
  const auto reset = [&](const operations& with) {
    wire::ResetWorkflowExecutionRequest asked;
    asked.mutable_workflow_execution()->set_workflow_id("w");
    asked.set_request_id("request");
    asked.set_workflow_task_finish_event_id(4);
    asked.set_identity("me");
    with(asked);
    const auto status = decide(embedded::reset_execution{asked}).answer.status;
    return std::to_string(static_cast<int>(status.code)) + " " + status.message;
  };
  const auto update = [&](const std::vector<std::string>& mask, const auto& change) {
    return reset([&](auto& asked) {
      auto& to = *asked.add_post_reset_operations()->mutable_update_workflow_options();
      to.mutable_update_mask();
      for (const auto& each : mask)
        to.mutable_update_mask()->add_paths(each);
      change(*to.mutable_workflow_execution_options());
    });
  };
  const auto runs = rec().last_run_number;
  BOOST_TEST(
      reset([](auto& asked) { asked.add_post_reset_operations(); })
      == "3 unsupported post reset operation: <nil>");
  BOOST_TEST(
      reset([](auto& asked) { asked.add_post_reset_operations()->mutable_signal_workflow(); })
      == "3 unsupported post reset operation: *workflow.PostResetOperation_SignalWorkflow_");
  BOOST_TEST(
      update({"nope"}, [](auto&) {})
      == "3 error applying update_options: proto: invalid path \"nope\" for message "
         "\"temporal.api.workflow.v1.WorkflowExecutionOptions\"");
  BOOST_TEST(
      update({"versioning_override"}, [](auto& o) { o.mutable_versioning_override(); })
      == "3 override behavior is required");
  BOOST_TEST(
      update(
          {"versioning_override"},
          [](auto& o) {
            o.mutable_versioning_override()->set_behavior(enums::VERSIONING_BEHAVIOR_PINNED);
            o.mutable_versioning_override()->set_pinned_version("d.b");
          })
      == "9 Pinned version 'd:b' is not present in task queue 'tq' of type 'Workflow'");
  BOOST_TEST(
      reset([](auto& asked) {
        asked.add_post_reset_operations();
        asked.set_workflow_task_finish_event_id(1);
      })
      == "3 Workflow task finish ID must be > 1 && <= workflow last event ID.");
  BOOST_TEST(rec().last_run_number == runs);

  BOOST_TEST(
      reset([](auto& asked) {
        for (const auto* mask : {"priority", "versioning_override", "priority"}) {
          auto& to = *asked.add_post_reset_operations()->mutable_update_workflow_options();
          to.mutable_update_mask()->add_paths(mask);
          auto& options = *to.mutable_workflow_execution_options();
          options.mutable_priority()->set_fairness_key("f");
          options.mutable_versioning_override()->set_auto_upgrade(true);
        }
      })
      == "0 ");
  BOOST_TEST(
      event_types()
      == "WorkflowExecutionStarted WorkflowTaskScheduled WorkflowTaskStarted WorkflowTaskFailed "
         "WorkflowExecutionOptionsUpdated WorkflowExecutionOptionsUpdated "
         "WorkflowExecutionOptionsUpdated WorkflowTaskScheduled");
  const auto text = [&](std::size_t at) {
    return current()
        .history[at]
        ->workflow_execution_options_updated_event_attributes()
        .ShortDebugString();
  };
  BOOST_TEST(
      text(4) == "unset_versioning_override: true identity: \"me\" priority { priority_key: 3 }");
  BOOST_TEST(text(5) == "unset_versioning_override: true priority { fairness_key: \"f\" }");
  BOOST_TEST(
      text(6) == "versioning_override { auto_upgrade: true } priority { fairness_key: \"f\" }");
  crash();
  BOOST_TEST(describe().workflow_execution_info().priority().fairness_key() == "f");

  // What is so already is no change, unless it is asked for in the older form.
  BOOST_TEST(
      update(
          {"versioning_override"},
          [](auto& o) { o.mutable_versioning_override()->set_auto_upgrade(true); })
      == "0 ");
  BOOST_TEST(current().history.size() == 8u);
  BOOST_TEST(
      update(
          {"versioning_override"},
          [](auto& o) {
            o.mutable_versioning_override()->set_behavior(enums::VERSIONING_BEHAVIOR_AUTO_UPGRADE);
          })
      == "0 ");
  BOOST_TEST(current().history.size() == 9u);
}

BOOST_AUTO_TEST_CASE(what_waits_for_a_task_to_end_fails_it_once_it_is_too_much) {
  start();
  poll();
  for (int i = 0; i <= 100; ++i)
    told(with_priority(1 + i % 5));
  BOOST_TEST(current().history.size() == 105u);
  BOOST_TEST(event_types().starts_with(
      "WorkflowExecutionStarted WorkflowTaskScheduled WorkflowTaskStarted WorkflowTaskFailed "
      "WorkflowExecutionOptionsUpdated"));
  BOOST_TEST(current().state.buffered.empty());
}

BOOST_AUTO_TEST_CASE(no_run_is_paused_so_none_can_be_unpaused) {
  start();
  wire::UnpauseWorkflowExecutionRequest long_request;
  long_request.set_request_id(std::string(1001, 'r'));
  BOOST_TEST(
      decide(embedded::unpause_execution{long_request}).answer.status.message
      == "request id is too long.");
  const auto unpause = [&](const std::string& id, const std::string& run_id) {
    wire::UnpauseWorkflowExecutionRequest asked;
    asked.set_workflow_id(id);
    asked.set_run_id(run_id);
    const auto status = decide(embedded::unpause_execution{asked}).answer.status;
    return std::to_string(static_cast<int>(status.code)) + " " + status.message;
  };
  BOOST_TEST(unpause("", "") == "3 Can't load workflow execution.  WorkflowId not set.");
  BOOST_TEST(unpause("w", "bad") == "3 RunId is not valid UUID.");
  BOOST_TEST(
      unpause("w", "50e73b83-6132-4767-9efe-b9edcd133865").starts_with("5 workflow execution"));
  BOOST_TEST(unpause("w", "") == "9 workflow is not paused.");
  poll();
  complete({complete_workflow()});
  BOOST_TEST(unpause("w", "") == "5 workflow execution already completed");
}

BOOST_AUTO_TEST_CASE(a_timeout_of_zero_is_described_to_who_said_it) {
  start();
  BOOST_TEST(!describe().execution_config().has_workflow_execution_timeout());
  BOOST_TEST(!describe().execution_config().has_workflow_run_timeout());
  poll();
  complete({complete_workflow()});
  auto with_zero = start_request();
  with_zero.mutable_workflow_execution_timeout();
  with_zero.mutable_workflow_run_timeout();
  expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{with_zero});
  BOOST_TEST(describe().execution_config().has_workflow_execution_timeout());
  BOOST_TEST(describe().execution_config().has_workflow_run_timeout());
}

BOOST_AUTO_TEST_CASE(a_run_that_is_over_has_no_options_to_change) {
  start();
  poll();
  complete({complete_workflow()});
  BOOST_TEST(refused(with_priority(1)) == "5 workflow execution already completed");
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
