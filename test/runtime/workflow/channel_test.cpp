// SPDX-License-Identifier: Apache-2.0
// Channels between the coroutines of a run: order, room, the first of several, close, cancel.

#include "test/runtime/workflow/workflow_fixture.hpp"

#include <troupe/workflow/channel.hpp>

#include <boost/test/unit_test.hpp>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace {

async<void>
send_all(workflow::context ctx, workflow::channel<int> to, int from, int until, std::string* log) {
  for (int i = from; i != until; ++i) {
    co_await to.send(ctx, i);
    *log += "s" + std::to_string(i);
  }
  to.close();
}

/// A sender may be `Capacity` values ahead.
template <std::size_t Capacity>
struct in_order {
  std::string log;

  async<std::string> run(workflow::context ctx) {
    workflow::channel<int> numbers{Capacity};
    auto sender = ctx.spawn(send_all(ctx, numbers, 1, 4, &log));
    co_await ctx.sleep(1s);
    while (auto next = co_await numbers.receive(ctx))
      log += "r" + std::to_string(*next);
    co_await sender;
    co_return log;
  }
};

/// The first of two that has something; the other's value stays where it is.
struct selects {
  async<std::string> run(workflow::context ctx) {
    workflow::channel<int> left{1};
    workflow::channel<std::string> right{1};
    co_await left.send(ctx, 1);
    co_await right.send(ctx, "kept");
    std::string log;
    {
      auto a = left.receive(ctx);
      auto b = right.receive(ctx);
      log += std::to_string(co_await workflow::any(a, b)) + std::to_string(*a.get());
    }
    {
      auto a = left.receive(ctx);
      auto b = right.receive(ctx);
      log += " " + std::to_string(co_await workflow::any(a, b)) + *b.get();
    }
    log += " " + std::to_string(left.size() + right.size());
    {
      auto a = left.receive(ctx);
      auto timeout = ctx.sleep(1s);
      log += " " + std::to_string(co_await workflow::any(a, timeout));
    }
    int late = 2;
    log += left.try_send(late) ? " room" : " full"; // nobody waits any more
    log += " " + std::to_string(left.try_receive().value_or(0));
    co_return log;
  }
};

struct cancels {
  async<std::string> run(workflow::context ctx) {
    workflow::channel<int> numbers;
    auto sent = numbers.send(ctx, 1);
    sent.cancel("changed its mind");
    std::string log = to_failure_error((co_await sent.as_result()).error())->message();
    log += numbers.try_receive() ? " came" : " nothing";
    auto scope = ctx.make_scope();
    auto wait = numbers.receive(scope.context());
    scope.cancel("enough");
    log += " " + to_failure_error((co_await wait.as_result()).error())->message();
    {
      auto dropped = numbers.send(ctx, 2);
    }
    log += numbers.try_receive() ? " came" : " nothing";
    co_return log;
  }
};

struct closes {
  async<std::string> run(workflow::context ctx) {
    workflow::channel<int> numbers{1};
    co_await numbers.send(ctx, 1);
    auto waits = numbers.send(ctx, 2);
    numbers.close();
    std::string log;
    const auto failed = co_await waits.as_result();
    try {
      std::rethrow_exception(failed.error());
    } catch (const std::logic_error& error) {
      log += error.what();
    }
    int late = 3;
    log += numbers.try_send(late) ? "; sent" : "; refused";
    log += numbers.is_closed() ? " closed" : " open";
    log += " " + std::to_string((co_await numbers.receive(ctx)).value_or(0));
    log += " " + std::to_string((co_await numbers.receive(ctx)).value_or(0));
    co_return log;
  }
};

struct waits_for_ever {
  workflow::channel<std::string> never;

  async<void> run(workflow::context ctx) {
    auto sender = ctx.spawn([](workflow::context inner) -> async<void> {
      workflow::channel<int> full;
      co_await full.send(inner, 1);
    });
    co_await never.receive(ctx);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(channel)

BOOST_AUTO_TEST_CASE(values_come_in_order_and_a_sender_waits_for_room) {
  const auto all =
      history_builder{}.started("W").task().timer_started("1", 1s).timer_fired("1").task_started();
  BOOST_TEST(run<in_order<0>>(all) == "CompleteWorkflowExecution \"r1s1s2r2r3s3\"");
  BOOST_TEST(run<in_order<2>>(all) == "CompleteWorkflowExecution \"s1s2r1r2r3s3\"");
  BOOST_TEST(run<in_order<9>>(all) == "CompleteWorkflowExecution \"s1s2s3r1r2r3\"");
}

BOOST_AUTO_TEST_CASE(the_first_of_several_is_taken_and_no_value_is_lost) {
  const auto all =
      history_builder{}.started("W").task().timer_started("1", 1s).timer_fired("1").task_started();
  BOOST_TEST(run<selects>(all) == "CompleteWorkflowExecution \"01 1kept 0 1 room 2\"");
}

BOOST_AUTO_TEST_CASE(what_is_cancelled_or_dropped_is_not_sent) {
  BOOST_TEST(
      run<cancels>(history_builder{}.started("W").task_started())
      == "CompleteWorkflowExecution \"changed its mind nothing enough nothing\"");
}

BOOST_AUTO_TEST_CASE(a_closed_channel_gives_what_is_left) {
  BOOST_TEST(
      run<closes>(history_builder{}.started("W").task_started())
      == "CompleteWorkflowExecution \"a value was sent to a closed channel; refused closed 1 0\"");
}

BOOST_AUTO_TEST_CASE(a_run_says_that_it_waits_for_a_channel) {
  auto instance = make_instance<waits_for_ever>();
  BOOST_TEST(
      text_of(apply(instance, history_builder{}.started("W").task_started().to_task())) == "");
  std::string waits;
  for (const auto& one : instance.waits_for())
    waits += one.substr(0, one.rfind(" in ")) + "; ";
  BOOST_TEST(waits == "a value of a channel; room in a channel; ");
}

BOOST_AUTO_TEST_SUITE_END()
