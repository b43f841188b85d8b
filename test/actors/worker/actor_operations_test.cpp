// SPDX-License-Identifier: Apache-2.0
#include "actors/bridge/served_actor.hpp"
#include "test/actors/worker/actor_fixture.hpp"

using namespace troupe::test;
using troupe::actors::task_outcome;

namespace {

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

struct fixture : actor_fixture {
  void serve(caf::actor by) {
    actor_fixture::serve(troupe::nexus::handler_for<test_service>(
        troupe::nexus::by_actor<test_service::plain>(by),
        troupe::nexus::by_actor<test_service::waits>(by),
        troupe::nexus::by_actor<test_service::quick>(by)));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(actor_operations, fixture)

BOOST_AUTO_TEST_CASE(an_actor_serves_an_operation) {
  serve(user_system.spawn<greeter>());
  start();
  give(nexus_poll, nexus_task("plain", "a"));
  run();
  auto answered = service.open(nexus_completed).at(0)->as<wire::RespondNexusTaskCompletedRequest>();
  BOOST_TEST(
      answered.response().start_operation().sync_success().payload().data()
      == R"({"value":"hello v"})");
  answer(nexus_completed, wire::RespondNexusTaskCompletedResponse{});
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::answered) == 1u);
}

BOOST_AUTO_TEST_CASE(an_error_of_the_actor_is_an_internal_handler_error) {
  serve(user_system.spawn<refuser>());
  start();
  give(nexus_poll, nexus_task("plain", "a"));
  run();
  auto answered = service.open(nexus_failed).at(0);
  BOOST_TEST(answered->request.find("INTERNAL") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_actor_that_is_gone_is_unavailable) {
  auto gone = user_system.spawn<greeter>();
  caf::anon_send_exit(gone, caf::exit_reason::user_shutdown);
  run();
  serve(gone);
  start();
  give(nexus_poll, nexus_task("plain", "a"));
  run();
  BOOST_TEST(service.open(nexus_failed).at(0)->request.find("UNAVAILABLE") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_actor_keeps_nothing_of_workers_that_it_outlives) {
  const auto by = user_system.spawn<greeter>();
  run(); // it has begun
  // Takes off one of what hangs on it, if there is any.
  const auto take_off = [&] {
    return caf::actor_cast<caf::strong_actor_ptr>(by)->get()->detach(
        {troupe::nexus::detail::served_actor::watch_token, nullptr});
  };
  for (int i = 0; i < 3; ++i)
    (void)troupe::nexus::by_actor<test_service::plain>(by);
  BOOST_TEST(take_off() == 0U);
  const auto served = troupe::nexus::by_actor<test_service::plain>(by);
  BOOST_TEST(take_off() == 1U);
  BOOST_TEST(take_off() == 0U);
}

BOOST_AUTO_TEST_CASE(an_actor_that_does_not_answer_in_time_is_not_waited_for) {
  serve(user_system.spawn<greeter>());
  start();
  auto task = nexus_task("plain", "a", "5s");
  task.mutable_request()->mutable_start_operation()->mutable_payload()->set_data(
      R"({"value":"ignored"})");
  give(nexus_poll, task);
  run();
  BOOST_TEST(service.open(nexus_completed).empty());
  clock->advance(6s);
  run();
  BOOST_TEST(counters().nexus_tasks.of(task_outcome::deadline_passed) == 1u);
  BOOST_TEST(service.open(nexus_poll).size() == 2u);
}

BOOST_AUTO_TEST_SUITE_END()
