// SPDX-License-Identifier: Apache-2.0
// Workflows and coroutine handlers that block or spin, with real threads and a real service.

#include "runtime/base/log/log.hpp"

#include <troupe/client.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/service.hpp>
#include <troupe/worker.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/test/unit_test.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <temporal/api/history/v1/message.pb.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <tuple>

using namespace std::chrono_literals;
namespace nexus = troupe::nexus;

namespace {

/// What the code below does when it runs for the first time, and how often it has been run and
/// destroyed. Shared with code that may outlive its test.
struct script {
  std::promise<void> gate;
  std::shared_future<void> opened = gate.get_future().share();
  std::atomic<int> workflows{0};
  std::atomic<int> requests{0};
  std::atomic<int> inside{0}; ///< frames that live

  static std::shared_ptr<script>& current() {
    static std::shared_ptr<script> now;
    return now;
  }
};

/// Counts a frame for as long as it lives.
struct guest {
  guest() : of(script::current()) {
    ++of->inside;
    of->inside.notify_all();
  }
  guest(const guest&) = delete;
  guest& operator=(const guest&) = delete;
  ~guest() {
    --of->inside;
    of->inside.notify_all();
  }
  std::shared_ptr<script> of;
};

struct word_service : nexus::service<"WordService"> {
  static constexpr operation<void, int> stuck{"stuck"};
  static constexpr operation<void, int> late{"late"}; ///< stuck after it has waited
  static constexpr operation<void, int> quick{"quick"};
  static constexpr auto operations = std::tuple{stuck, late, quick};
};

nexus::async<int> block_once(std::shared_ptr<script> in) {
  if (in->requests++ == 0)
    in->opened.wait();
  co_return 1;
}

auto words() {
  return nexus::handler_for<word_service>(
      nexus::sync<word_service::stuck>([](nexus::start_context ctx) -> nexus::async<int> {
        const guest here;
        const auto found = co_await block_once(here.of);
        co_await ctx.sleep(1ms); // past the first time nobody is there for that
        co_return found;
      }),
      nexus::sync<word_service::late>([](nexus::start_context ctx) -> nexus::async<int> {
        const guest here;
        co_await ctx.sleep(1ms);
        const auto found = co_await block_once(here.of);
        co_await ctx.sleep(1ms);
        co_return found;
      }),
      nexus::sync<word_service::quick>(
          [](nexus::start_context) -> nexus::async<int> { co_return 2; }));
}

template <const auto& Operation>
struct caller {
  static constexpr std::string_view name = Operation.name;
  troupe::async<int> run(troupe::workflow::context ctx) {
    co_return co_await ctx.nexus_client<word_service>({.endpoint = "here"})
        .template execute<Operation>();
  }
};

/// Blocks in its first task, the first time it is run.
struct blocking {
  static constexpr std::string_view name = "Blocking";
  troupe::async<int> run(troupe::workflow::context ctx) {
    const guest here;
    if (here.of->workflows++ == 0)
      here.of->opened.wait();
    co_await ctx.sleep(1ms);
    co_return 3;
  }
};

struct well_behaved {
  static constexpr std::string_view name = "WellBehaved";
  troupe::async<int> run(troupe::workflow::context ctx) {
    co_await ctx.sleep(1ms);
    co_return 4;
  }
};

/// Its destructor waits for the gate: of a run that was evicted, as nobody signals it.
struct clinging {
  static constexpr std::string_view name = "Clinging";
  struct local {
    ~local() { here.of->opened.wait(); }
    guest here;
  };
  troupe::async<> run(troupe::workflow::context ctx) {
    const local one;
    ctx.on_query("there", [] { return true; });
    co_await ctx.wait_condition([] { return false; });
  }
};

/// Never gives its thread back; SIGTERM comes when it has just begun.
struct spinning {
  static constexpr std::string_view name = "Spinning";
  troupe::async<> run(troupe::workflow::context) {
    kill(getpid(), SIGTERM);
    const volatile bool for_ever = true; // or the loop would be none
    while (for_ever) {
    }
    co_return;
  }
};

struct fixture {
  fixture() { script::current() = play; }
  ~fixture() {
    open_gate();
    // The threads that are away end by themselves; their frames go with them.
    for (auto left = play->inside.load(); left != 0; left = play->inside.load())
      play->inside.wait(left);
    script::current() = nullptr;
  }

