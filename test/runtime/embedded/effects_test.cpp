// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/service_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace troupe::test {
namespace {

using namespace std::chrono_literals;
using keys = std::vector<std::string>;

/// The keys of the effects that want an acknowledgement, sorted.
template <class... Effect>
keys keys_of(const embedded::transaction& tx) {
  keys found;
  for (const auto& each : tx.effects)
    if ((std::holds_alternative<Effect>(each) || ...))
      found.push_back(embedded::key_of(each));
  std::sort(found.begin(), found.end());
  return found;
}

keys acknowledged(const embedded::transaction& tx) {
  return keys_of<
      embedded::workflow_task_dispatch,
      embedded::nexus_dispatch,
      embedded::callback_delivery,
      embedded::record_timer>(tx);
}

} // namespace

BOOST_AUTO_TEST_SUITE(effects)

BOOST_AUTO_TEST_CASE(no_two_effects_of_a_decision_share_a_key) {
  service_fixture service;
  service.start();
  service.poll();
  const auto tx = service.complete(
      {start_timer("t", 1s), schedule_operation(), schedule_operation(), schedule_operation()});
  auto all = keys{};
  for (const auto& each : tx.effects)
    all.push_back(embedded::key_of(each));
  std::sort(all.begin(), all.end());
  BOOST_TEST(all.size() >= 5U);
  BOOST_TEST((std::adjacent_find(all.begin(), all.end()) == all.end()));
}

BOOST_AUTO_TEST_CASE(a_request_derived_again_has_its_old_key) {
  service_fixture service;
  service.start();
  service.poll();
  const auto sent = keys_of<embedded::nexus_dispatch>(
      service.complete({schedule_operation(), schedule_operation()}));
  BOOST_TEST(sent.size() == 2U);
  const auto again = embedded::resume(service.rec(), service.around());
  BOOST_TEST(keys_of<embedded::nexus_dispatch>(again) == sent, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_next_attempt_has_another_key) {
  service_fixture service;
  service.start();
  service.poll();
  const auto first = keys_of<embedded::nexus_dispatch>(service.complete({schedule_operation()}));
  const auto attempt = service.nexus_requests.front().attempt;
  service.decide(embedded::nexus_request_done{attempt, embedded::nexus_no_answer{}});
  const auto second = keys_of<embedded::nexus_dispatch>(service.advance(1s));
  BOOST_REQUIRE(second.size() == 1U);
  BOOST_TEST(second.front() != first.front());
}

BOOST_AUTO_TEST_CASE(a_task_nobody_took_is_derived_again_with_its_old_key) {
  service_fixture service;
  const auto request = service.start_request();
  const auto started = service.decide(embedded::start_execution{request});
  const auto again = embedded::resume(service.rec(), service.around());
  BOOST_TEST(acknowledged(again) == acknowledged(started), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_task_that_was_taken_is_not_derived_again) {
  service_fixture service;
  service.start();
  service.poll();
  const auto again = embedded::resume(service.rec(), service.around());
  BOOST_TEST(all_of<embedded::workflow_task_dispatch>(again).empty());
}

BOOST_AUTO_TEST_CASE(an_activity_nobody_took_is_derived_again_with_its_old_key) {
  service_fixture service;
  service.start();
  service.poll();
  command_api::Command command;
  command.set_command_type(temporal::api::enums::v1::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK);
  auto& to = *command.mutable_schedule_activity_task_command_attributes();
  to.set_activity_id("a");
  to.mutable_activity_type()->set_name("A");
  to.mutable_task_queue()->set_name("aq");
  to.mutable_start_to_close_timeout()->set_seconds(10);
  const auto sent = keys_of<embedded::activity_task_dispatch>(service.complete({command}));
  BOOST_TEST(sent.size() == 1U);
  const auto again = embedded::resume(service.rec(), service.around());
  BOOST_TEST(
      keys_of<embedded::activity_task_dispatch>(again) == sent, boost::test_tools::per_element());
}

// Its tasks and requests are still under way; what its return decides is new.
BOOST_AUTO_TEST_CASE(a_record_that_comes_back_sends_only_what_is_new) {
  service_fixture service;
  service.start();
  BOOST_TEST(all_of<embedded::workflow_task_dispatch>(
                 embedded::resume(service.rec(), service.around(), embedded::resumes::timer))
                 .empty());
  service.poll();
  auto operation = schedule_operation();
  operation.mutable_schedule_nexus_operation_command_attributes()
      ->mutable_schedule_to_close_timeout()
      ->set_seconds(10);
  service.complete({operation});
  const auto early = embedded::resume(service.rec(), service.around(), embedded::resumes::timer);
  BOOST_TEST(all_of<embedded::nexus_dispatch>(early).empty());
  BOOST_TEST(all_of<embedded::workflow_task_dispatch>(early).empty());
  // So late that no request can be made any more.
  service.now += 9'500ms;
  const auto late = embedded::resume(service.rec(), service.around(), embedded::resumes::timer);
  BOOST_TEST(service.event_types().ends_with("NexusOperationTimedOut WorkflowTaskScheduled"));
  BOOST_TEST(all_of<embedded::nexus_dispatch>(late).empty());
  BOOST_TEST(all_of<embedded::workflow_task_dispatch>(late).size() == 1U);
  BOOST_TEST(all_of<embedded::readers_wake>(late).size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_attempt_that_was_held_back_too_late_changes_nothing) {
  service_fixture service;
  service.start();
  service.poll();
  service.complete({schedule_operation()});
  const auto first = service.nexus_requests.front().attempt;
  service.decide(embedded::nexus_request_done{first, embedded::nexus_no_answer{}});
  BOOST_TEST(all_of<embedded::nexus_dispatch>(service.advance(1s)).size() == 1U);
  for (const bool blocked : {true, false}) {
    const auto late = service.decide(embedded::nexus_request_held{first, blocked});
    BOOST_TEST(all_of<embedded::nexus_dispatch>(late).empty());
  }
  const auto second = service.nexus_requests.back().attempt;
  const auto held = service.decide(embedded::nexus_request_held{second, false});
  BOOST_TEST(all_of<embedded::nexus_dispatch>(held).size() == 1U);
}

BOOST_AUTO_TEST_CASE(readers_and_the_row_hear_of_each_run_once) {
  service_fixture service;
  service.start();
  service.poll();
  const auto tx = service.complete({complete_workflow()});
  BOOST_TEST(all_of<embedded::visibility_put>(tx).size() == 1U);
  BOOST_TEST(all_of<embedded::readers_wake>(tx).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
