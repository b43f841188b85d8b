// SPDX-License-Identifier: Apache-2.0
#include <troupe/caf.hpp>
#include <troupe/client.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/service.hpp>
#include <troupe/worker.hpp>

#include <caf/actor_system_config.hpp>

#include <boost/describe.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>

using namespace std::chrono_literals;

namespace {

struct word {
  std::string value;
};
BOOST_DESCRIBE_STRUCT(word, (), (value))

struct word_service : troupe::nexus::service<"WordService"> {
  static constexpr operation<word, word> echo{"echo"};
  static constexpr auto operations = std::tuple{echo};
};

auto word_handler() {
  return troupe::nexus::handler_for<word_service>(troupe::nexus::sync<word_service::echo>(
      [](troupe::nexus::start_context, word in) -> word { return in; }));
}

struct nothing {
  static constexpr std::string_view name = "Nothing";
  troupe::async<> run(troupe::workflow::context) { co_return; }
};

/// Nobody listens there: port 1 of the loopback device refuses at once.
troupe::client unreachable() {
  return troupe::client::connect({.target = "127.0.0.1:1", .lazy = true});
}

} // namespace

BOOST_AUTO_TEST_SUITE(public_worker)

BOOST_AUTO_TEST_CASE(options_that_make_no_sense_are_refused) {
  const auto client = unreachable();
  const struct {
    const char* why;
    troupe::worker_options options;
  } table[] = {
      {"a worker needs a task queue: set worker_options::task_queue", {.task_queue = ""}},
      {"task_queue is not valid UTF-8", {.task_queue = "caf\xc3"}},
      {"identity is not valid UTF-8", {.task_queue = "q", .identity = "caf\xc3"}},
      {"a worker needs at least one slot of each kind",
       {.task_queue = "q", .max_concurrent_nexus_tasks = 0}},
      {"a worker needs at least one slot of each kind",
       {.task_queue = "q", .max_concurrent_workflow_tasks = 0}},
      {"nexus_pollers: the bounds must be at least 1 and in order",
       {.task_queue = "q", .nexus_pollers = {.minimum = 3, .maximum = 2}}},
      {"workflow_pollers: the bounds must be at least 1 and in order",
       {.task_queue = "q", .workflow_pollers = {.minimum = 0}}},
      {"workflow_pollers: the initial number must lie between the bounds",
       {.task_queue = "q", .workflow_pollers = {.minimum = 2, .initial = 1, .maximum = 2}}},
      {"sticky_schedule_to_start_timeout must be longer than zero",
       {.task_queue = "q", .sticky_schedule_to_start_timeout = std::chrono::nanoseconds{0}}},
      {"graceful_shutdown_timeout must not be negative",
       {.task_queue = "q", .graceful_shutdown_timeout = std::chrono::seconds{-1}}},
  };
  for (const auto& each : table)
    BOOST_CHECK_EXCEPTION(
        (troupe::worker{client, each.options}),
        troupe::worker_error,
        [&](const troupe::worker_error& error) { return std::string{error.what()} == each.why; });
}

BOOST_AUTO_TEST_CASE(what_is_there_twice_is_refused) {
  troupe::worker worker{unreachable(), {.task_queue = "q"}};
  worker.add(word_handler());
  BOOST_CHECK_THROW(worker.add(word_handler()), std::invalid_argument);
  worker.add<nothing>();
  BOOST_CHECK_THROW(worker.add<nothing>(), std::invalid_argument);
  worker.add<nothing>("Another");
}

BOOST_AUTO_TEST_CASE(a_worker_without_anything_to_serve_does_not_start) {
  troupe::worker worker{unreachable(), {.task_queue = "q"}};
  BOOST_CHECK_THROW(worker.start(), troupe::worker_error);
  BOOST_TEST((worker.state() == troupe::worker_state::created));
  worker.stop();
}

BOOST_AUTO_TEST_CASE(a_worker_that_cannot_reach_the_service_keeps_trying_until_it_is_stopped) {
  troupe::worker worker{unreachable(), {.task_queue = "q", .shards = 2}};
  worker.add(word_handler());
  worker.start();
  BOOST_TEST((worker.state() == troupe::worker_state::connecting));
  BOOST_TEST(!worker.snapshot().error.empty());
  BOOST_CHECK_THROW(worker.add<nothing>(), troupe::worker_error);
  worker.stop();
  BOOST_TEST((worker.state() == troupe::worker_state::stopped));
  worker.stop();
}

BOOST_AUTO_TEST_CASE(a_worker_outlives_the_service_of_its_process) {
  auto service = std::make_unique<troupe::service>();
  const auto client = service->connect();
  troupe::worker worker{client, {.task_queue = "q", .graceful_shutdown_timeout = 1ms}};
  worker.add(word_handler());
  worker.start();
  service.reset();
  worker.stop(); // tells a service that is gone, and polls it no more
}

BOOST_AUTO_TEST_CASE(a_stopped_worker_says_that_it_does_not_start_again) {
  troupe::worker worker{unreachable(), {.task_queue = "q"}};
  worker.add(word_handler());
  worker.stop(); // nothing to stop yet
  worker.start();
  worker.start(); // runs already
  worker.stop();
  BOOST_CHECK_EXCEPTION(
      worker.start(), troupe::worker_error, [](const troupe::worker_error& error) {
        return std::string_view{error.what()}.starts_with("a stopped worker does not start again");
      });
  BOOST_TEST((worker.state() == troupe::worker_state::stopped));
}

BOOST_AUTO_TEST_CASE(a_worker_lives_in_the_users_actor_system_and_leaves_it) {
  caf::actor_system_config config;
  caf::actor_system system{config};
  const auto before = system.registry().running();
  {
    auto worker = troupe::worker_in(system, unreachable(), {.task_queue = "q"});
    worker.add(word_handler());
    worker.start();
    BOOST_TEST(system.registry().running() > before);
  }
  BOOST_TEST(system.registry().running() == before);
}

BOOST_AUTO_TEST_SUITE_END()
