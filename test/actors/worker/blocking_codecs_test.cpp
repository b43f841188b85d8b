// SPDX-License-Identifier: Apache-2.0
// A worker whose codec waits for somebody else keeps it away from its shards.

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/payload/codec_chain.hpp>
#include <troupe/service.hpp>
#include <troupe/worker.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <tuple>

using namespace std::chrono_literals;
using namespace troupe;

namespace {

inline constexpr activity::contract<std::string(std::string)> plain{"plain"};
inline constexpr activity::contract<std::string(std::string)> coroutine{"coroutine"};
inline constexpr activity::contract<std::string(std::string)> failing{"failing"};

struct word_service : nexus::service<"WordService"> {
  static constexpr operation<std::string, std::string> say{"say"};
  static constexpr operation<std::string, std::string> refuse{"refuse"};
  static constexpr auto operations = std::tuple{say, refuse};
};

/// A codec server as a worker sees it: what has `slow` in it is not answered until the gate opens.
/// Marks what it coded, and notes the threads that it ran on.
class waiting_codec final : public payload_codec {
public:
  payloads encode(payloads all) const override {
    pass();
    for (auto& each : all)
      each.data = "#" + each.data;
    return all;
  }
  payloads decode(payloads encoded) const override {
    pass();
    for (auto& each : encoded) {
      if (each.data.find("slow") != std::string::npos && !is_open) {
        is_waiting = true;
        is_waiting.notify_all();
        opened.wait();
      }
      if (each.data.starts_with("#"))
        each.data.erase(0, 1);
    }
    return encoded;
  }
  bool may_block() const noexcept override { return true; }

  void open() const {
    is_open = true;
    gate.set_value();
  }

  mutable std::promise<void> gate;
  std::shared_future<void> opened = gate.get_future().share();
  mutable std::atomic<bool> is_open{false};
  mutable std::atomic<bool> is_waiting{false};
  mutable std::atomic<int> on_shard{0};

private:
  /// Threads of shards have their name.
  void pass() const {
    char name[16]{};
    pthread_getname_np(pthread_self(), name, sizeof name);
    if (std::string_view{name} == "troupe-0")
      ++on_shard;
  }
};

struct words {
  static constexpr std::string_view name = "Words";
  async<std::string> run(workflow::context ctx, std::string in) {
    ctx.on_query("ask", [in] { return in + "?"; });
    auto said = co_await ctx.execute<plain>({.start_to_close_timeout = 10s}, in);
    said += co_await ctx.execute_local<plain>({.start_to_close_timeout = 10s}, "l");
    auto failed = co_await ctx.execute<failing>({.start_to_close_timeout = 10s}, "f").as_result();
    said += failed.has_value() ? "?" : "!";
    auto words = ctx.nexus_client<word_service>({.endpoint = "here"});
    said += co_await words.execute<word_service::say>("n");
    auto refused = co_await words.execute<word_service::refuse>("r").as_result();
    said += refused.has_value() ? "?" : "!";
    co_return said;
  }
};

struct talk_service : nexus::service<"TalkService"> {
  static constexpr operation<std::string, std::string> ask{"ask"};
  static constexpr auto operations = std::tuple{ask};
};

/// Its updates have come to their end when they are accepted.
struct listens {
  static constexpr std::string_view name = "Listens";
  static constexpr workflow::update<std::string(std::string)> answer{"answer"};
  async<std::string> run(workflow::context ctx) {
    ctx.on_update<answer>([](std::string in) {
      if (in == "no")
        throw application_error("never", {.details = make_payloads(std::string{"d"})});
      return in + "!";
    });
    co_await ctx.wait_condition([] { return false; });
    co_return "";
  }
};

struct talks {
  static constexpr std::string_view name = "Talks";
  async<std::string> run(workflow::context ctx) {
    auto listener = ctx.nexus_client<talk_service>({.endpoint = "here"});
    auto said = co_await listener.execute<talk_service::ask>("yes");
    auto refused = co_await listener.execute<talk_service::ask>("no").as_result();
    co_return said + (refused.has_value() ? "?" : describe(refused.error()));
  }
};

struct fixture {
  std::shared_ptr<waiting_codec> codec = std::make_shared<waiting_codec>();
  service embedded{{.endpoints = {{"here", "default", "q"}}}};
  data_converter converter{.codec = codec_chain({codec}), .encode_failure_attributes = true};

