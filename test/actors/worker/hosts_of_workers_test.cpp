// SPDX-License-Identifier: Apache-2.0
// Many workers in one process with threads and connections, as a program has them.

#include <troupe/activity/implementation.hpp>
#include <troupe/service.hpp>
#include <troupe/worker_host.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

inline constexpr activity::contract<int(int)> doubles{"doubles"}; ///< on the pool
inline constexpr activity::contract<void()> blocks{"blocks"};     ///< a thread of the pool

struct doubles_twice {
  static constexpr std::string_view name = "DoublesTwice";
  async<int> run(workflow::context ctx, int number) {
    const auto once = co_await ctx.execute<doubles>({.start_to_close_timeout = 30s}, number);
    co_return co_await ctx.execute_local<doubles>({.start_to_close_timeout = 30s}, once);
  }
};

struct blocks_once {
  static constexpr std::string_view name = "BlocksOnce";
  async<> run(workflow::context ctx) {
    co_await ctx.execute<blocks>({.start_to_close_timeout = 60s});
  }
};

struct a_service {
  troupe::service all;
  std::string address = all.listen("127.0.0.1:0");

  /// Connections of this process to it.
  int connections() const {
    unsigned port = 0;
    const auto colon = address.rfind(':') + 1;
    std::from_chars(address.data() + colon, address.data() + address.size(), port);
    std::ifstream table{"/proc/self/net/tcp"};
    std::string line;
    int found = 0;
    for (std::getline(table, line); std::getline(table, line);) {
      // sl local_address rem_address st
      std::istringstream fields{line};
      std::string number;
      std::string local;
      std::string remote;
      std::string state;
      fields >> number >> local >> remote >> state;
      unsigned to = 0;
      const auto at = remote.rfind(':') + 1;
      std::from_chars(remote.data() + at, remote.data() + remote.size(), to, 16);
      constexpr auto established = "01";
      found += to == port && state == established ? 1 : 0;
    }
    return found;
  }
};

hosted_worker add(worker_host& host, const client& of, std::string queue, std::size_t shards = 1) {
  auto made = host.add(of, {.task_queue = std::move(queue), .shards = shards});
  made.add<doubles_twice>().add(
      activity::implement<doubles>([](int number) { return 2 * number; }));
  made.start();
  return made;
}

} // namespace

BOOST_AUTO_TEST_SUITE(hosts_of_workers)

BOOST_AUTO_TEST_CASE(many_queues_share_threads_and_connections) {
  const a_service service;
  const auto client = client::connect({.target = service.address});
  worker_host host{{.shards = 2, .slots = {4, 4, 2, 1}}};
  std::vector<std::optional<hosted_worker>> workers;
  for (int i = 0; i != 30; ++i)
    workers.emplace_back(add(host, client, "q-" + std::to_string(i), i % 3 == 0 ? 2 : 1));
  BOOST_TEST(service.connections() <= 3); // two shards, and the client's own
  const auto start = [&](int queue, int number) {
    return client.start_workflow<doubles_twice>(
        {.id = "w-" + std::to_string(number), .task_queue = "q-" + std::to_string(queue)}, number);
  };
  std::map<int, workflow_handle<int>> runs;
  for (int i = 0; i != 120; ++i)
    runs.emplace(i, start(i % 30, i));
  for (int i = 0; i != 30; i += 2) { // while it goes on
    workers[static_cast<std::size_t>(i)]->stop();
    workers[static_cast<std::size_t>(i)].reset();
  }
  BOOST_TEST(host.workers() == 15u);
  for (int i = 1; i < 120; i += 2)
    BOOST_TEST(runs.at(i).result() == 4 * i);
  for (int i = 0; i != 30; i += 2)
    workers[static_cast<std::size_t>(i)] = add(host, client, "q-" + std::to_string(i));
  for (int i = 0; i < 120; i += 2)
    BOOST_TEST(runs.at(i).result() == 4 * i);
  host.stop();
  for (const auto& each : host.snapshot().kinds) {
    BOOST_TEST(each.running == 0u);
    BOOST_TEST(each.members.empty());
  }
}

BOOST_AUTO_TEST_CASE(a_function_that_does_not_return_keeps_its_slot_alone) {
  troupe::service service;
  const auto client = service.connect();
  std::mutex mutex;
  std::condition_variable changed;
  bool may_return = false;
  std::atomic<int> inside = 0;
  std::optional<hosted_worker> stuck;
  {
    worker_host host{{.slots = {2, 2, 2, 1}}};
    stuck = host.add(client, {.task_queue = "stuck"});
    stuck->add<blocks_once>().add(activity::implement<blocks>([&] {
      std::unique_lock guard{mutex};
      ++inside;
      changed.notify_all();
      changed.wait(guard, [&] { return may_return; });
    }));
    stuck->start();
    const auto hangs = client.start_workflow<blocks_once>({.id = "hangs", .task_queue = "stuck"});
    {
      std::unique_lock guard{mutex};
      changed.wait(guard, [&] { return inside == 1; });
    }
    auto well = add(host, client, "well");
    for (int i = 0; i != 20; ++i)
      BOOST_TEST(client.execute_workflow<doubles_twice>({.task_queue = "well"}, i) == 4 * i);
    const auto activities = host.snapshot().kinds.at(static_cast<std::size_t>(slot_kind::activity));
    BOOST_TEST(activities.running == 1u);
    well.stop();
    {
      const std::lock_guard guard{mutex};
      may_return = true;
    }
    changed.notify_all();
    hangs.result();
  }
  // Its host is gone, and it goes on.
  BOOST_CHECK(stuck->state() == worker_state::running);
  client.execute_workflow<blocks_once>({.task_queue = "stuck"});
  BOOST_TEST(inside == 2);
  stuck.reset();
}

BOOST_AUTO_TEST_CASE(what_was_not_started_or_could_not_start_leaves_nothing_behind) {
  troupe::service service;
  worker_host host;
  {
    auto never = host.add(service.connect(), {.task_queue = "q"});
    never.add<doubles_twice>();
    auto empty = host.add(service.connect(), {.task_queue = "q"});
    BOOST_CHECK_THROW(empty.start(), worker_error);
    auto moved = std::move(never);
    BOOST_TEST(host.workers() == 2u);
    never = add(host, service.connect(), "q");
    never = std::move(moved); // stops what was there
    BOOST_TEST(host.workers() == 2u);
  }
  BOOST_TEST(host.workers() == 0u);
  for (const auto& each : host.snapshot().kinds)
    BOOST_TEST(each.members.empty());
  host.stop();
}

BOOST_AUTO_TEST_SUITE_END()
