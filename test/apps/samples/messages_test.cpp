// SPDX-License-Identifier: Apache-2.0
// The sample of messages, with a service, a worker and a client in virtual time.

#include "apps/samples/messages/workflow.hpp"

#include <troupe/testing/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>
#include <string>
#include <vector>

using namespace messages_sample;
using troupe::testing::environment;

namespace {

std::string text_of(const std::vector<int>& nodes) {
  std::string text;
  for (const auto node : nodes)
    text += std::to_string(node);
  return text;
}

/// What an update was refused with.
std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const troupe::workflow_update_failed_error& error) {
    return error.cause() ? error.cause()->message() : error.what();
  }
  return "not refused";
}

struct fixture {
  environment env;
  troupe::client client = env.connect();
  troupe::worker worker = env.make_worker(client, {.task_queue = "clusters"});
  troupe::workflow_handle<cluster_state> handle;

  fixture() : handle(start()) {}

  troupe::workflow_handle<cluster_state> start() {
    worker.add<cluster_manager>().start();
    return client.start_workflow<cluster_manager>(
        {.id = "cluster", .task_queue = "clusters"}, cluster_state{});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(messages, fixture)

BOOST_AUTO_TEST_CASE(jobs_that_come_side_by_side_get_nodes_of_their_own) {
  // Before it is up: both are accepted, and wait.
  const auto first = handle.start_update<cluster::assign>({"first", 2});
  const auto second = handle.start_update<cluster::assign>({"second", 3});
  BOOST_TEST(!handle.query<cluster::state>().is_up);
  handle.signal<cluster::start>();
  BOOST_TEST(text_of(first.result()) == "01");
  BOOST_TEST(text_of(second.result()) == "234");
  BOOST_TEST(text_of(handle.execute_update<cluster::assign>({"first", 2})) == "01");
  BOOST_TEST(
      refusal([&] { handle.execute_update<cluster::assign>({"third", 1}); })
      == "only 0 nodes are free");
  BOOST_TEST(handle.execute_update<cluster::release>("first") == 2);
  BOOST_TEST(text_of(handle.execute_update<cluster::assign>({"third", 1})) == "0");
  handle.signal<cluster::shut_down>();
  BOOST_TEST(handle.result().nodes.front() == "third");
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_is_refused_and_leaves_no_trace) {
  handle.signal<cluster::start>();
  env.run();
  const auto before = handle.describe().history_length;
  BOOST_TEST(
      refusal([&] { handle.execute_update<cluster::assign>({"huge", 6}); })
      == "a job has a name and 1 to 5 nodes");
  BOOST_TEST(handle.describe().history_length == before);
  BOOST_TEST(refusal([&] { handle.execute_update<cluster::release>("nobody"); }) == "no such job");
}

BOOST_AUTO_TEST_CASE(it_ends_only_when_what_it_has_begun_is_answered) {
  handle.signal<cluster::start>();
  const auto update = handle.start_update<cluster::assign>({"late", 1});
  handle.signal<cluster::shut_down>();
  BOOST_TEST(handle.result().nodes.front() == "late");
  BOOST_TEST(text_of(update.result()) == "0");
}

BOOST_AUTO_TEST_SUITE_END()