  worker serve(const client& with) {
    worker made{with, {.task_queue = "q", .shards = 1}};
    made.add<words>()
        .add(activity::implement<plain>([](activity::context ctx, std::string in) {
          ctx.heartbeat(in);
          return in + "1";
        }))
        .add(activity::implement<failing>([](std::string) -> std::string {
          throw application_error(
              "no", {.non_retryable = true, .details = make_payloads(std::string{"d"})});
        }))
        .add(nexus::handler_for<word_service>(
            nexus::sync<word_service::say>(
                [](nexus::start_context, std::string in) { return in + "2"; }),
            nexus::sync<word_service::refuse>([](nexus::start_context, std::string) -> std::string {
              throw nexus::operation_error::failed("never");
            })));
    made.start();
    return made;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(blocking_codecs, fixture)

BOOST_AUTO_TEST_CASE(a_codec_that_waits_holds_up_its_own_workflow_and_no_shard) {
  const auto with = embedded.connect("default", converter);
  auto serving = serve(with);
  auto slow = with.start_workflow<words>({.id = "slow", .task_queue = "q"}, "slow");
  codec->is_waiting.wait(false);
  // The only shard has nothing to do with it:
  BOOST_TEST(
      with.execute_workflow<words>({.id = "quick", .task_queue = "q"}, "quick") == "quick1l1!n2!");
  BOOST_TEST(with.get_workflow("quick").query<std::string>("ask") == "quick?");
  const auto seen = serving.snapshot();
  BOOST_TEST(seen.metrics.at("threads_left_behind") == 0u);
  codec->open();
  BOOST_TEST(slow.result() == "slow1l1!n2!");
  BOOST_TEST(codec->on_shard == 0);
  serving.stop();
  BOOST_TEST((serving.state() == worker_state::stopped));
}

BOOST_AUTO_TEST_CASE(outcomes_of_updates_that_are_there_at_once_are_read_on_the_pool) {
  const auto with = embedded.connect("default", converter);
  worker serving{with, {.task_queue = "q", .shards = 1}};
  serving.add<listens>().add<talks>().add(
      nexus::handler_for<talk_service>(nexus::operation_handler<talk_service::ask>(
          [](nexus::start_context, std::string in) -> nexus::start_result<std::string> {
            return nexus::start_update<listens::answer>({.workflow_id = "listens"}, in);
          })));
  serving.start();
  (void)with.start_workflow<listens>({.id = "listens", .task_queue = "q"});
  const auto said = with.execute_workflow<talks>({.task_queue = "q"});
  BOOST_TEST(said.starts_with("yes!"), said);
  BOOST_TEST(said.find("never") != std::string::npos, said);
  BOOST_TEST(codec->on_shard == 0);
  serving.stop();
}

BOOST_AUTO_TEST_CASE(a_worker_stops_when_what_its_codec_waits_for_has_come) {
  const auto with = embedded.connect("default", converter);
  auto serving = serve(with);
  (void)with.start_workflow<words>({.id = "slow", .task_queue = "q"}, "slow");
  codec->is_waiting.wait(false);
  std::thread opener{[&] { codec->open(); }};
  serving.stop();
  opener.join();
  BOOST_TEST((serving.state() == worker_state::stopped));
}

BOOST_AUTO_TEST_CASE(what_nobody_knows_is_refused_off_the_shard_too) {
  const auto with = embedded.connect("default", converter);
  auto serving = serve(with);
  auto unknown = with.start_workflow("Nobody", {.id = "unknown", .task_queue = "q"}, "x");
  for (const auto& event : unknown.history({.wait_for_new_events = true}))
    if (event.type() == "WorkflowTaskFailed")
      break;
  unknown.terminate();
  BOOST_TEST(codec->on_shard == 0);
}

BOOST_AUTO_TEST_CASE(coroutines_are_refused_by_name) {
  const auto with = embedded.connect("default", converter);
  const auto why_not = [](worker& one) {
    try {
      one.start();
    } catch (const worker_error& error) {
      return std::string{error.what()};
    }
    return std::string{};
  };
  worker activities{with, {.task_queue = "q"}};
  activities.add(activity::implement<coroutine>(
      [](activity::context, std::string in) -> activity::async<std::string> { co_return in; }));
  BOOST_TEST(why_not(activities).starts_with("the activity coroutine is a coroutine"));
  worker operations{with, {.task_queue = "q"}};
  operations.add(nexus::handler_for<word_service>(
      nexus::sync<word_service::say>(
          [](nexus::start_context, std::string in) -> nexus::async<std::string> { co_return in; }),
      nexus::sync<word_service::refuse>([](nexus::start_context, std::string in) { return in; })));
  BOOST_TEST(why_not(operations).starts_with("the operation WordService/say is a coroutine"));
  // With any other codec they are fine.
  const auto other = embedded.connect();
  worker fine{other, {.task_queue = "q"}};
  fine.add(activity::implement<coroutine>(
      [](activity::context, std::string in) -> activity::async<std::string> { co_return in; }));
  BOOST_TEST(why_not(fine) == "");
}

BOOST_AUTO_TEST_SUITE_END()
