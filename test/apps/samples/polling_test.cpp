// SPDX-License-Identifier: Apache-2.0
// The sample of polling: how long each way takes, and how much history it writes.

#include "apps/samples/polling/polls.hpp"

#include <troupe/testing/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

using namespace polling_sample;
using namespace std::chrono_literals;

namespace {

/// `tea is ready after 120 s, 11 events`.
template <class Workflow>
std::string polled(int ready_after) {
  troupe::testing::environment env;
  auto client = env.connect();
  auto worker = env.make_worker(client, {.task_queue = "polls"});
  const auto service = std::make_shared<slow_service>(ready_after);
  worker.add<infrequent>()
      .add<frequent>()
      .add<periodic>()
      .add<periodic_child>()
      .add(activity::implement<ask_once>(service, &slow_service::ask_once))
      .add(activity::implement<ask_often>(service, &slow_service::ask_often))
      .start();
  const auto began = env.now();
  const auto handle = client.start_workflow<Workflow>({.task_queue = "polls"}, "tea");
  const auto said = handle.result();
  const auto took = std::chrono::duration_cast<std::chrono::seconds>(env.now() - began);
  return said + " after " + std::to_string(took.count()) + " s, "
         + std::to_string(handle.describe().history_length) + " events";
}

} // namespace

BOOST_AUTO_TEST_SUITE(polling)

BOOST_AUTO_TEST_CASE(a_retry_is_a_poll) {
  BOOST_TEST(polled<infrequent>(1) == "tea is ready after 0 s, 11 events");
  BOOST_TEST(polled<infrequent>(100) == "tea is ready after 5940 s, 11 events");
}

BOOST_AUTO_TEST_CASE(an_activity_asks_in_a_loop) {
  BOOST_TEST(polled<frequent>(100) == "tea is ready after 99 s, 11 events");
}

BOOST_AUTO_TEST_CASE(a_child_asks_and_continues_as_new) {
  BOOST_TEST(polled<periodic>(100) == "tea is ready after 2970 s, 14 events");
}

BOOST_AUTO_TEST_SUITE_END()
