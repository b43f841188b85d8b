// SPDX-License-Identifier: Apache-2.0
// The judge of the golden scenarios must see every difference.

#include "test/golden/comparison.hpp"
#include "test/support/history_normaliser.hpp"

#include <boost/test/unit_test.hpp>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // recorded events have old fields set

namespace troupe::test {
namespace {

std::string compare(const history& recorded, const history& made) {
  history_comparison world;
  return test::compare(world, recorded, made);
}

} // namespace

BOOST_AUTO_TEST_SUITE(comparison)

BOOST_AUTO_TEST_CASE(a_history_is_the_same_as_itself_at_another_time_by_another_worker) {
  const auto recorded = load_history("workflow/complete.json");
  auto made = recorded;
  for (auto& event : *made.mutable_events())
    event.mutable_event_time()->set_seconds(event.event_time().seconds() + 86'400);
  auto& started = *made.mutable_events(2)->mutable_workflow_task_started_event_attributes();
  started.set_request_id("00000000-0000-0000-0000-000000000001");
  BOOST_TEST(compare(recorded, made).empty());
}

BOOST_AUTO_TEST_CASE(an_id_that_stands_for_another_is_found) {
  const auto recorded = load_history("nexus/sync-success.json");
  auto made = recorded;
  auto& started = *made.mutable_events(0)->mutable_workflow_execution_started_event_attributes();
  started.set_first_execution_run_id("00000000-0000-0000-0000-000000000001");
  BOOST_TEST(compare(recorded, made).starts_with("event 1 differs"));
}

BOOST_AUTO_TEST_CASE(an_id_is_followed_from_one_history_to_the_other) {
  auto caller = load_history("nexus/run-success.json");
  auto handler = load_history("nexus/run-success.handler.json");
  history_comparison same;
  BOOST_TEST(test::compare(same, caller, caller).empty());
  BOOST_TEST(test::compare(same, handler, handler).empty());
  history_comparison other;
  BOOST_TEST(test::compare(other, caller, caller).empty());
  auto made = handler;
  auto& link = *made.mutable_events(0)
                    ->mutable_workflow_execution_started_event_attributes()
                    ->mutable_completion_callbacks(0)
                    ->mutable_links(0)
                    ->mutable_workflow_event();
  link.set_run_id("00000000-0000-0000-0000-000000000001");
  BOOST_TEST(test::compare(other, handler, made).starts_with("event 1 differs"));
}

BOOST_AUTO_TEST_CASE(another_role_is_found) {
  const auto recorded = load_history("workflow/complete.json");
  auto made = recorded;
  made.mutable_events(2)->mutable_workflow_task_started_event_attributes()->set_identity(
      "golden-client");
  BOOST_TEST(compare(recorded, made).starts_with("event 3 differs"));
}

BOOST_AUTO_TEST_CASE(a_timer_that_fires_at_another_time_is_found) {
  const auto recorded = load_history("workflow/run-timeout.json");
  auto made = recorded;
  auto& last = *made.mutable_events(made.events_size() - 1);
  last.mutable_event_time()->set_seconds(last.event_time().seconds() + 1);
  BOOST_TEST(compare(recorded, made).find("instead of") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(another_attribute_is_found_and_both_sides_are_shown) {
  const auto recorded = load_history("workflow/complete.json");
  auto made = recorded;
  made.mutable_events(1)->mutable_workflow_task_scheduled_event_attributes()->set_attempt(2);
  const auto report = compare(recorded, made);
  BOOST_TEST(report.starts_with("event 2 differs"));
  BOOST_TEST(report.find("\"attempt\": 1") != std::string::npos);
  BOOST_TEST(report.find("\"attempt\": 2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_attribute_more_or_less_is_found) {
  const auto recorded = load_history("workflow/complete.json");
  auto made = recorded;
  made.mutable_events(4)->mutable_workflow_execution_completed_event_attributes()->clear_result();
  BOOST_TEST(compare(recorded, made).starts_with("event 5 differs"));
  BOOST_TEST(compare(made, recorded).starts_with("event 5 differs"));
}

BOOST_AUTO_TEST_CASE(an_event_more_or_less_is_found) {
  const auto recorded = load_history("workflow/complete.json");
  auto made = recorded;
  made.mutable_events()->RemoveLast();
  BOOST_TEST(compare(recorded, made).find("ours: no more events") != std::string::npos);
  BOOST_TEST(compare(made, recorded).find("recorded: no more events") != std::string::npos);
  BOOST_TEST(compare(recorded, {}).starts_with("event 1 differs"));
}

BOOST_AUTO_TEST_CASE(words_are_exchanged_in_texts_and_payloads) {
  auto recorded = load_history("workflow/complete.json");
  in_our_words(recorded, {{"world", "planet"}, {"Complete", "Finish"}});
  const auto& started = recorded.events(0).workflow_execution_started_event_attributes();
  BOOST_TEST(started.workflow_type().name() == "Finish");
  BOOST_TEST(started.input().payloads(0).data() == "\"planet\"");
}

BOOST_AUTO_TEST_CASE(a_worker_that_names_no_build_says_so_of_its_activities) {
  auto recorded = load_history("activity/success.json");
  BOOST_TEST(recorded.events(4).activity_task_scheduled_event_attributes().use_workflow_build_id());
  forget_builds(recorded);
  BOOST_TEST(
      !recorded.events(4).activity_task_scheduled_event_attributes().use_workflow_build_id());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
