// SPDX-License-Identifier: Apache-2.0
// Actors that call operations, and what lives in the user's own actor system, on real threads.
#include <troupe/caf.hpp>
#include <troupe/workflow/definition.hpp>

#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>

#include <boost/test/unit_test.hpp>

#include <future>
#include <memory>
#include <optional>
#include <string>

using namespace troupe;

namespace {

struct desk_service : nexus::service<"Desk"> {
  static constexpr operation<std::string, std::string> greet{"greet"};
  static constexpr operation<void, void> nothing{"nothing"};
  static constexpr operation<std::string, int> wait{"wait"};
  static constexpr auto operations = std::tuple{greet, nothing, wait};
};

/// What backs the operation that takes until it is cancelled.
struct waiter {
  static constexpr std::string_view name = "Waiter";
  troupe::async<int> run(workflow::context ctx, std::string) {
    co_await ctx.sleep(std::chrono::hours{1});
    co_return 7;
  }
};

auto desk() {
  return nexus::handler_for<desk_service>(
      nexus::sync<desk_service::greet>([](nexus::start_context, std::string who) {
        if (who == "nobody")
          throw nexus::operation_error::failed("nobody is here");
        if (who == "thief")
          throw nexus::handler_error{nexus::handler_error_type::unauthorized, "not you"};
        return "Hello " + who;
      }),
      nexus::sync<desk_service::nothing>([](nexus::start_context) {}),
      nexus::workflow_run<desk_service::wait>([](nexus::start_context, std::string id) {
        return nexus::start_workflow<waiter>({.id = id}, id);
      }));
}

service_options with_standalone(bool is_on) {
  return {
      .endpoints = {{"desks", "default", "desks"}},
      .dynamic_config = {{"nexusoperation.enableStandalone", is_on ? "true" : "false"}}};
}

/// What an actor was told; from its thread to the test's.
struct told {
  std::promise<std::string> text;
  void value(const std::string& what) { text.set_value(what); }
  void error(caf::actor_system& system, const caf::error& why) {
    std::visit(
        [&](const auto& error) {
          text.set_value(
              std::string{error.kind()} + ' ' + error.distinction() + ' ' + error.what());
        },
        nexus::meaning_of(system, why));
  }
};

class asker final : public caf::event_based_actor {
public:
  asker(
      caf::actor_config& cfg,
      client to,
      std::string who,
      nexus::ask_options how,
      std::shared_ptr<told> to_tell)
      : caf::event_based_actor(cfg), client_(std::move(to)), who_(std::move(who)),
        how_(std::move(how)), told_(std::move(to_tell)) {}

  caf::behavior make_behavior() override {
    nexus::ask<desk_service::greet>(this, client_, "desks", who_, how_)
        .then(
            [this](const std::string& greeting) { told_->value(greeting); },
            [this](const caf::error& why) { told_->error(system(), why); });
    return {};
  }

private:
  client client_;
  std::string who_;
  nexus::ask_options how_;
  std::shared_ptr<told> told_;
};

struct fixture {
  void start(bool standalone) {
    service.emplace(service_in(system, with_standalone(standalone)));
    worker.emplace(worker_in(system, service->connect(), {.task_queue = "desks"}));
    worker->add(desk()).add<waiter>().add<nexus::starter_workflow>().start();
  }
  std::string ask(const std::string& who, nexus::ask_options how = {}) {
    auto tell = std::make_shared<told>();
    auto answer = tell->text.get_future();
    system.spawn<asker>(service->connect(), who, std::move(how), tell);
    return answer.get();
  }
  static nexus::ask_options by_starter() {
    return {.operation = {}, .starter_task_queue = "desks"};
  }

  caf::actor_system_config config{[] {
    caf::actor_system_config made;
    made.set("scheduler.policy", caf::atom("sharing"));
    made.set("scheduler.max-threads", std::size_t{2});
    return made;
  }()};
  caf::actor_system system{config};
  std::optional<troupe::service> service;
  std::optional<troupe::worker> worker;
};

// An argument for actors made of functions: without one CAF 0.17.6 binds a reference to null.
constexpr int of_none = 0;

} // namespace

BOOST_FIXTURE_TEST_SUITE(public_actors, fixture)

BOOST_AUTO_TEST_CASE(a_service_lives_in_the_users_actor_system_and_leaves_it) {
  const auto before = system.registry().running();
  {
    auto inside = service_in(system);
    (void)inside.connect().start_workflow("Anything", {.id = "one", .task_queue = "nowhere"});
    BOOST_TEST(system.registry().running() > before);
  }
  BOOST_TEST(system.registry().running() == before);
}

