// SPDX-License-Identifier: Apache-2.0
// The sample of context propagation, with a service, workers and clients in virtual time.

#include "apps/samples/context_propagation/greeting.hpp"
#include "apps/samples/context_propagation/user_context.hpp"
#include "test/support/captured_log.hpp"

#include <troupe/testing/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace context_propagation_sample;
using troupe::testing::environment;

namespace {

struct fixture {
  environment env{{.service = {.endpoints = {{"greetings", "default", "greetings"}}}}};
  troupe::client plain = env.connect();
  troupe::client client = env.connect("default", {}, {std::make_shared<user_propagation>()});

  troupe::worker worker(std::size_t cached) {
    auto made =
        env.make_worker(client, {.task_queue = "greetings", .max_cached_workflows = cached});
    made.add<greets_all>().add<greeter>().add(composer()).add(reporter()).add(greeting_handler());
    return made;
  }
};

const std::vector<std::string> for_ann{
    "workflow (ann)",
    "Hi World (ann)",
    "Hi World (ann)",
    "Hello World (ann)",
    "Hello World (ann)",
    "reported (ann)"};

} // namespace

BOOST_FIXTURE_TEST_SUITE(context_propagation, fixture)

BOOST_AUTO_TEST_CASE(the_user_goes_along_to_everything_that_is_done_for_him) {
  troupe::test::captured_log log{troupe::log::level::info};
  auto serves = worker(100);
  serves.start();
  const acting_for user{"ann"};
  const auto lines = client.execute_workflow<greets_all>({.task_queue = "greetings"}, "World");
  BOOST_TEST(lines == for_ann, boost::test_tools::per_element());
  for (const auto* message : {"all greeted", "composing", "greeting"}) {
    const auto seen = log.lines_of(message);
    BOOST_TEST(!seen.empty(), message);
    for (const auto& fields : seen)
      BOOST_TEST((fields.contains("user") && fields.at("user") == "ann"), message);
  }
}

BOOST_AUTO_TEST_CASE(replays_find_him_again) {
  auto serves = worker(0);
  serves.start();
  const acting_for user{"ann"};
  const auto lines = client.execute_workflow<greets_all>({.task_queue = "greetings"}, "World");
  BOOST_TEST(lines == for_ann, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_nobody_asks_for_is_done_for_nobody) {
  auto serves = worker(100);
  serves.start();
  const auto lines = client.execute_workflow<greets_all>({.task_queue = "greetings"}, "World");
  BOOST_TEST(lines.front() == "workflow (nobody)");
  BOOST_TEST(lines.back() == "reported (nobody)");
  const acting_for user{"ann"}; // but a client without the interceptor says nothing of her
  BOOST_TEST(
      plain.execute_workflow<greeter>({.task_queue = "greetings"}, "you") == "Hello you (nobody)");
}

BOOST_AUTO_TEST_SUITE_END()
