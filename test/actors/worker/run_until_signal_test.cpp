// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/log/log.hpp"

#include <troupe/client.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/service.hpp>
#include <troupe/worker.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/test/unit_test.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <tuple>
#include <utility>

namespace nexus = troupe::nexus;

namespace {

struct nothing {
  static constexpr std::string_view name = "Nothing";
  troupe::async<> run(troupe::workflow::context) { co_return; }
};

struct endless_service : nexus::service<"Endless"> {
  static constexpr operation<void, int> never{"never"};
  static constexpr auto operations = std::tuple{never};
};

struct caller {
  static constexpr std::string_view name = "Caller";
  troupe::async<> run(troupe::workflow::context ctx) {
    co_await ctx.nexus_client<endless_service>({.endpoint = "here"})
        .execute<endless_service::never>();
  }
};

/// Does something once, when a line with these words is logged, on the thread that logs it.
class on_line {
public:
  on_line(std::string words, std::function<void()> then)
      : sink_(std::make_shared<watching>(std::move(words), std::move(then))) {
    troupe::log::configure(
        {.threshold = troupe::log::level::info, .shape = {}, .to = sink_, .queue_lines = 0});
  }
  on_line(const on_line&) = delete;
  on_line& operator=(const on_line&) = delete;
  ~on_line() { troupe::log::configure(troupe::log::level::warn, troupe::log::format::text); }

private:
  struct watching final : troupe::log::sink {
    watching(std::string what, std::function<void()> then_do)
        : words(std::move(what)), then(std::move(then_do)) {}
    void write(const troupe::log::line& what) override {
      if (what.message.find(words) != std::string_view::npos)
        std::call_once(once, then);
    }
    std::string words;
    std::function<void()> then;
    std::once_flag once;
  };
  std::shared_ptr<watching> sink_;
};

enum class where { unreachable, service, wrong_namespace };

/// What happens around `run_until_signal`, in the order in which it happens.
struct order {
  const char* name;
  where at;
  bool started = false;        ///< `start` before
  bool stopped_before = false; ///< `stop` between the two
  const char* line = "";       ///< when this is logged ...
  int signal = 0;              ///< ... this signal comes, or (0) another thread stops the worker
  int returns = 0;
};

constexpr const char* running = "worker started";
constexpr const char* connecting = "the service cannot be reached, trying again";

const order orders[] = {
    {.name = "a signal while it runs", .at = where::service, .line = running, .signal = SIGTERM},
    {.name = "a signal while it still connects",
     .at = where::unreachable,
     .line = connecting,
     .signal = SIGINT},
    {.name = "stopped by another thread while it runs", .at = where::service, .line = running},
    {.name = "stopped by another thread while it still connects",
     .at = where::unreachable,
     .line = connecting},
    {.name = "refused by the service", .at = where::wrong_namespace, .returns = 1},
    {.name = "started before, then a signal",
     .at = where::service,
     .started = true,
     .signal = SIGTERM},
    {.name = "started before without a service, then a signal",
     .at = where::unreachable,
     .started = true,
     .signal = SIGTERM},
    {.name = "started before, then stopped by another thread",
     .at = where::service,
     .started = true},
    {.name = "started and stopped before",
     .at = where::service,
     .started = true,
     .stopped_before = true},
    {.name = "started and stopped before without a service",
     .at = where::unreachable,
     .started = true,
     .stopped_before = true},
    {.name = "started, and it stopped by itself before",
     .at = where::wrong_namespace,
     .started = true,
     .returns = 1},
};

troupe::client client_for(where at, const std::string& address) {
  switch (at) {
  case where::unreachable: return troupe::client::connect({.target = "127.0.0.1:1", .lazy = true});
  case where::wrong_namespace:
    return troupe::client::connect({.target = address, .name_space = "not-there", .lazy = true});
  case where::service: break;
  }
  return troupe::client::connect({.target = address, .lazy = true});
}

bool is_default(int signal) {
  struct sigaction now{};
  sigaction(signal, nullptr, &now);
  return now.sa_handler == SIG_DFL;
}

} // namespace

BOOST_AUTO_TEST_SUITE(run_until_signal)