BOOST_AUTO_TEST_CASE(an_actor_gets_the_answer_of_an_operation_as_a_message) {
  start(true);
  BOOST_TEST(ask("Ann") == "Hello Ann");
}

BOOST_AUTO_TEST_CASE(an_actor_is_told_why_an_operation_did_not_succeed) {
  start(true);
  BOOST_TEST(ask("nobody").find("NexusOperationError") == 0u);
  const auto refused = ask("thief");
  BOOST_TEST(refused.find("NexusHandlerFailure UNAUTHORIZED") == 0u, refused);
  BOOST_TEST(refused.find("not you") != std::string::npos, refused);
}

BOOST_AUTO_TEST_CASE(a_service_without_such_operations_is_asked_by_a_workflow) {
  start(false);
  const auto refused = ask("Ann");
  BOOST_TEST(refused.find("NexusHandlerFailure NOT_IMPLEMENTED") == 0u, refused);
  BOOST_TEST(ask("Ann", by_starter()) == "Hello Ann");
  BOOST_TEST(ask("nobody", by_starter()).find("nobody is here") != std::string::npos);
  BOOST_TEST(ask("thief", by_starter()).find("NexusHandlerFailure UNAUTHORIZED") == 0u);
}

BOOST_AUTO_TEST_CASE(an_id_that_is_taken_is_told_as_a_conflict_or_attached_to) {
  for (const bool standalone : {true, false}) {
    worker.reset();
    service.reset();
    start(standalone);
    auto how = by_starter();
    how.operation.id = "taken";
    BOOST_TEST(ask("Ann", how) == "Hello Ann");
    how.operation.id_reuse_policy = operation_id_reuse_policy::reject_duplicate;
    const auto refused = ask("Bob", how);
    BOOST_TEST(refused.find("NexusHandlerFailure CONFLICT") == 0u, refused);
    how.operation.id_reuse_policy = operation_id_reuse_policy::allow_duplicate;
    BOOST_TEST(ask("Bob", how) == "Hello Bob");
  }
}

BOOST_AUTO_TEST_CASE(a_starter_that_nobody_serves_ends_in_time) {
  start(false);
  nexus::ask_options how{
      .operation = {.schedule_to_close_timeout = std::chrono::milliseconds{50}},
      .starter_task_queue = "nobody"};
  const auto late = ask("Ann", how);
  BOOST_TEST(late.find("UPSTREAM_TIMEOUT") != std::string::npos, late);
}

BOOST_AUTO_TEST_CASE(an_input_that_cannot_be_encoded_is_told_and_not_thrown) {
  start(true);
  const auto refused = ask("\xff");
  BOOST_TEST(refused.find("the text is not valid UTF-8") != std::string::npos, refused);
}

BOOST_AUTO_TEST_CASE(an_operation_without_input_and_output_is_told_as_well) {
  start(true);
  std::promise<bool> done;
  system.spawn(
      [&](caf::event_based_actor* self, int) {
        nexus::ask<desk_service::nothing>(self, service->connect(), "desks")
            .then([&] { done.set_value(true); }, [&](const caf::error&) { done.set_value(false); });
        return caf::behavior{};
      },
      of_none);
  BOOST_TEST(done.get_future().get());
}

BOOST_AUTO_TEST_CASE(an_operation_is_cancelled_when_the_actor_that_asked_has_ended) {
  for (const bool standalone : {true, false}) {
    worker.reset();
    service.reset();
    start(standalone);
    auto client = service->connect();
    const auto asks = system.spawn(
        [&](caf::event_based_actor* self, int) {
          nexus::ask<desk_service::wait>(self, client, "desks", "waiting", by_starter())
              .then([](int) {}, [](const caf::error&) {});
          return caf::behavior{};
        },
        of_none);
    auto waiting = client.get_workflow<int>("waiting");
    while (true) // until the operation has begun
      try {
        (void)waiting.describe();
        break;
      } catch (const rpc_error& error) {
        BOOST_REQUIRE((error.code() == status_code::not_found));
      }
    caf::anon_send_exit(asks, caf::exit_reason::user_shutdown);
    BOOST_CHECK_EXCEPTION(
        waiting.result(), workflow_failed_error, [](const workflow_failed_error& error) {
          return find_cause<canceled_error>(error) != nullptr;
        });
  }
}

BOOST_AUTO_TEST_SUITE_END()