  void open_gate() {
    if (!std::exchange(is_open, true))
      play->gate.set_value();
  }

  std::unique_ptr<troupe::worker> make_worker(std::size_t shards = 1) {
    auto made = std::make_unique<troupe::worker>(
        client,
        troupe::worker_options{.task_queue = "q", .shards = shards, .deadlock_timeout = 200ms});
    made->add(words())
        .add<blocking>()
        .add<well_behaved>()
        .add<caller<word_service::stuck>>()
        .add<caller<word_service::late>>()
        .add<caller<word_service::quick>>();
    made->start();
    return made;
  }

  template <class Workflow>
  auto begin(const std::string& id) {
    return client.start_workflow<Workflow>({.id = id, .task_queue = "q", .task_timeout = 1s});
  }
  static std::uint64_t metric(const troupe::worker& of, const std::string& name) {
    return of.snapshot().metrics[name];
  }

  std::shared_ptr<script> play = std::make_shared<script>();
  bool is_open = false;
  troupe::service service{{.endpoints = {{"here", "default", "q"}}}};
  troupe::client client = service.connect();
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(stuck_code, fixture)

BOOST_AUTO_TEST_CASE(the_others_finish_while_a_workflow_blocks) {
  auto worker = make_worker();
  const auto stuck = begin<blocking>("stuck");
  play->inside.wait(0);
  // The only shard is with it, and yet:
  BOOST_TEST(begin<well_behaved>("other").result() == 4);
  BOOST_TEST(begin<caller<word_service::quick>>("caller").result() == 2);
  BOOST_TEST(metric(*worker, "threads_left_behind") == 1u);
  BOOST_TEST(metric(*worker, "threads_away") == 1u);
  std::string why;
  for (const auto& event : stuck.history({.wait_for_new_events = true})) {
    if (event.type() != "WorkflowTaskFailed")
      continue;
    why = event.message().workflow_task_failed_event_attributes().failure().message();
    break;
  }
  BOOST_TEST(why.starts_with("[TMPRL1101]"), why);
  BOOST_TEST(why.find("blocking::run") != std::string::npos, why);
  open_gate();
  BOOST_TEST(stuck.result() == 3); // the next task is like any other
  while (metric(*worker, "threads_away") != 0)
    std::this_thread::yield();
  worker->stop();
}

BOOST_AUTO_TEST_CASE(the_others_finish_while_a_destructor_of_an_evicted_run_blocks) {
  troupe::worker worker{
      client, {.task_queue = "q", .max_cached_workflows = 1, .deadlock_timeout = 200ms}};
  worker.add<clinging>().add<well_behaved>().start();
  const auto evicted = begin<clinging>("evicted");
  BOOST_TEST(evicted.query<bool>("there")); // it is in the cache
  BOOST_TEST(begin<well_behaved>("first").result() == 4);
  BOOST_TEST(begin<well_behaved>("second").result() == 4);
  BOOST_TEST(metric(worker, "threads_left_behind") == 1u);
  evicted.terminate();
  open_gate();
  while (metric(worker, "threads_away") != 0)
    std::this_thread::yield();
  worker.stop();
}

BOOST_AUTO_TEST_CASE(a_coroutine_handler_that_blocks_is_retried_while_it_still_blocks) {
  for (const bool at_once : {true, false}) {
    play->requests = 0;
    auto worker = make_worker();
    BOOST_TEST(
        (at_once ? begin<caller<word_service::stuck>>("caller-1").result()
                 : begin<caller<word_service::late>>("caller-2").result())
        == 1);
    BOOST_TEST(play->requests == 2);
    BOOST_TEST(metric(*worker, "threads_left_behind") == 1u);
    BOOST_TEST(begin<well_behaved>(at_once ? "other-1" : "other-2").result() == 4);
    worker->stop();
  }
}

BOOST_AUTO_TEST_CASE(a_shard_gets_stuck_as_often_as_it_must) {
  auto worker = make_worker();
  const auto first = begin<blocking>("stuck");
  play->inside.wait(0);
  BOOST_TEST(begin<caller<word_service::stuck>>("caller").result() == 1);
  BOOST_TEST(metric(*worker, "threads_left_behind") == 2u);
  BOOST_TEST(metric(*worker, "threads_away") == 2u);
  BOOST_TEST(begin<well_behaved>("other").result() == 4);
  open_gate();
  BOOST_TEST(first.result() == 3);
}

BOOST_AUTO_TEST_CASE(a_worker_stops_and_goes_while_its_code_is_stuck) {
  auto worker = make_worker(2);
  (void)begin<blocking>("stuck");
  (void)begin<caller<word_service::stuck>>("caller");
  play->inside.wait(0);
  worker->stop();
  BOOST_TEST((worker->state() == troupe::worker_state::stopped));
  worker = nullptr;
  BOOST_TEST(play->inside > 0); // and touches nothing of it when it comes back
}

BOOST_AUTO_TEST_CASE(each_type_may_have_a_patience_of_its_own) {
  troupe::worker worker{
      client,
      {.task_queue = "q",
       .shards = 1,
       .deadlock_timeout = 1h,
       .deadlock_timeouts = {{"Blocking", 200ms}, {"WordService/stuck", 200ms}}}};
  worker.add(words()).add<blocking>().add<well_behaved>().add<caller<word_service::stuck>>();
  worker.start();
  const auto first = begin<blocking>("stuck");
  play->inside.wait(0);
  BOOST_TEST(begin<well_behaved>("other").result() == 4);
  BOOST_TEST(begin<caller<word_service::stuck>>("caller").result() == 1);
  BOOST_TEST(metric(worker, "threads_left_behind") == 2u);
  open_gate();
  BOOST_TEST(first.result() == 3);
}

BOOST_AUTO_TEST_CASE(a_type_may_take_as_long_as_it_likes) {
  troupe::worker worker{
      client,
      {.task_queue = "q",
       .shards = 1,
       .deadlock_timeout = 50ms,
       .deadlock_timeouts = {{"Blocking", 0s}}}};
  worker.add<blocking>().add<clinging>();
  worker.start();
  const auto first = begin<blocking>("stuck");
  play->inside.wait(0);
  // As long as another worker needs to leave its code behind with the same patience.
  troupe::worker impatient{client, {.task_queue = "p", .shards = 1, .deadlock_timeout = 50ms}};
  impatient.add<blocking>();
  impatient.start();
  play->workflows = 0;
  (void)client.start_workflow<blocking>({.id = "left", .task_queue = "p", .task_timeout = 1s});
  while (metric(impatient, "threads_left_behind") == 0)
    std::this_thread::yield();
  BOOST_TEST(metric(worker, "threads_left_behind") == 0u);
  open_gate();
  BOOST_TEST(first.result() == 3);
  BOOST_TEST(metric(worker, "threads_left_behind") == 0u);
}

BOOST_AUTO_TEST_CASE(no_patience_is_negative) {
  BOOST_CHECK_EXCEPTION(
      (troupe::worker{client, {.task_queue = "q", .deadlock_timeouts = {{"Blocking", -1s}}}}),
      troupe::worker_error,
      [](const troupe::worker_error& error) {
        return std::string_view{error.what()}
               == "the deadlock_timeout of Blocking must not be negative";
      });
}

// What the next test runs in a process of its own; nothing without that one's word.
BOOST_AUTO_TEST_CASE(a_process_whose_workflow_spins) {
  if (std::getenv("TROUPE_TEST_SPIN") == nullptr)
    return;
  troupe::worker worker{client, {.task_queue = "q"}};
  worker.add<spinning>();
  (void)begin<spinning>("w");
  BOOST_TEST(worker.run_until_signal() == 0);
  BOOST_TEST(worker.snapshot().metrics["threads_away"] == 1u);
}

BOOST_AUTO_TEST_CASE(sigterm_ends_a_process_whose_workflow_spins) {
  setenv("TROUPE_TEST_SPIN", "1", 1);
  std::string program = "/proc/self/exe";
  std::string which = "--run_test=stuck_code/a_process_whose_workflow_spins";
  std::string no_handlers = "--catch_system_errors=no";
  char* words[] = {program.data(), which.data(), no_handlers.data(), nullptr};
  pid_t child = 0;
  BOOST_REQUIRE(posix_spawn(&child, program.c_str(), nullptr, nullptr, words, environ) == 0);
  unsetenv("TROUPE_TEST_SPIN");
  int status = 0;
  BOOST_REQUIRE(waitpid(child, &status, 0) == child);
  BOOST_TEST(WIFEXITED(status));
  BOOST_TEST(WEXITSTATUS(status) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