BOOST_AUTO_TEST_CASE(returns_in_whatever_order_it_is_started_stopped_and_signalled) {
  troupe::service service;
  const auto address = service.listen("127.0.0.1:0");
  for (const auto& each : orders) {
    BOOST_TEST_CONTEXT(each.name) {
      troupe::worker worker{client_for(each.at, address), {.task_queue = "q"}};
      worker.add<nothing>();
      std::promise<void> now;
      std::jthread other;
      const auto happens = [&] {
        if (each.signal != 0)
          kill(getpid(), each.signal);
        else
          now.set_value();
      };
      if (each.signal == 0 && (*each.line != 0 || (each.started && !each.stopped_before)))
        other = std::jthread{[&, told = now.get_future()]() mutable {
          told.wait();
          worker.stop();
        }};
      if (each.started) {
        if (each.at == where::wrong_namespace)
          BOOST_CHECK_THROW(worker.start(), troupe::worker_error);
        else
          worker.start();
        if (each.stopped_before)
          worker.stop();
      }
      std::unique_ptr<on_line> log;
      if (*each.line != 0)
        log = std::make_unique<on_line>(each.line, happens);
      else if (each.started && !each.stopped_before && each.returns == 0) {
        // Nothing is logged that one could wait for: the signal comes once it is ours.
        if (each.signal != 0)
          other = std::jthread{[&] {
            while (is_default(each.signal))
              std::this_thread::yield();
            happens();
          }};
        else
          happens();
      } else if (other.joinable())
        now.set_value();
      BOOST_TEST(worker.run_until_signal() == each.returns);
      BOOST_TEST((worker.state() == troupe::worker_state::stopped));
      BOOST_TEST((is_default(SIGINT) && is_default(SIGTERM)));
      BOOST_TEST(worker.run_until_signal() == each.returns); // stopped before: returns at once
    }
  }
}

BOOST_AUTO_TEST_CASE(a_worker_with_nothing_to_serve_is_an_error) {
  troupe::worker worker{client_for(where::unreachable, {}), {.task_queue = "q"}};
  BOOST_TEST(worker.run_until_signal() == 1);
  BOOST_TEST((worker.state() == troupe::worker_state::created));
  BOOST_TEST((is_default(SIGINT) && is_default(SIGTERM)));
}

BOOST_AUTO_TEST_CASE(a_wake_up_that_an_earlier_run_left_behind_ends_no_later_one) {
  troupe::service service;
  const auto address = service.listen("127.0.0.1:0");
  for (int i = 0; i < 5; ++i) {
    troupe::worker worker{client_for(where::service, address), {.task_queue = "q"}};
    worker.add<nothing>();
    bool ran = false;
    on_line log{running, [&] {
                  ran = true;
                  kill(getpid(), SIGTERM);
                }};
    BOOST_TEST(worker.run_until_signal() == 0);
    BOOST_TEST(ran);
  }
}

// What the next test runs in a process of its own; nothing without that one's word.
BOOST_AUTO_TEST_CASE(a_worker_that_is_signalled_twice) {
  const char* first_word = std::getenv("TROUPE_TEST_FIRST_SIGNAL");
  const char* second_word = std::getenv("TROUPE_TEST_SECOND_SIGNAL");
  if (first_word == nullptr || second_word == nullptr)
    return;
  const int first = std::stoi(first_word);
  const int second = std::stoi(second_word);
  troupe::service service{{.endpoints = {{"here", "default", "q"}}}};
  auto client = service.connect();
  troupe::worker worker{client, {.task_queue = "q"}};
  std::promise<void> stopping;
  on_line log{"stopping: running tasks are finished", [&] { stopping.set_value(); }};
  // A handler that never returns keeps the graceful stop waiting.
  worker.add(nexus::handler_for<endless_service>(
      nexus::sync<endless_service::never>([&](nexus::start_context) -> int {
        while (is_default(first))
          std::this_thread::yield();
        kill(getpid(), first);
        stopping.get_future().wait();
        kill(getpid(), second);
        for (;;)
          pause();
      })));
  worker.add<caller>();
  (void)client.start_workflow<caller>({.id = "w", .task_queue = "q"});
  worker.run_until_signal();
}

BOOST_AUTO_TEST_CASE(a_second_signal_during_the_graceful_stop_ends_the_process_at_once) {
  for (const auto& [first, second] :
       {std::pair{SIGTERM, SIGINT}, {SIGINT, SIGTERM}, {SIGINT, SIGINT}}) {
    const auto environment = [](const char* name, int number) {
      setenv(name, std::to_string(number).c_str(), 1);
    };
    environment("TROUPE_TEST_FIRST_SIGNAL", first);
    environment("TROUPE_TEST_SECOND_SIGNAL", second);
    std::string program = "/proc/self/exe";
    std::string which = "--run_test=run_until_signal/a_worker_that_is_signalled_twice";
    std::string no_handlers = "--catch_system_errors=no";
    char* words[] = {program.data(), which.data(), no_handlers.data(), nullptr};
    pid_t child = 0;
    BOOST_REQUIRE(posix_spawn(&child, program.c_str(), nullptr, nullptr, words, environ) == 0);
    int status = 0;
    BOOST_REQUIRE(waitpid(child, &status, 0) == child);
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 128 + second);
  }
}

BOOST_AUTO_TEST_SUITE_END()
