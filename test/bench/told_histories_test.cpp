// SPDX-License-Identifier: Apache-2.0
#include "bench/support/told_history.hpp"
#include "runtime/workflow/instance.hpp"

#include <troupe/workflow/definition.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using troupe::bench::told_history;
namespace workflow = troupe::workflow;

namespace {

std::vector<int> results;

struct sleeper {
  static constexpr std::string_view name = "sleeper";
  troupe::async<> run(workflow::context ctx) {
    for (int number = 1;; ++number) {
      co_await ctx.sleep(1s);
      results.push_back(number);
    }
  }
};

struct caller {
  static constexpr std::string_view name = "caller";
  troupe::async<> run(workflow::context ctx) {
    for (int number = 1;; ++number)
      results.push_back(
          co_await ctx.execute_activity<int>("echo", {.start_to_close_timeout = 5s}, number));
  }
};

struct parent {
  static constexpr std::string_view name = "parent";
  troupe::async<> run(workflow::context ctx) {
    for (int number = 1;; ++number)
      results.push_back(co_await ctx.execute_child<int>(
          "child", {.id = "child-" + std::to_string(number)}, number));
  }
};

template <class W>
std::unique_ptr<workflow::instance> make_instance() {
  return std::make_unique<workflow::instance>(
      workflow::define<W>(), std::make_shared<const workflow::environment>());
}

workflow::activation_result answer(
    workflow::instance& to,
    temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse task) {
  BOOST_REQUIRE(to.begin(task).kind == workflow::activation_need::what::nothing);
  auto result = to.complete();
  BOOST_REQUIRE_MESSAGE(
      result.kind == workflow::activation_result::verdict::completed, result.reason);
  return result;
}

/// Replays 3 steps in one task; the workflow has what each of them brought.
template <class W>
void replays(told_history::kind kind, std::size_t events_of_a_step) {
  told_history told{kind, std::string{W::name}};
  const auto begun = told.size();
  for (int i = 0; i < 3; ++i)
    BOOST_TEST(told.step().size() == events_of_a_step);
  BOOST_TEST(told.size() == begun + 3 * events_of_a_step);
  results.clear();
  const auto run = make_instance<W>();
  (void)answer(*run, told.full_task());
  BOOST_TEST(results == (std::vector{1, 2, 3}), boost::test_tools::per_element());
}

} // namespace

BOOST_AUTO_TEST_SUITE(told_histories)

BOOST_AUTO_TEST_CASE(a_strict_worker_replays_timers) {
  replays<sleeper>(told_history::kind::timers, 5);
}
BOOST_AUTO_TEST_CASE(a_strict_worker_replays_activities) {
  replays<caller>(told_history::kind::activities, 6);
}
BOOST_AUTO_TEST_CASE(a_strict_worker_replays_children) {
  replays<parent>(told_history::kind::children, 9);
}

BOOST_AUTO_TEST_CASE(a_run_in_memory_takes_the_next_step_as_a_task) {
  told_history told{told_history::kind::activities, "caller"};
  results.clear();
  const auto run = make_instance<caller>();
  (void)answer(*run, told.full_task());
  for (int i = 1; i <= 3; ++i) {
    (void)answer(*run, told.task(told.step()));
    BOOST_TEST(results.size() == static_cast<std::size_t>(i));
  }
}

BOOST_AUTO_TEST_SUITE_END()
