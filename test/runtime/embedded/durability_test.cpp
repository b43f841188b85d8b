// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/deadlines.hpp"
#include "runtime/payload/failure_chain.hpp"
#include "test/runtime/embedded/golden/golden_scenarios.hpp"
#include "test/runtime/embedded/golden/history_player.hpp"
#include "test/runtime/embedded/golden/kept_record.hpp"
#include "test/support/captured_log.hpp"
#include "test/support/history_normaliser.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

/// What a decision changes, what a store keeps of it, and what is left of it after a fault or a
/// crash: held against every golden scenario, decision by decision.
namespace troupe::test {
namespace {

namespace enums = temporal::api::enums::v1;
using namespace std::chrono_literals;

/// Throws if the store's record is not the one in memory, or the index of deadlines is not what the
/// state says.
void check(service_fixture& service, const kept_record& kept) {
  const auto copy = kept.read();
  if (copy == nullptr) {
    if (!embedded::is_empty(service.rec()))
      throw std::runtime_error{"nothing is kept of a record that is not empty"};
    return;
  }
  if (const auto found = difference(service.rec(), *copy); !found.empty())
    throw std::runtime_error{"memory and store differ: " + found};
  const auto indexed = service.rec().deadlines;
  embedded::rebuild_deadlines(service.rec(), service.around());
  if (indexed != service.rec().deadlines)
    throw std::runtime_error{"the index of deadlines is not what the state says"};
}

/// Plays every scenario with a watcher of its own, which `prepare` sets.
template <class Prepare>
void play_all(Prepare prepare) {
  for (const char* scenario : golden_scenarios) {
    BOOST_TEST_CONTEXT(scenario) {
      try {
        const auto recorded = load_history(scenario);
        history_player player{recorded};
        kept_record kept;
        prepare(player.service(), kept);
        const auto report = history_comparison{}.difference(recorded, player.play());
        BOOST_CHECK_MESSAGE(report.empty(), scenario << ": " << report);
      } catch (const std::exception& error) {
        BOOST_ERROR(scenario << ": " << error.what());
      }
    }
  }
}

std::shared_ptr<embedded::record> reread(service_fixture& service, kept_record& kept) {
  auto copy = kept.read();
  BOOST_REQUIRE(copy != nullptr);
  BOOST_TEST(difference(service.rec(), *copy) == "");
  return copy;
}

/// A fixture whose store follows every decision.
struct kept_service : service_fixture {
  kept_service() {
    watcher = [this](service_fixture& service, const embedded::transaction& tx) {
      kept.commit(service.rec(), tx);
    };
  }
  void crash() {
    const auto resumed = restart(reread(*this, kept));
    kept.commit(rec(), resumed);
  }

