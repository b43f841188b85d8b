// SPDX-License-Identifier: Apache-2.0
#include "test/actors/worker/worker_fixture.hpp"

#include <troupe/caf.hpp>

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <boost/test/unit_test.hpp>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::test::text)

using namespace troupe::test;
using troupe::actors::task_outcome;

namespace {

constexpr auto poll = "PollNexusTaskQueue";
constexpr auto completed = "RespondNexusTaskCompleted";
constexpr auto failed = "RespondNexusTaskFailed";

/// What a user of CAF has: actors on the system's own scheduler.
class greeter final : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {[this](const text& in) -> caf::result<text> {
      if (in.value == "ignored") {
        make_response_promise(); // never answered
        return caf::delegated<text>{};
      }
      return text{"hello " + in.value};
    }};
  }
};

class refuser final : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;

  caf::behavior make_behavior() override {
    return {[](const text&) -> caf::result<text> { return caf::sec::runtime_error; }};
  }
};

/// The user's own system; outlives the worker.
struct user_side {
  caf::actor_system_config user_config{[] {
    caf::actor_system_config made;
    made.set("scheduler.policy", caf::atom("testing"));
    return made;
  }()};
  caf::actor_system user_system{user_config};
};

struct fixture : user_side, worker_fixture {
  void serve(caf::actor by) {
    auto services = std::make_shared<troupe::nexus::service_registry>();
    services->add(troupe::nexus::handler_for<test_service>(
        troupe::nexus::by_actor<test_service::plain>(by),
        troupe::nexus::by_actor<test_service::waits>(by),
        troupe::nexus::by_actor<test_service::quick>(by)));
    serve_nexus(services);
  }
  /// Runs the user's scheduler and the shards until neither has anything to do.
  void run() {
    auto& scheduler = dynamic_cast<caf::scheduler::test_coordinator&>(user_system.scheduler());
    do
      scheduler.run();
    while (clock->run_until_idle());
    scheduler.run();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(actor_operations, fixture)

BOOST_AUTO_TEST_CASE(an_actor_serves_an_operation) {
  serve(user_system.spawn<greeter>());
  start();
  give(poll, nexus_task("plain", "a"));
  run();
  auto answered = service.open(completed).at(0)->as<wire::RespondNexusTaskCompletedRequest>();
  BOOST_TEST(
      answered.response().start_operation().sync_success().payload().data()
      == R"({"value":"hello v"})");
  answer(completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 1u);
}

BOOST_AUTO_TEST_CASE(an_error_of_the_actor_is_an_internal_handler_error) {
  serve(user_system.spawn<refuser>());
  start();
  give(poll, nexus_task("plain", "a"));
  run();
  auto answered = service.open(failed).at(0);
  BOOST_TEST(answered->request.find("INTERNAL") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_actor_that_is_gone_is_unavailable) {
  auto gone = user_system.spawn<greeter>();
  caf::anon_send_exit(gone, caf::exit_reason::user_shutdown);
  run();
  serve(gone);
  start();
  give(poll, nexus_task("plain", "a"));
  run();
  BOOST_TEST(service.open(failed).at(0)->request.find("UNAVAILABLE") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_actor_that_does_not_answer_in_time_is_not_waited_for) {
  serve(user_system.spawn<greeter>());
  start();
  auto task = nexus_task("plain", "a", "5s");
  task.mutable_request()->mutable_start_operation()->mutable_payload()->set_data(
      R"({"value":"ignored"})");
  give(poll, task);
  run();
  BOOST_TEST(service.open(completed).empty());
  clock->advance(6s);
  run();
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::deadline_passed) == 1u);
  BOOST_TEST(service.open(poll).size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
