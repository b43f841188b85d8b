// SPDX-License-Identifier: Apache-2.0
// What a client does to a running workflow besides messages.

#include "test/actors/testing/words_fixture.hpp"

#include <troupe/client.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace std::chrono_literals;

using namespace words;

BOOST_FIXTURE_TEST_SUITE(changes, fixture)

BOOST_AUTO_TEST_CASE(a_priority_counts_from_its_change_on) {
  auto handle = start();
  handle.change_options({.priority = troupe::priority{.key = 4}});
  handle.signal("say", std::string{"two"});
  BOOST_TEST(handle.result() == "one two 4 of words");
}

BOOST_AUTO_TEST_CASE(a_reset_run_goes_on_with_what_came_since) {
  auto handle = start();
  handle.change_options(
      {.priority = troupe::priority{.key = 2},
       .versioning = troupe::versioning_override::auto_upgrade});
  const auto run = handle.reset({.event_id = 4, .reason = "again"});
  BOOST_TEST(run != handle.run_id());
  auto again = client.get_workflow<std::string>("w", run);
  again.signal("say", std::string{"two"});
  BOOST_TEST(again.result() == "one two 2 of words");

  auto other = start();
  const auto without = other.reset({.event_id = 4, .exclude = {troupe::reset_exclusion::signals}});
  auto fresh = client.get_workflow<std::string>("w", without);
  fresh.signal("say", std::string{"two"});
  fresh.signal("say", std::string{"three"});
  BOOST_TEST(fresh.result() == "two three 0 of words");
}

BOOST_AUTO_TEST_CASE(a_run_goes_back_to_its_first_or_last_task_without_event_ids) {
  auto handle = start();
  env.run();
  const auto first = handle.reset(
      {.to = troupe::reset_point::first_workflow_task,
       .exclude = {troupe::reset_exclusion::signals},
       .change = {.priority = troupe::priority{.key = 3}}});
  auto again = client.get_workflow<std::string>("w", first);
  again.signal("say", std::string{"two"});
  env.run();
  again.signal("say", std::string{"three"});
  BOOST_TEST(again.result() == "two three 3 of words");

  // Of the task that came last, and had the activity's result: it is done again.
  const auto last = again.reset({.to = troupe::reset_point::last_workflow_task});
  BOOST_TEST(client.get_workflow<std::string>("w", last).result() == "two three 3 of words");

  BOOST_CHECK_THROW(
      (void)again.reset({.to = troupe::reset_point::last_continued_as_new}), troupe::rpc_error);
  BOOST_CHECK_THROW(
      (void)again.reset({.to = troupe::reset_point::build_id, .build_id = "unknown"}),
      troupe::rpc_error);
}

BOOST_AUTO_TEST_CASE(a_workflow_that_is_removed_is_gone_whether_it_runs_or_not) {
  for (const bool is_closed : {false, true}) {
    auto handle = start();
    if (is_closed)
      handle.terminate();
    handle.remove();
    env.run();
    BOOST_CHECK_EXCEPTION((void)handle.describe(), troupe::rpc_error, [](const auto& error) {
      return error.code() == troupe::status_code::not_found;
    });
    BOOST_CHECK_THROW(handle.remove(), troupe::rpc_error);
  }
}

BOOST_AUTO_TEST_CASE(what_the_service_refuses_is_thrown) {
  auto handle = start();
  BOOST_CHECK_THROW(handle.reset({.event_id = 1}), troupe::rpc_error);
  BOOST_CHECK_THROW(handle.pause(), troupe::rpc_error);
  handle.terminate();
  BOOST_CHECK_THROW(
      handle.change_options({.priority = troupe::priority{.key = 1}}), troupe::rpc_error);
}

BOOST_AUTO_TEST_SUITE_END()