  kept_record kept;
};

wire::RespondNexusTaskCompletedRequest started_answer() {
  wire::RespondNexusTaskCompletedRequest answer;
  answer.mutable_response()
      ->mutable_start_operation()
      ->mutable_async_success()
      ->set_operation_token("token");
  return answer;
}

} // namespace

BOOST_AUTO_TEST_SUITE(durability)

BOOST_AUTO_TEST_CASE(the_rows_of_every_decision_make_the_record_again) {
  play_all([](service_fixture& player, kept_record& kept) {
    player.watcher = [&kept](service_fixture& service, const embedded::transaction& tx) {
      kept.commit(service.rec(), tx);
      check(service, kept);
    };
  });
}

BOOST_AUTO_TEST_CASE(killed_and_resumed_after_every_decision_the_same_is_written) {
  play_all([](service_fixture& player, kept_record& kept) {
    player.watcher = [&kept](service_fixture& service, const embedded::transaction& tx) {
      kept.commit(service.rec(), tx);
      // An update that no event tells of dies with the service, and its caller asks again.
      if (const auto* on = service.rec().current();
          on && on->updates && !on->updates->waiting.empty())
        return;
      if (auto copy = kept.read()) {
        const auto resumed = service.restart(std::move(copy));
        kept.commit(service.rec(), resumed);
      }
      check(service, kept);
    };
  });
}

BOOST_AUTO_TEST_CASE(a_decision_that_throws_anywhere_leaves_no_trace) {
  const captured_log log;
  int faults = 0;
  play_all([&faults](service_fixture& player, kept_record& kept) {
    player.plants_faults = true;
    player.watcher = [&faults, &kept](service_fixture& service, const embedded::transaction& tx) {
      faults += service.planted.happened ? 1 : 0;
      kept.commit(service.rec(), tx);
      check(service, kept);
    };
  });
  BOOST_TEST(faults > 500);
  BOOST_TEST(log.count("a fault that a test planted") == static_cast<std::size_t>(faults));
}

BOOST_AUTO_TEST_CASE(a_timer_whose_decision_throws_comes_again) {
  const captured_log log;
  service_fixture service;
  service.start();
  service.poll();
  service.complete({start_timer("t", 1s)});
  service.planted.after = 0;
  service.advance(1s);
  service.planted.after.reset();
  BOOST_TEST(service.current().state.timers.size() == 1U);
  BOOST_REQUIRE(service.timer.has_value());
  BOOST_TEST((*service.timer > service.now));
  service.advance_to(*service.timer);
  BOOST_TEST(service.current().state.timers.empty());
}

BOOST_AUTO_TEST_CASE(a_refused_completion_is_undone_and_the_rest_stays) {
  kept_service service;
  service.start();
  service.poll();
  service.complete({start_timer("kept", 100s), schedule_operation()}, true);
  service.decide(embedded::nexus_request_done{
      service.nexus_requests.front().attempt, embedded::nexus_no_answer{}});
  wire::SignalWorkflowExecutionRequest signal;
  signal.mutable_workflow_execution()->set_workflow_id("w");
  signal.set_signal_name("s");
  service.decide(embedded::signal_execution{signal});
  service.poll(true);
  service.decide(embedded::signal_execution{signal});
  const auto before = service.kept.read();
  const auto tx = service.complete(
      {cancel_timer("kept"),
       start_timer("new", 1s),
       schedule_operation(),
       cancel_operation(6),
       schedule_operation("no-such-endpoint")});
  BOOST_TEST(!tx.answer.status.ok());
  check(service, service.kept);
  const auto& state = service.current().state;
  const auto& old = before->current()->state;
  BOOST_TEST(state.timers.contains("kept"));
  BOOST_TEST(state.timers.size() == 1U);
  BOOST_TEST((state.nexus_operations == old.nexus_operations));
  BOOST_TEST(state.task->attempt == 1);
  // What the task hid is in the history now; the operations of the refused commands went nowhere.
  BOOST_TEST(service.event_types().ends_with(
      "WorkflowTaskFailed WorkflowExecutionSignaled WorkflowTaskScheduled"));
  BOOST_TEST(all_of<embedded::nexus_dispatch>(tx).empty());
}

BOOST_AUTO_TEST_CASE(a_transaction_names_only_what_it_changed) {
  service_fixture service;
  service.start();
  service.poll();
  service.complete({start_timer("a", 10s), start_timer("b", 20s), schedule_operation()});
  const auto rows = [&](const embedded::transaction& tx) {
    std::map<embedded::table, int> count;
    for (const auto& each : embedded::rows_of(service.rec(), tx).rows)
      ++count[each.key.where];
    return count;
  };
  const auto fired = rows(service.advance(10s));
  BOOST_TEST(fired.at(embedded::table::timer) == 1);
  BOOST_TEST(fired.at(embedded::table::run_state) == 1);
  BOOST_TEST(fired.at(embedded::table::event) == 2); // TimerFired, WorkflowTaskScheduled
  BOOST_TEST(!fired.contains(embedded::table::nexus_operation));
  BOOST_TEST(!fired.contains(embedded::table::run));
  wire::SignalWorkflowExecutionRequest unknown;
  unknown.mutable_workflow_execution()->set_workflow_id("w");
  const auto refused = service.decide(embedded::signal_execution{unknown});
  BOOST_TEST(!refused.changed);
  BOOST_TEST(embedded::rows_of(service.rec(), refused).rows.empty());
  BOOST_TEST(refused.effects.empty());
}

BOOST_AUTO_TEST_CASE(a_deleted_run_leaves_no_row) {
  kept_service service;
  service.start();
  service.poll();
  service.complete({start_timer("a", 10s), schedule_operation()});
  wire::DeleteWorkflowExecutionRequest request;
  request.mutable_workflow_execution()->set_workflow_id("w");
  const auto tx = service.decide(embedded::delete_execution{request});
  BOOST_TEST(embedded::is_empty(service.rec()));
  BOOST_TEST(service.kept.size() == 0U);
  BOOST_TEST(all_of<embedded::visibility_remove>(tx).size() == 1U);
  BOOST_TEST(all_of<embedded::visibility_put>(tx).empty());
  BOOST_TEST(!service.timer.has_value());
}

BOOST_AUTO_TEST_CASE(a_deleted_run_brings_none_before_it_back) {
  kept_service service;
  std::vector<std::string> runs;
  for (int i = 0; i != 2; ++i) {
    runs.push_back(service.start().run_id());
    service.poll();
    service.complete({complete_workflow()});
  }
  const auto of = [](const std::string& run_id) {
    wire::DeleteWorkflowExecutionRequest request;
    request.mutable_workflow_execution()->set_workflow_id("w");
    request.mutable_workflow_execution()->set_run_id(run_id);
    return request;
  };
  BOOST_TEST(service.decide(embedded::delete_execution{of("")}).answer.status.ok());
  for (const bool is_read_again : {false, true}) {
    if (is_read_again)
      service.crash();
    BOOST_TEST((service.rec().current() == nullptr));
    BOOST_TEST((service.rec().find(runs[0]) != nullptr));
    wire::ResetWorkflowExecutionRequest reset;
    reset.mutable_workflow_execution()->set_workflow_id("w");
    reset.mutable_workflow_execution()->set_run_id(runs[0]);
    reset.set_request_id("r");
    reset.set_workflow_task_finish_event_id(4);
    for (const auto& answer :
         {service.decide(embedded::delete_execution{of("")}).answer,
          service.decide(embedded::reset_execution{reset}).answer})
      BOOST_TEST(answer.status.message == "workflow not found for ID: w");
  }
  // Nothing is in the way of a new one.
  auto request = service.start_request();
  request.set_workflow_id_reuse_policy(enums::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE);
  BOOST_TEST(service.decide(embedded::start_execution{request}).answer.status.message == "");
  BOOST_TEST((service.rec().current() != nullptr));
  BOOST_TEST(service.decide(embedded::delete_execution{of(runs[0])}).answer.status.ok());
  BOOST_TEST((service.rec().current() != nullptr));
}

BOOST_AUTO_TEST_CASE(rows_that_are_no_record_are_named_and_not_read) {
  kept_service service;
  service.start();
  service.poll();
  service.complete({start_timer("a", 10s), schedule_operation()});
  std::vector<embedded::row> all;
  for (const auto& [key, value] : service.kept.rows())
    all.push_back({key, value});
  BOOST_TEST(embedded::read_record(all).problem == "");
  BOOST_TEST((embedded::read_record({}).rec == nullptr));
  for (std::size_t at = 0; at < all.size(); ++at) {
    const auto where = all[at].key.where;
    auto less = all;
    less.erase(less.begin() + static_cast<std::ptrdiff_t>(at));
    if (where == embedded::table::record || where == embedded::table::run
        || where == embedded::table::run_state || where == embedded::table::event)
      BOOST_TEST(embedded::read_record(less).problem != "");
    auto broken = all;
    broken[at].value = "\xff\xff\xff";
    BOOST_TEST(embedded::read_record(broken).problem != "");
    BOOST_TEST((embedded::read_record(broken).rec == nullptr));
  }
}

BOOST_AUTO_TEST_CASE(what_a_breaker_held_at_a_crash_goes_out_afterwards) {
  for (const bool cancelation : {false, true}) {
    kept_service service;
    service.start();
    service.poll();
    service.complete({schedule_operation()});
    if (cancelation) {
      const auto answer = started_answer();
      service.decide(embedded::nexus_request_done{service.nexus_requests.front().attempt, &answer});
      service.poll();
      service.complete({cancel_operation(5)});
    }
    const auto attempt = service.nexus_requests.back().attempt;
    BOOST_TEST(attempt.cancelation == cancelation);
    service.decide(embedded::nexus_request_held{attempt, true});
    service.crash();
    BOOST_REQUIRE(service.nexus_requests.size() == 1U);
    BOOST_TEST(service.nexus_requests.front().attempt.number == attempt.number);
    BOOST_TEST(service.nexus_requests.front().attempt.cancelation == cancelation);
    const auto& operation = service.current().state.nexus_operations.at(5);
    BOOST_TEST(!operation.sent.blocked);
    BOOST_TEST((!operation.cancel || !operation.cancel->sent.blocked));
    // And the same without a store, when an actor hands the record on as it is.
    service.decide(embedded::nexus_request_held{attempt, true});
    const auto again = embedded::resume(service.rec(), service.around());
    BOOST_TEST(all_of<embedded::nexus_dispatch>(again).size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_delivery_that_was_out_at_a_crash_goes_out_again) {
  kept_service service;
  auto asked = service.start_request();
  asked.add_completion_callbacks()->mutable_nexus()->set_url("temporal://system");
  service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{asked});
  service.poll();
  service.complete({complete_workflow("1")});
  BOOST_REQUIRE(service.callbacks.size() == 1U);
  const auto key = service.callbacks.front().key();
  service.crash();
  BOOST_REQUIRE(service.callbacks.size() == 1U);
  BOOST_TEST(service.callbacks.front().key() == key);
  BOOST_TEST(service.callbacks.front().completion.result->data() == "1");
}

BOOST_AUTO_TEST_CASE(pauses_of_retries_and_timers_survive_a_crash) {
  kept_service service;
  service.start();
  service.poll();
  service.complete({start_timer("t", 60s), schedule_operation()});
  service.decide(embedded::nexus_request_done{
      service.nexus_requests.front().attempt, embedded::nexus_no_answer{}});
  const auto armed = service.timer;
  service.crash();
  BOOST_TEST(service.nexus_requests.empty());
  BOOST_TEST((service.timer == armed));
  service.advance_to(*armed);
  BOOST_TEST(service.nexus_requests.size() == 1U);
  service.advance(60s);
  BOOST_TEST(service.current().state.timers.empty());
}

BOOST_AUTO_TEST_CASE(the_last_failure_of_whatever_is_tried_again_can_be_described_and_read) {
  const auto chain = [](temporal::api::failure::v1::Failure& to) {
    auto* level = &to;
    for (int i = 0; i < 95; ++i)
      level = level->mutable_cause();
  };
  const auto depth = [](const temporal::api::failure::v1::Failure& of) {
    int levels = 1;
    for (const auto* at = &of; at->has_cause(); at = &at->cause())
      ++levels;
    return levels;
  };
  const auto check = [&](kept_service& service, const auto& failure_in) {
    reread(service, service.kept);
    wire::DescribeWorkflowExecutionRequest request;
    request.mutable_execution()->set_workflow_id("w");
    wire::DescribeWorkflowExecutionResponse described;
    BOOST_REQUIRE(described.ParseFromString(
        embedded::describe(service.rec(), request).message->SerializeAsString()));
    BOOST_TEST(depth(failure_in(described)) == max_failure_depth + 1); // and what was cut, in one
  };
  wire::RespondNexusTaskFailedRequest error;
  error.mutable_failure()->mutable_nexus_handler_failure_info()->set_type("UNAVAILABLE");
  chain(*error.mutable_failure());
  const auto take = [](kept_service& service) {
    BOOST_REQUIRE(!service.nexus_requests.empty());
    auto attempt = service.nexus_requests.front().attempt;
    service.nexus_requests.clear();
    return attempt;
  };
  {
    kept_service service;
    service.start();
    service.poll();
    service.complete({schedule_operation()});
    service.decide(embedded::nexus_request_done{take(service), &error});
    check(service, [](const auto& described) {
      return described.pending_nexus_operations(0).last_attempt_failure();
    });
  }
  {
    kept_service service;
    service.start();
    service.poll();
    service.complete({schedule_operation()});
    const auto started = started_answer();
    service.decide(embedded::nexus_request_done{take(service), &started});
    service.poll();
    service.complete({cancel_operation(5)});
    service.decide(embedded::nexus_request_done{take(service), &error});
    check(service, [](const auto& described) {
      return described.pending_nexus_operations(0).cancellation_info().last_attempt_failure();
    });
  }
  kept_service service;
  auto asked = service.start_request();
  asked.add_completion_callbacks()->mutable_nexus()->set_url("temporal://system");
  service.expect<wire::StartWorkflowExecutionResponse>(embedded::start_execution{asked});
  service.poll();
  service.complete({complete_workflow()});
  BOOST_REQUIRE(service.callbacks.size() == 1U);
  auto failure = std::make_shared<temporal::api::failure::v1::Failure>();
  chain(*failure);
  service.decide(embedded::callback_done{
      service.callbacks[0].run_id,
      service.callbacks[0].callback_id,
      1,
      embedded::callback_done::result::retry,
      failure});
  check(
      service, [](const auto& described) { return described.callbacks(0).last_attempt_failure(); });
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace troupe::test
