// SPDX-License-Identifier: Apache-2.0
#include "test/actors/worker/worker_fixture.hpp"
#include "test/support/captured_log.hpp"

#include <boost/test/unit_test.hpp>

using namespace troupe::test;
using troupe::actors::poll_result;
using troupe::actors::poll_source;
using troupe::actors::task_outcome;
using troupe::actors::worker_phase;

namespace {

constexpr auto poll = "PollNexusTaskQueue";
constexpr auto completed = "RespondNexusTaskCompleted";
constexpr auto probe = "GetSystemInfo";

struct garbage {
  std::string SerializeAsString() const { return "\xff\xff\xff"; }
};

/// Dies of the first answer that it reads.
class doomed_source final : public poll_source {
public:
  troupe::rpc::bytes make_request() override { return {}; }
  poll_result read(troupe::rpc::bytes, const troupe::actors::poller_handle&) override {
    throw std::runtime_error("doomed");
  }
};

/// A station whose first source is doomed.
class doomed_station final : public troupe::actors::task_station {
public:
  explicit doomed_station(std::unique_ptr<task_station> real) : real_(std::move(real)) {}
  std::unique_ptr<poll_source> make_source(
      const std::shared_ptr<troupe::actors::worker_context>& worker, std::size_t type) override {
    if (std::exchange(first_, false))
      return std::make_unique<doomed_source>();
    return real_->make_source(worker, type);
  }
  void close() override { real_->close(); }

private:
  std::unique_ptr<task_station> real_;
  bool first_ = true;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(polling, worker_fixture)

BOOST_AUTO_TEST_CASE(a_poll_that_does_not_come_back_in_twice_its_time_is_made_again) {
  captured_log log;
  nexus_slots = 2;
  serve_nexus();
  start();
  BOOST_REQUIRE(service.open(poll).size() == 2u);
  service.lose(*service.open(poll).at(0));
  clock->advance(140s - 1ns);
  BOOST_TEST(service.open(poll).size() == 1u); // the other one is made again when its time is over
  BOOST_TEST(metric("polls_lost") == 0);
  clock->advance(1ns);
  BOOST_TEST(service.open(poll).size() == 2u);
  BOOST_TEST(metric("polls_lost") == 1);
  BOOST_TEST(metric("num_pollers") == 2);
  BOOST_TEST(log.count("polls did not come back in twice their time") == 1u);
  // The slot came back with it: both polls bring tasks.
  for (const char* token : {"a", "b"}) {
    give(poll, nexus_task("quick", token));
    answer(completed, wire::RespondNexusTaskCompletedResponse{});
  }
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 2u);
  clock->advance(1h);
  BOOST_TEST(metric("polls_lost") == 1);
  // Also while the worker stops.
  service.lose(*service.open(poll).at(0));
  stop();
  BOOST_TEST((core->phase() == worker_phase::draining));
  clock->advance(140s);
  BOOST_TEST((core->phase() == worker_phase::stopped));
}

BOOST_AUTO_TEST_CASE(keeps_as_many_polls_open_as_it_was_told) {
  serve_nexus();
  start();
  BOOST_TEST(service.open(poll).size() == 2u);
  BOOST_TEST((core->phase() == worker_phase::running));
  auto request = service.open(poll).front()->as<wire::PollNexusTaskQueueRequest>();
  BOOST_TEST(request.namespace_() == "default");
  BOOST_TEST(request.task_queue().name() == "queue");
  BOOST_TEST(request.identity() == "me");
}

BOOST_AUTO_TEST_CASE(never_polls_more_than_it_has_free_slots) {
  nexus_slots = 3;
  nexus_pollers = {3, 3, 3};
  serve_nexus();
  start();
  BOOST_TEST(service.open(poll).size() == 3u);
  give(poll, nexus_task("plain", "a"));
  give(poll, nexus_task("plain", "b"));
  BOOST_TEST(service.open(poll).size() == 1u);
  give(poll, nexus_task("plain", "c"));
  BOOST_TEST(service.open(poll).empty());
  pool->run_one();
  clock->run_until_idle();
  BOOST_TEST(
      service.open(poll).empty()); // the slot comes back when the answer is taken, not before
  answer(completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST(service.open(poll).size() == 1u);
}

BOOST_AUTO_TEST_CASE(one_slot_serves_with_two_shards) {
  nexus_slots = 1;
  serve_nexus();
  start(2);
  BOOST_TEST(service.open(poll).size() == 1u);
  for (const char* token : {"a", "b", "c"}) {
    give(poll, nexus_task("quick", token));
    BOOST_TEST(service.open(poll).empty());
    answer(completed, wire::RespondNexusTaskCompletedResponse{});
    BOOST_TEST(service.open(poll).size() == 1u);
  }
}

BOOST_AUTO_TEST_CASE(shards_share_the_slots) {
  nexus_slots = 3;
  nexus_pollers = {4, 4, 4};
  serve_nexus();
  start(2);
  BOOST_TEST(service.open(poll).size() == 3u);
}

BOOST_AUTO_TEST_CASE(two_workflow_slots_give_one_poll_to_each_kind) {
  workflow_slots = 2;
  serve_workflows();
  start(2);
  BOOST_TEST(service.open("PollWorkflowTaskQueue").size() == 2u);
  BOOST_TEST(workflow_poll(true) != nullptr);
  BOOST_TEST(workflow_poll(false) != nullptr);
}

BOOST_AUTO_TEST_CASE(polls_again_after_an_empty_poll) {
  serve_nexus();
  start();
  clock->advance(60s);
  give(poll, wire::PollNexusTaskQueueResponse{});
  BOOST_TEST(service.open(poll).size() == 2u);
  BOOST_TEST(counters().nexus_poll_no_task.get() == 1u);
}

BOOST_AUTO_TEST_CASE(a_poll_that_runs_into_its_timeout_is_an_empty_one) {
  serve_nexus();
  start();
  clock->advance(71s);
  BOOST_TEST(service.all(poll).size() == 4u);
  BOOST_TEST(service.open(poll).size() == 2u);
  BOOST_TEST(metric("poll_errors") == 0);
}

BOOST_AUTO_TEST_CASE(empty_answers_that_come_at_once_do_not_make_a_busy_loop) {
  service.answer_with(
      poll, [](const auto&) { return wire::PollNexusTaskQueueResponse{}.SerializeAsString(); });
  serve_nexus();
  start();
  clock->advance(1s);
  BOOST_TEST(service.all(poll).size() < 20u);
}

BOOST_AUTO_TEST_CASE(a_failing_poll_is_tried_again_after_growing_pauses_for_ever) {
  service.answer_with(poll, [](const auto&) {
    return troupe::rpc_status{troupe::status_code::unavailable, "connection refused", {}};
  });
  captured_log log{troupe::log::level::info};
  serve_nexus();
  start();
  BOOST_TEST(log.count("the service cannot be reached, reconnecting") == 1u);
  BOOST_TEST(log.count("code=UNAVAILABLE error=connection refused") == 1u);
  const auto at_once = service.all(poll).size();
  BOOST_TEST(at_once == 2u);
  clock->advance(159ms); // 200 ms less a fifth
  BOOST_TEST(service.all(poll).size() == at_once);
  clock->advance(82ms);
  BOOST_TEST(service.all(poll).size() == at_once + 1); // one finds out
  clock->advance(1h);
  const auto after_an_hour = service.all(poll).size();
  BOOST_TEST(after_an_hour > 300u);
  BOOST_TEST(after_an_hour < 400u);                              // every 10 s
  BOOST_TEST(log.count("the service cannot be reached") < 100u); // said again now and then
  // The service is back.
  service.answer_with(poll, [](const auto&) { return std::nullopt; });
  clock->advance(12s); // 10 s and a fifth
  BOOST_TEST(service.open(poll).size() >= 1u);
  clock->advance(1500ms);
  BOOST_TEST(service.open(poll).size() == 2u);
  give(poll, nexus_task("quick", "a"));
  answer(completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST(log.count("reconnected") == 1u);
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 1u);
}

// A poll that finds the service there again comes back a minute later, if there is no task.
BOOST_AUTO_TEST_CASE(a_service_that_is_there_again_is_told_of_before_a_poll_comes_back) {
  const auto gone = [](const auto&) {
    return troupe::rpc_status{troupe::status_code::unavailable, "connection refused", {}};
  };
  service.answer_with(poll, gone);
  service.answer_with(probe, gone);
  captured_log log{troupe::log::level::info};
  serve_nexus();
  start();
  clock->advance(10min);
  const auto probes = service.all(probe).size();
  BOOST_TEST(probes > 50u); // one with each try
  BOOST_TEST(probes <= service.all(poll).size());
  BOOST_TEST(log.count("reconnected") == 0u);
  service.answer_with(poll, [](const auto&) { return std::nullopt; });
  service.answer_with(probe, [](const auto&) { return std::string{}; });
  clock->advance(13s); // the longest pause, and a second
  BOOST_TEST(service.open(poll).size() == 2u);
  BOOST_REQUIRE(log.lines_of("reconnected").size() == 1u);
  const auto line = log.lines_of("reconnected")[0];
  BOOST_TEST(line.at("namespace") == "default");
  BOOST_TEST(line.at("task_queue") == "queue");
  BOOST_TEST(std::stoi(line.at("after_seconds")) >= 600);
  BOOST_TEST(metric("request", {{"operation", "GetSystemInfo"}}) == double(probes + 1));
  // Nobody asks any more, and it is said once.
  clock->advance(1h);
  BOOST_TEST(service.all(probe).size() == probes + 1);
  BOOST_TEST(log.lines_of("reconnected").size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_service_that_answers_but_takes_no_polls_is_not_there_again) {
  service.answer_with(poll, [](const auto&) {
    return troupe::rpc_status{troupe::status_code::unavailable, "not enough hosts", {}};
  });
  service.answer_with(probe, [](const auto&) { return std::string{}; });
  captured_log log{troupe::log::level::info};
  serve_nexus();
  start();
  clock->advance(1h);
  BOOST_TEST(log.count("reconnected") == 0u);
  BOOST_TEST(log.count("the service cannot be reached") <= 61u);
}

BOOST_AUTO_TEST_CASE(a_probe_that_hangs_is_made_again_beside_polls_that_hang) {
  service.answer_with(poll, [](const auto&) {
    return troupe::rpc_status{troupe::status_code::unavailable, "connection refused", {}};
  });
  captured_log log{troupe::log::level::info};
  serve_nexus();
  start();
  service.answer_with(poll, [](const auto&) { return std::nullopt; }); // neither answers
  clock->advance(300ms);
  BOOST_TEST(service.open(poll).size() == 1u);
  BOOST_TEST(service.open(probe).size() == 1u);
  clock->advance(30s); // its timeout
  BOOST_TEST(log.count("reconnected") == 0u);
  clock->advance(12s);
  BOOST_TEST(service.open(probe).size() == 1u);
  service.succeed(*service.open(probe).at(0), wire::GetSystemInfoResponse{});
  clock->advance(2s);
  BOOST_TEST(log.count("reconnected") == 1u);
}

BOOST_AUTO_TEST_CASE(a_worker_that_stops_waits_for_no_probe) {
  service.answer_with(poll, [](const auto&) {
    return troupe::rpc_status{troupe::status_code::unavailable, "connection refused", {}};
  });
  serve_nexus();
  start();
  clock->advance(300ms);
  BOOST_TEST(service.open(probe).size() == 1u);
  stop();
  BOOST_TEST((core->phase() == worker_phase::stopped));
  BOOST_TEST(service.open(probe).empty());
}

BOOST_AUTO_TEST_CASE(an_exhausted_service_is_left_alone_for_longer) {
  service.answer_with(poll, [](const auto&) {
    return troupe::rpc_status{troupe::status_code::resource_exhausted, "too much", {}};
  });
  serve_nexus();
  start();
  clock->advance(799ms);
  BOOST_TEST(service.all(poll).size() == 2u);
  clock->advance(402ms);
  BOOST_TEST(service.all(poll).size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_service_that_refuses_half_of_the_polls_is_asked_less_and_serves_the_others) {
  wire::DescribeNamespaceResponse description;
  description.mutable_namespace_info()->mutable_capabilities()->set_poller_autoscaling(true);
  service.answer_with(
      "DescribeNamespace", [&](const auto&) { return description.SerializeAsString(); });
  int polls = 0;
  service.answer_with(poll, [&](const auto&) -> std::optional<fake_service::reply> {
    if (++polls % 2 == 1)
      return std::nullopt;
    return troupe::rpc_status{troupe::status_code::resource_exhausted, "too much", {}};
  });
  nexus_pollers = {1, 8, 8};
  serve_nexus();
  start();
  BOOST_TEST(polls == 8); // it knows only when they come back
  clock->advance(5min);
  BOOST_TEST(polls < 8 + 5 * 60 / 2);
  BOOST_REQUIRE(service.open(poll).size() == 1u); // the minimum
  for (int i = 0; i != 20; ++i) {
    clock->advance(15s);
    BOOST_REQUIRE(!service.open(poll).empty());
    give(poll, nexus_task("quick", "t" + std::to_string(i)));
    answer(completed, wire::RespondNexusTaskCompletedResponse{});
  }
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 20u);
}

BOOST_AUTO_TEST_CASE(after_a_failure_one_poll_is_made_and_the_others_when_it_is_taken) {
  nexus_pollers = {5, 5, 5};
  bool is_there = false;
  service.answer_with(poll, [&](const auto&) -> std::optional<fake_service::reply> {
    if (is_there)
      return std::nullopt;
    return troupe::rpc_status{troupe::status_code::unavailable, "connection refused", {}};
  });
  serve_nexus();
  start();
  is_there = true;
  clock->advance(240ms);
  BOOST_TEST(service.open(poll).size() == 1u);
  // It has come back: all others follow at once.
  give(poll, nexus_task("quick", "a"));
  BOOST_TEST(service.open(poll).size() == 5u);
}

BOOST_AUTO_TEST_CASE(a_poll_that_waits_after_a_failure_is_taken) {
  nexus_pollers = {5, 5, 5};
  int refusals = 6;
  service.answer_with(poll, [&](const auto&) -> std::optional<fake_service::reply> {
    if (refusals-- <= 0)
      return std::nullopt;
    return troupe::rpc_status{troupe::status_code::unavailable, "connection refused", {}};
  });
  serve_nexus();
  start();
  clock->advance(240ms); // fails again
  BOOST_TEST(service.open(poll).empty());
  clock->advance(480ms);
  BOOST_TEST(service.open(poll).size() == 1u);
  clock->advance(1500ms);
  BOOST_TEST(service.open(poll).size() == 5u);
}

BOOST_AUTO_TEST_CASE(where_the_namespace_scales_polls_empty_ones_lower_their_number) {
  wire::DescribeNamespaceResponse description;
  const auto after_an_empty_poll = [&] {
    worker_fixture worker;
    worker.service.answer_with(
        "DescribeNamespace", [&](const auto&) { return description.SerializeAsString(); });
    worker.nexus_pollers = {1, 3, 5};
    worker.serve_nexus();
    worker.start();
    worker.clock->advance(30s);
    worker.give(poll, wire::PollNexusTaskQueueResponse{});
    return worker.service.open(poll).size();
  };
  BOOST_TEST(after_an_empty_poll() == 3u);
  description.mutable_namespace_info()->mutable_capabilities()->set_poller_autoscaling(true);
  BOOST_TEST(after_an_empty_poll() == 2u);
  description.mutable_namespace_info()->mutable_capabilities()->set_poller_autoscaling(false);
  description.mutable_namespace_info()->mutable_capabilities()->set_poller_autoscaling_auto_enroll(
      true);
  BOOST_TEST(after_an_empty_poll() == 2u);
}

BOOST_AUTO_TEST_CASE(polls_keep_the_pace_that_they_were_told) {
  nexus_pollers = {.minimum = 3, .initial = 3, .maximum = 3, .pace = 100ms};
  serve_nexus();
  start(2);
  BOOST_TEST(service.open(poll).size() == 2u); // of each shard at half the rate
  clock->advance(199ms);
  BOOST_TEST(service.open(poll).size() == 2u);
  clock->advance(1ms);
  BOOST_TEST(service.open(poll).size() == 4u);
  for (int i = 0; i != 30; ++i) {
    give(poll, nexus_task("quick", "t" + std::to_string(i)));
    answer(completed, wire::RespondNexusTaskCompletedResponse{});
    clock->advance(100ms);
  }
  BOOST_TEST(service.all(poll).size() <= 4u + 30u);
}

BOOST_AUTO_TEST_CASE(an_unreadable_answer_is_an_error_and_not_the_end) {
  serve_nexus();
  start();
  give(poll, garbage{});
  clock->advance(2s);
  BOOST_TEST(service.open(poll).size() == 2u);
  BOOST_TEST(metric("poll_errors") == 1);
}

BOOST_AUTO_TEST_CASE(follows_the_services_advice_between_its_bounds) {
  nexus_pollers = {1, 2, 5};
  serve_nexus();
  start();
  clock->advance(30s);
  wire::PollNexusTaskQueueResponse more;
  more.mutable_poller_scaling_decision()->set_poll_request_delta_suggestion(9);
  give(poll, more);
  BOOST_TEST(service.open(poll).size() == 5u);
  wire::PollNexusTaskQueueResponse less;
  less.mutable_poller_scaling_decision()->set_poll_request_delta_suggestion(-100);
  clock->advance(30s);
  while (service.open(poll).size() > 1)
    give(poll, less);
  clock->advance(30s);
  give(poll, less);
  BOOST_TEST(service.open(poll).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_poller_that_dies_is_started_again_and_counted) {
  serve_nexus();
  auto& kind = context->kinds.front();
  kind.open = [open = kind.open](const auto& with) {
    return std::make_unique<doomed_station>(open(with));
  };
  start();
  BOOST_TEST(service.open(poll).size() == 2u);
  give(poll, wire::PollNexusTaskQueueResponse{});
  BOOST_TEST(metric("poller_restarts") == 1);
  BOOST_TEST(service.open(poll).empty());
  clock->advance(200ms);
  BOOST_TEST(service.open(poll).size() == 2u);
  give(poll, nexus_task("quick", "a"));
  answer(completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 1u);
}

BOOST_AUTO_TEST_CASE(an_unknown_namespace_ends_the_worker_with_a_clear_error) {
  service.answer_with("DescribeNamespace", [](const auto&) {
    return troupe::rpc_status{
        troupe::status_code::not_found, "Namespace default is not found.", {}};
  });
  serve_nexus();
  start();
  BOOST_TEST((core->phase() == worker_phase::stopped));
  BOOST_TEST(core->error().find("namespace default does not exist") != std::string::npos);
  BOOST_TEST(service.all(poll).empty());
}

BOOST_AUTO_TEST_CASE(a_service_that_cannot_be_reached_is_asked_until_it_is_there) {
  service.answer_with("DescribeNamespace", [](const auto&) {
    return troupe::rpc_status{troupe::status_code::unavailable, "connection refused", {}};
  });
  captured_log log;
  serve_nexus();
  start();
  BOOST_TEST(log.count("the service cannot be reached, trying again") == 1u);
  BOOST_TEST(log.count("attempt=1 code=UNAVAILABLE error=connection refused") == 1u);
  clock->advance(1min);
  BOOST_TEST((core->phase() == worker_phase::connecting));
  BOOST_TEST(core->error() == "connection refused");
  BOOST_TEST(service.all(poll).empty());
  service.answer_with("DescribeNamespace", [](const auto&) { return std::string{}; });
  clock->advance(15s);
  BOOST_TEST((core->phase() == worker_phase::running));
  BOOST_TEST(core->error().empty());
  BOOST_TEST(service.open(poll).size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
