// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/embedded/service_fixture.hpp"

#include <boost/test/unit_test.hpp>

/// A decision costs what it touches. bench/records.cpp measures the same in nanoseconds.
namespace troupe::test {
namespace {

using namespace std::chrono_literals;

void run_once(service_fixture& service) {
  service.start();
  service.poll();
  service.complete({complete_workflow()});
}

/// How many runs a life of a run looks at, in a record with so many closed ones.
std::size_t visits_with(int closed) {
  service_fixture service;
  service.known.retained = 24h;
  for (int each = 0; each < closed; ++each)
    run_once(service);
  const auto before = service.rec().runs.visits();
  service.start();
  service.poll();
  wire::SignalWorkflowExecutionRequest signal;
  signal.mutable_workflow_execution()->set_workflow_id("w");
  signal.set_signal_name("s");
  service.expect<wire::SignalWorkflowExecutionResponse>(embedded::signal_execution{signal});
  service.complete({start_timer("t", 1s), schedule_operation()});
  service.advance(1s);
  service.poll();
  service.complete({schedule_operation("no-such-endpoint")});
  wire::TerminateWorkflowExecutionRequest terminate;
  terminate.mutable_workflow_execution()->set_workflow_id("w");
  service.expect<wire::TerminateWorkflowExecutionResponse>(
      embedded::terminate_execution{terminate});
  run_once(service);
  return service.rec().runs.visits() - before;
}

} // namespace

BOOST_AUTO_TEST_SUITE(record_cost)

BOOST_AUTO_TEST_CASE(closed_runs_are_not_visited_however_many_there_are) {
  const auto few = visits_with(10);
  BOOST_TEST(few < 100U);
  BOOST_TEST(visits_with(1000) == few);
}

BOOST_AUTO_TEST_CASE(a_timer_that_fires_changes_no_other) {
  service_fixture service;
  service.start();
  service.poll();
  std::vector<command_api::Command> commands;
  for (int each = 0; each < 500; ++each)
    commands.push_back(start_timer("t" + std::to_string(each), std::chrono::seconds{each + 1}));
  service.complete(commands);
  BOOST_TEST(service.rec().deadlines.size() == 500U);
  for (int each = 1; each <= 500; ++each) {
    service.advance(1s);
    BOOST_TEST(service.current().state.timers.size() == static_cast<std::size_t>(500 - each));
  }
  BOOST_TEST(service.rec().deadlines.empty());
}

BOOST_AUTO_TEST_CASE(the_timer_is_armed_anew_only_when_it_changed) {
  service_fixture service;
  service.start();
  service.poll();
  service.complete({start_timer("t", 10s)});
  wire::SignalWorkflowExecutionRequest signal;
  signal.mutable_workflow_execution()->set_workflow_id("w");
  signal.set_signal_name("s");
  const auto tx = service.decide(embedded::signal_execution{signal});
  BOOST_TEST(all_of<embedded::record_timer>(tx).empty());
  // One that came early is armed again.
  const auto early = service.advance(1s);
  BOOST_TEST(!early.changed);
  BOOST_REQUIRE(all_of<embedded::record_timer>(early).size() == 1U);
  BOOST_TEST((all_of<embedded::record_timer>(early).front().when == service.now + 9s));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
