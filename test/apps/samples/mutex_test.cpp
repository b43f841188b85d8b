// SPDX-License-Identifier: Apache-2.0
// The sample of mutexes: workflows take turns, and one that dies does not hold up the others.

#include "apps/samples/mutex/locks.hpp"

#include <troupe/testing/environment.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace mutex_sample;
using namespace std::chrono_literals;

namespace {

struct fixture {
  troupe::testing::environment env;
  troupe::client client = env.connect();
  troupe::worker worker = env.make_worker(client, {.task_queue = "locks"});
  troupe::wall_time began = env.now();

  fixture() {
    worker.add<resource_lock>().add<uses_resource>().add(ask_for_lock_at("locks")).start();
  }

  auto use(const std::string& id, const std::string& resource) {
    return client.start_workflow<uses_resource>({.id = id, .task_queue = "locks"}, resource);
  }
  long minutes() const {
    return std::chrono::duration_cast<std::chrono::minutes>(env.now() - began).count();
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(mutex, fixture)

BOOST_AUTO_TEST_CASE(one_after_another_uses_a_resource) {
  std::vector<decltype(use("", ""))> all;
  for (int i = 0; i != 5; ++i)
    all.push_back(use("user-" + std::to_string(i), "printer"));
  const auto other = use("other", "scanner"); // another resource: at the same time
  BOOST_TEST(other.result() == "other used it for 60 s");
  BOOST_TEST(minutes() == 1);
  for (int i = 0; i != 5; ++i)
    BOOST_TEST(
        all[static_cast<std::size_t>(i)].result()
        == "user-" + std::to_string(i) + " used it for 60 s");
  BOOST_TEST(minutes() == 5);
  client.get_workflow<void>("lock:printer").result(); // nobody wants it: it has ended
}

BOOST_AUTO_TEST_CASE(who_ended_with_the_lock_is_taken_for_dead) {
  const auto holder = use("holder", "printer");
  env.advance(30s);
  const auto next = use("next", "printer");
  const auto gone = use("gone", "printer");
  env.run();
  holder.terminate("test");
  gone.terminate("test"); // before it was its turn: passed over at once
  const auto last = use("last", "printer");
  BOOST_TEST(next.result() == "next used it for 60 s");
  BOOST_TEST(last.result() == "last used it for 60 s");
  BOOST_TEST(minutes() == 62);
}

BOOST_AUTO_TEST_SUITE_END()
