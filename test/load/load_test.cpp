// SPDX-License-Identifier: Apache-2.0
// A thousand caller workflows at once against the embedded service: nothing lost, nothing done
// twice that shows, no error in the log.

#include "runtime/base/log/log.hpp"

#include <troupe/client.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/service.hpp>
#include <troupe/worker.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace {

namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;

constexpr int caller_count = 1000;
constexpr int operations_each = 10;

struct load_service : nexus::service<"LoadService"> {
  static constexpr operation<int, int> twice{"twice"};
  static constexpr operation<int, int> thrice{"thrice"};
  static constexpr auto operations = std::tuple{twice, thrice};
};

struct thrice_workflow {
  static constexpr std::string_view name = "Thrice";
  troupe::async<int> run(workflow::context, int input) { co_return 3 * input; }
};

struct caller_workflow {
  static constexpr std::string_view name = "LoadCaller";
  troupe::async<int> run(workflow::context ctx, int number) {
    auto load = ctx.nexus_client<load_service>({.endpoint = "load-endpoint"});
    int sum = 0;
    // Every fifth operation is a workflow run, so both ways back to the caller are under load.
    for (int i = 0; i < operations_each; ++i)
      sum += i % 5 == 4 ? co_await load.execute<load_service::thrice>(number)
                        : co_await load.execute<load_service::twice>(number);
    co_return sum;
  }
};

/// Remembers what was logged at warn and above.
class recording_sink final : public troupe::log::sink {
public:
  void write(const troupe::log::line& what) override {
    if (what.severity < troupe::log::level::warn)
      return;
    std::string line{what.message};
    for (const auto& each : what.fields)
      line += ' ' + std::string{each.key} + '=' + each.value;
    const std::lock_guard lock{guard_};
    lines_.push_back(std::move(line));
  }
  std::vector<std::string> lines() const {
    troupe::log::flush();
    const std::lock_guard lock{guard_};
    return lines_;
  }

private:
  mutable std::mutex guard_;
  std::vector<std::string> lines_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(load)

BOOST_AUTO_TEST_CASE(a_thousand_callers_with_ten_operations_each_lose_nothing) {
  const auto log = std::make_shared<recording_sink>();
  troupe::log::configure(troupe::log::level::warn, troupe::log::format::text);
  troupe::log::set_sink(log);

  troupe::service service{
      {.namespaces = {{.name = "caller-ns"}, {.name = "handler-ns"}},
       .endpoints =
           {{.name = "load-endpoint",
             .target_namespace = "handler-ns",
             .target_task_queue = "handler-tq"}},
       .dynamic_config = {}}};
  auto caller_client = service.connect("caller-ns");
  auto handler_client = service.connect("handler-ns");

  std::atomic<int> handled = 0;
  troupe::worker handler{handler_client, {.task_queue = "handler-tq"}};
  handler.add(nexus::handler_for<load_service>(
      nexus::sync<load_service::twice>([&handled](nexus::start_context, int input) -> int {
        handled.fetch_add(1, std::memory_order_relaxed);
        return 2 * input;
      }),
      nexus::workflow_run<load_service::thrice>([](nexus::start_context ctx, int input) {
        return nexus::start_workflow<thrice_workflow>(
            {.id = "thrice-" + std::string{ctx.request_id()}}, input);
      })));
  handler.add<thrice_workflow>();
  handler.start();
  troupe::worker caller{
      caller_client, {.task_queue = "caller-tq", .max_cached_workflows = 2 * caller_count}};
  caller.add<caller_workflow>();
  caller.start();

  std::vector<troupe::workflow_handle<int>> handles;
  for (int i = 0; i < caller_count; ++i)
    handles.push_back(caller_client.start_workflow<caller_workflow>(
        {.id = "load-" + std::to_string(i), .task_queue = "caller-tq"}, i));
  int wrong = 0;
  for (int i = 0; i < caller_count; ++i)
    if (handles[static_cast<std::size_t>(i)].result() != i * (8 * 2 + 2 * 3))
      ++wrong;
  BOOST_TEST(wrong == 0);
  BOOST_TEST(handled.load() >= caller_count * 8);
  BOOST_TEST(caller_client.count_workflows("ExecutionStatus = 'Completed'") == caller_count);
  BOOST_TEST(handler_client.count_workflows("ExecutionStatus = 'Completed'") == caller_count * 2);

  caller.stop();
  handler.stop();
  for (const auto& each : {caller.snapshot(), handler.snapshot()}) {
    BOOST_TEST(each.workflow.running() == 0U);
    BOOST_TEST(each.nexus.running() == 0U);
  }
  for (const auto& line : log->lines())
    BOOST_ERROR("logged: " << line);
}

BOOST_AUTO_TEST_SUITE_END()
