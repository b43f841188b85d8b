// SPDX-License-Identifier: Apache-2.0
// Workflows that start, signal and cancel each other, by calls alone: in memory, and on a store
// that fails, takes its time, or dies with the service.
#include "test/actors/embedded/requests.hpp"
#include "test/actors/embedded/stored_service.hpp"

#include <temporal/api/command/v1/message.pb.h>

#include <algorithm>
#include <random>
#include <vector>

namespace {

using namespace troupe::embedded;
using namespace std::chrono_literals;
using troupe::test::scripted_store;
namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
using command = temporal::api::command::v1::Command;
using history = temporal::api::history::v1::History;

command start_child(const std::string& id) {
  command made;
  made.set_command_type(enums::COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION);
  auto& to = *made.mutable_start_child_workflow_execution_command_attributes();
  to.set_workflow_id(id);
  to.mutable_workflow_type()->set_name("Child");
  return made;
}

command signal_child(const std::string& id) {
  command made;
  made.set_command_type(enums::COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION);
  auto& to = *made.mutable_signal_external_workflow_execution_command_attributes();
  to.mutable_execution()->set_workflow_id(id);
  to.set_signal_name("go");
  to.set_child_workflow_only(true);
  return made;
}

command cancel_child(const std::string& id) {
  command made;
  made.set_command_type(enums::COMMAND_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION);
  auto& to = *made.mutable_request_cancel_external_workflow_execution_command_attributes();
  to.set_workflow_id(id);
  to.set_child_workflow_only(true);
  return made;
}

command complete() {
  command made;
  made.set_command_type(enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
  made.mutable_complete_workflow_execution_command_attributes();
  return made;
}

command cancel_itself() {
  command made;
  made.set_command_type(enums::COMMAND_TYPE_CANCEL_WORKFLOW_EXECUTION);
  made.mutable_cancel_workflow_execution_command_attributes();
  return made;
}

std::ptrdiff_t count(const history& of, enums::EventType type) {
  return std::ranges::count_if(
      of.events(), [&](const auto& event) { return event.event_type() == type; });
}

/// A parent starts two children, signals one and cancels the other, waits for both; each does as it
/// is told. What a task is answered with follows from the history alone.
std::vector<command> decide(const std::string& id, const history& so_far) {
  if (id == "parent") {
    if (count(so_far, enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED) == 0)
      return {start_child("told"), start_child("cancelled")};
    if (count(so_far, enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED) == 2
        && count(so_far, enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED) == 0)
      return {signal_child("told"), cancel_child("cancelled")};
    if (count(so_far, enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED) == 1
        && count(so_far, enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED) == 1)
      return {complete()};
    return {};
  }
  if (count(so_far, enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED) > 0)
    return {complete()};
  if (count(so_far, enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED) > 0)
    return {cancel_itself()};
  return {};
}

using life = stored_service;

history read(service_fixture& service, const std::string& id) {
  const auto answer = service.send(
      "GetWorkflowExecutionHistory", about<wire::GetWorkflowExecutionHistoryRequest>(id));
  service.shard.advance(1s);
  if (!answer->is_answered || !answer->status.ok())
    return {};
  return answer->as<wire::GetWorkflowExecutionHistoryResponse>().history();
}

/// A worker takes one task, if there is one in three seconds, and answers it.
void work(service_fixture& service) {
  wire::PollWorkflowTaskQueueRequest poll;
  poll.set_namespace_("default");
  poll.mutable_task_queue()->set_name("q");
  const auto polled = service.send("PollWorkflowTaskQueue", poll, 3s);
  service.shard.advance(3s);
  if (!polled->is_answered || !polled->status.ok())
    return;
  const auto task = polled->as<wire::PollWorkflowTaskQueueResponse>();
  if (task.task_token().empty())
    return;
  wire::RespondWorkflowTaskCompletedRequest answer;
  answer.set_task_token(task.task_token());
  for (auto& each : decide(task.workflow_execution().workflow_id(), task.history()))
    *answer.add_commands() = std::move(each);
  service.send("RespondWorkflowTaskCompleted", answer);
  service.shard.advance(100ms);
}

bool is_over(service_fixture& service) {
  return count(read(service, "parent"), enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED) == 1;
}

/// Everything happened once.
void check(service_fixture& service) {
  const auto parent = read(service, "parent");
  for (const auto type :
       {enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED,
        enums::EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_CANCEL_REQUESTED,
        enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED,
        enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED,
        enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED})
    BOOST_TEST(count(parent, type) == 1);
  BOOST_TEST(count(parent, enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED) == 2);
  const auto told = read(service, "told");
  BOOST_TEST(count(told, enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED) == 1);
  BOOST_TEST(count(told, enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED) == 1);
  const auto cancelled = read(service, "cancelled");
  BOOST_TEST(count(cancelled, enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED) == 1);
  BOOST_TEST(count(cancelled, enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED) == 1);
}

std::vector<std::string> ids_by(service_fixture& service, const std::string& query) {
  wire::ListWorkflowExecutionsRequest request;
  request.set_namespace_("default");
  request.set_query(query);
  const auto answer =
      service.call("ListWorkflowExecutions", request)->as<wire::ListWorkflowExecutionsResponse>();
  std::vector<std::string> ids;
  for (const auto& each : answer.executions())
    ids.push_back(each.execution().workflow_id());
  std::ranges::sort(ids);
  return ids;
}

BOOST_AUTO_TEST_SUITE(children)

BOOST_AUTO_TEST_CASE(a_family_of_workflows_runs_to_its_end) {
  service_fixture service;
  service.call("StartWorkflowExecution", start_request("parent"));
  for (int tasks = 0; tasks < 20 && !is_over(service); ++tasks)
    work(service);
  check(service);
  using ids = std::vector<std::string>;
  const ids children{"cancelled", "told"};
  BOOST_TEST(
      ids_by(service, "ParentWorkflowId = 'parent'") == children, boost::test_tools::per_element());
  const ids all{"cancelled", "parent", "told"};
  BOOST_TEST(ids_by(service, "RootWorkflowId = 'parent'") == all, boost::test_tools::per_element());
  const ids roots{"parent"};
  BOOST_TEST(
      ids_by(service, "ParentWorkflowId IS NULL") == roots, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_store_that_fails_delays_a_family_and_doubles_nothing) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed)
    BOOST_TEST_CONTEXT("seed " << seed) {
      life service{std::make_shared<scripted_store::disk>(), seed};
      std::mt19937_64 random{seed};
      int failures = 0;
      service.where->takes = [&] { return std::chrono::milliseconds{random() % 20}; };
      for (int tries = 0; tries < 20; ++tries) {
        const auto started = service.send("StartWorkflowExecution", start_request("parent"));
        service.shard.advance(1s);
        if (started->is_answered && started->status.ok())
          break;
      }
      service.where->fails = [&](const commit_batch&) {
        const bool is_failing = random() % 4 == 0;
        failures += is_failing ? 1 : 0;
        return is_failing;
      };
      for (int tasks = 0; tasks < 300 && !is_over(service); ++tasks)
        work(service);
      service.where->fails = {};
      BOOST_TEST(failures > 0);
      check(service);
    }
}

BOOST_AUTO_TEST_CASE(a_service_that_dies_at_every_commit_loses_and_doubles_nothing) {
  for (const bool before : {false, true})
    for (const std::uint64_t every : {2, 3, 5}) {
      BOOST_TEST_CONTEXT((before ? "before" : "after") << " each commit number " << every) {
        const auto disk = std::make_shared<scripted_store::disk>();
        int deaths = 0;
        bool is_started = false;
        bool is_done = false;
        for (std::uint64_t lives = 1; lives < 200 && !is_done; ++lives) {
          life service{disk, lives};
          std::uint64_t commits = 0;
          const auto may_die = [&] {
            if (is_started && ++commits > every) {
              service.where->crash();
              ++deaths;
            }
          };
          (before ? service.where->before : service.where->after) = may_die;
          if (!is_started) {
            service.call("StartWorkflowExecution", start_request("parent"));
            is_started = true;
          }
          for (int tasks = 0; tasks < 40 && !service.where->is_dead() && !is_done; ++tasks) {
            work(service);
            is_done = !service.where->is_dead() && is_over(service);
          }
        }
        BOOST_TEST(is_done);
        BOOST_TEST(deaths > 0);
        life service{disk, 999};
        check(service);
      }
    }
}

BOOST_AUTO_TEST_CASE(a_child_of_another_namespace_runs_there_if_that_is_allowed) {
  service_settings settings;
  settings.cross_namespace_commands = true;
  service_fixture service{settings};
  wire::RegisterNamespaceRequest made;
  made.set_namespace_("other");
  made.mutable_workflow_execution_retention_period()->set_seconds(86'400);
  service.call("RegisterNamespace", made);
  service.call("StartWorkflowExecution", start_request("parent"));
  wire::PollWorkflowTaskQueueRequest poll;
  poll.set_namespace_("default");
  poll.mutable_task_queue()->set_name("q");
  auto task =
      service.call("PollWorkflowTaskQueue", poll)->as<wire::PollWorkflowTaskQueueResponse>();
  wire::RespondWorkflowTaskCompletedRequest answer;
  answer.set_task_token(task.task_token());
  auto child = start_child("child");
  child.mutable_start_child_workflow_execution_command_attributes()->set_namespace_("other");
  *answer.add_commands() = child;
  BOOST_TEST(service.call("RespondWorkflowTaskCompleted", answer)->status.ok());
  poll.set_namespace_("other");
  task = service.call("PollWorkflowTaskQueue", poll)->as<wire::PollWorkflowTaskQueueResponse>();
  BOOST_TEST(task.workflow_execution().workflow_id() == "child");
  const auto& begun = task.history().events(0).workflow_execution_started_event_attributes();
  BOOST_TEST(begun.parent_workflow_namespace() == "default");
  answer.Clear();
  answer.set_task_token(task.task_token());
  *answer.add_commands() = complete();
  BOOST_TEST(service.call("RespondWorkflowTaskCompleted", answer)->status.ok());
  const auto heard = read(service, "parent");
  BOOST_TEST(count(heard, enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED) == 1);
  BOOST_TEST(count(heard, enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED) == 1);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
