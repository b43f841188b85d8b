// SPDX-License-Identifier: Apache-2.0
#include <troupe/activity/implementation.hpp>
#include <troupe/service.hpp>
#include <troupe/tuner.hpp>
#include <troupe/worker.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace {

inline constexpr activity::contract<int(int)> doubles{"doubles"};

struct doubles_many {
  static constexpr std::string_view name = "DoublesMany";
  async<int> run(workflow::context ctx, int count) {
    std::vector<workflow::future<int>> all;
    for (int i = 0; i != count; ++i)
      all.push_back(ctx.execute<doubles>({.start_to_close_timeout = 30s}, i));
    int sum = 0;
    for (auto& each : all)
      sum += co_await each;
    for (int i = 0; i != 3; ++i)
      sum += co_await ctx.execute_local<doubles>({.start_to_close_timeout = 30s}, i);
    co_return sum;
  }
};

/// So many at a time; who asks in vain is answered when one comes back, from whatever thread that
/// is.
class at_most final : public custom_slot_supplier {
public:
  explicit at_most(int slots) : free_(slots), all_(slots) {}

  std::optional<granted_slot> try_reserve(const slot_reserve_context&) override {
    const std::lock_guard guard{mutex_};
    if (free_ == 0)
      return std::nullopt;
    --free_;
    return granted_slot{};
  }
  void reserve(slot_reservation request) override {
    {
      const std::lock_guard guard{mutex_};
      if (free_ == 0) {
        waiting_.push_back(std::move(request));
        return;
      }
      --free_;
    }
    request.grant();
  }
  void mark_used(const slot_mark_used_context& what) override {
    const std::lock_guard guard{mutex_};
    ++used[std::string{to_string(what.info.kind)} + " " + what.info.type];
  }
  void release(const slot_release_context&) override {
    std::optional<slot_reservation> next;
    {
      const std::lock_guard guard{mutex_};
      if (waiting_.empty()) {
        ++free_;
        return;
      }
      next = std::move(waiting_.back());
      waiting_.pop_back();
    }
    next->grant();
  }
  std::optional<std::size_t> maximum() const override { return static_cast<std::size_t>(all_); }

  bool all_are_back() {
    const std::lock_guard guard{mutex_};
    return free_ == all_;
  }
  std::map<std::string, int> used;

private:
  std::mutex mutex_;
  int free_;
  const int all_;
  std::vector<slot_reservation> waiting_;
};

std::map<std::string, std::string> suppliers_of(const worker& of) {
  std::map<std::string, std::string> all;
  for (const auto& each : of.snapshot().slot_kinds)
    all[each.kind] = each.supplier + " " + std::to_string(each.capacity.value_or(0));
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(tuned_workers)

BOOST_AUTO_TEST_CASE(each_kind_has_slots_in_its_own_way) {
  service service;
  auto client = service.connect();
  const auto mine = std::make_shared<at_most>(2);
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  {
    worker worker{
        client,
        {.task_queue = "q",
         .max_concurrent_nexus_tasks = 7,
         .tuner = make_tuner(
             {.workflow = fixed_size_slots{20},
              .activity = mine,
              .local_activity = resource_based_slots{
                  make_resource_controller({.target_memory_usage = 1, .target_cpu_usage = 1}),
                  {.maximum = 50}}})}};
    worker.add<doubles_many>().add(activity::implement<doubles>([&](int number) {
      const auto now = ++running;
      auto seen = most.load();
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      --running;
      return 2 * number;
    }));
    worker.start();
    BOOST_TEST(client.execute_workflow<doubles_many>({.task_queue = "q"}, 20) == 386);
    const std::map<std::string, std::string> expected{
        {"activity", "Custom 2"}, {"local_activity", "ResourceBased 50"}, {"workflow", "Fixed 20"}};
    BOOST_TEST((suppliers_of(worker) == expected));
    const auto metrics = worker.metrics_text();
    for (const char* name :
         {"resource_slots_mem_usage",
          "resource_slots_cpu_usage",
          "resource_slots_mem_pid_output",
          "resource_slots_cpu_pid_output"})
      BOOST_TEST(metrics.find(name) != std::string::npos, name);
  }
  BOOST_TEST(most <= 3); // two, and one of the local ones
  BOOST_TEST(mine->all_are_back());
  BOOST_TEST(mine->used == (std::map<std::string, int>{{"activity doubles", 20}}));
}

BOOST_AUTO_TEST_CASE(a_worker_at_its_targets_gets_on_with_its_minimum) {
  service service;
  auto client = service.connect();
  worker worker{
      client,
      {.task_queue = "q",
       .shards = 2,
       .tuner =
           resource_based_tuner({.target_memory_usage = 0.000001, .target_cpu_usage = 0.000001})}};
  worker.add<doubles_many>().add(
      activity::implement<doubles>([](int number) { return 2 * number; }));
  worker.start();
  BOOST_TEST(client.execute_workflow<doubles_many>({.task_queue = "q"}, 10) == 96);
}

BOOST_AUTO_TEST_CASE(a_tuner_that_makes_no_sense_is_refused_at_the_start) {
  service service;
  auto client = service.connect();
  worker worker{
      client,
      {.task_queue = "q",
       .tuner =
           std::make_shared<const worker_tuner>(worker_tuner{.workflow = fixed_size_slots{0}})}};
  worker.add<doubles_many>();
  BOOST_CHECK_EXCEPTION(worker.start(), worker_error, [](const worker_error& error) {
    return std::string{error.what()}.find("the workflow slots") != std::string::npos;
  });
}

BOOST_AUTO_TEST_SUITE_END()
