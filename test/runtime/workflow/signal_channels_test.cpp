// SPDX-License-Identifier: Apache-2.0
// Channels of signals: one per name, what they read, and signals that were received and not looked
// at.

#include "test/runtime/workflow/workflow_fixture.hpp"

#include <troupe/workflow/channel.hpp>

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

/// Asks for the channel each time it receives.
struct asks_again {
  async<std::vector<int>> run(workflow::context ctx) {
    std::vector<int> got;
    for (int i = 0; i != 3; ++i)
      got.push_back(co_await ctx.signal_channel<int>("n").receive());
    co_return got;
  }
};

struct asks_twice {
  async<std::string> run(workflow::context ctx) {
    auto first = ctx.signal_channel<int>("n");
    auto second = ctx.signal_channel<int>("n");
    auto early = co_await first.receive();
    auto late = co_await second.receive();
    co_return std::to_string(early) + std::to_string(late) + " " + std::to_string(first.size())
        + std::to_string(second.size());
  }
};

struct asks_with_another_type {
  async<void> run(workflow::context ctx) {
    (void)ctx.signal_channel<int>("n");
    (void)ctx.signal_channel<std::string>("n");
    co_return;
  }
};

/// A handler takes over, then the channel again: each gets what comes in its time.
struct changes_its_mind {
  std::string log;

  async<std::string> run(workflow::context ctx) {
    auto before = ctx.signal_channel<int>("n");
    log += "c" + std::to_string(co_await before.receive());
    ctx.on_signal("n", [this](std::string text) { log += "h" + text; });
    co_await ctx.sleep(1s);
    log += "c" + co_await ctx.signal_channel<std::string>("n").receive();
    co_return log + " " + std::to_string(before.size());
  }
};

async<std::string> receive_one(workflow::signal_channel<int> from) {
  co_return std::to_string(co_await from.receive());
}

/// A receive that has a signal and is dropped, while another one waits.
struct drops_one {
  async<std::string> run(workflow::context ctx) {
    auto numbers = ctx.signal_channel<int>("n");
    std::optional dropped{numbers.receive()};
    auto other = ctx.spawn(receive_one(numbers));
    co_await ctx.sleep(1s);
    std::string log = dropped->is_ready() ? "ready " : "waits ";
    dropped.reset();
    co_return log + co_await other;
  }
};

/// Several receives that have signals are dropped, the older ones first.
template <class Channel>
async<std::string> drop_several(Channel receive) {
  std::optional first{receive()};
  std::optional second{receive()};
  std::optional third{receive()};
  std::string log = first->is_ready() && third->is_ready() ? "ready " : "waits ";
  first.reset();
  third.reset();
  second.reset();
  for (int i = 0; i != 4; ++i) {
    auto next = receive();
    log += next.is_ready() ? "" : "-";
    const auto value = co_await next;
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, int>)
      log += std::to_string(value);
    else
      log += std::to_string(*value);
  }
  co_return log;
}

struct drops_several {
  async<std::string> run(workflow::context ctx) {
    auto numbers = ctx.signal_channel<int>("n");
    co_await ctx.sleep(1s);
    auto log = co_await drop_several([numbers] { return numbers.receive(); });
    workflow::channel<int> local{4};
    for (int i = 1; i != 5; ++i)
      co_await local.send(ctx, i);
    co_return log + " " + co_await drop_several([local, ctx] { return local.receive(ctx); });
  }
};

struct contract {
  static constexpr workflow::signal<> go{"go"};
  static constexpr workflow::signal<std::string, int> pay{"pay"};
};

struct reads_all_kinds {
  async<std::string> run(workflow::context ctx) {
    co_await ctx.signal_channel<contract::go>().receive();
    auto [who, amount] = co_await ctx.signal_channel<contract::pay>().receive();
    auto pair = co_await ctx.signal_channel<std::pair<std::string, int>>("pair").receive();
    const payloads raw = co_await ctx.signal_channel<payloads>("raw").receive();
    const payload one = co_await ctx.signal_channel<payload>("one").receive();
    co_return who + std::to_string(amount) + " " + pair.first + std::to_string(pair.second) + " "
        + std::to_string(raw.size()) + raw[0].data + raw[1].data + " " + one.data;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(signal_channels)

BOOST_AUTO_TEST_CASE(a_name_has_one_channel_however_often_it_is_asked_for) {
  auto told = history().started("W").signaled("n", 1).signaled("n", 2).task();
  told.signaled("n", 3).signaled("n", 4).task_started();
  BOOST_TEST(run<asks_again>(told) == "CompleteWorkflowExecution [1,2,3]");
}

BOOST_AUTO_TEST_CASE(two_handles_of_a_name_share_the_signals) {
  auto told = history().started("W").signaled("n", 1).signaled("n", 2).signaled("n", 3);
  told.task_started();
  BOOST_TEST(run<asks_twice>(told) == "CompleteWorkflowExecution \"12 11\"");
}

BOOST_AUTO_TEST_CASE(a_channel_of_other_types_is_refused) {
  BOOST_TEST(
      run<asks_with_another_type>(history().started("W").task_started())
      == "failed: the channel of the signals 'n' is asked for with other types than before: a name "
         "has one channel, of the same types everywhere");
}

BOOST_AUTO_TEST_CASE(a_handler_replaces_the_channel_and_the_other_way_round) {
  auto told =
      history().started("W").signaled("n", 1).signaled("n", 2).task().timer_started("1", 1s);
  told.signaled("n", std::string{"3"}).timer_fired("1").task().signaled("n", std::string{"4"});
  told.task_started();
  BOOST_TEST(run<changes_its_mind>(told) == "CompleteWorkflowExecution \"c1h3c4 1\"");
}

BOOST_AUTO_TEST_CASE(a_signal_that_was_received_and_dropped_wakes_the_next_receiver) {
  auto told = history().started("W").task().timer_started("1", 1s).signaled("n", 7).task();
  told.timer_fired("1").task_started();
  BOOST_TEST(run<drops_one>(told) == "CompleteWorkflowExecution \"ready 7\"");
}

BOOST_AUTO_TEST_CASE(signals_and_values_that_were_dropped_keep_their_order) {
  auto told = history().started("W").task().timer_started("1", 1s);
  for (int i = 1; i != 5; ++i)
    told.signaled("n", i);
  told.timer_fired("1").task_started();
  BOOST_TEST(run<drops_several>(told) == "CompleteWorkflowExecution \"ready 1234 ready 1234\"");
}

BOOST_AUTO_TEST_CASE(a_channel_reads_no_argument_several_or_leaves_them_as_they_are) {
  auto told = history().started("W").signaled("go").signaled("pay", std::string{"Ann"}, 5);
  told.signaled("pair", std::pair{std::string{"Bob"}, 6}).signaled("raw", 1, true);
  told.signaled("one", 8).task_started();
  BOOST_TEST(run<reads_all_kinds>(told) == "CompleteWorkflowExecution \"Ann5 Bob6 21true 8\"");
}

BOOST_AUTO_TEST_SUITE_END()
