// SPDX-License-Identifier: Apache-2.0
// Signals, queries, updates, continue-as-new and what a workflow knows about itself.

#include "test/runtime/workflow/workflow_fixture.hpp"
#include "test/support/captured_log.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/update/v1/message.pb.h>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace wire = temporal::api::workflowservice::v1;

namespace {

struct collects {
  std::vector<std::string> got;

  async<std::vector<std::string>> run(workflow::context ctx, std::size_t wanted) {
    co_await ctx.sleep(1s); // what comes meanwhile has no handler yet
    ctx.on_signal("say", [this](std::string text) { got.push_back(std::move(text)); });
    ctx.on_query("got", [this] { return got; });
    ctx.on_query("bad", []() -> int { throw application_error("cannot say"); });
    ctx.on_query("waits", [ctx] {
      (void)ctx.sleep(1s);
      return 1;
    });
    co_await ctx.wait_condition([this, wanted] { return got.size() >= wanted; });
    co_return got;
  }
};

struct coroutine_handler {
  std::string log;

  async<void> handle(workflow::context ctx, int number) {
    co_await ctx.sleep(std::chrono::seconds{number});
    log += std::to_string(number);
  }
  async<std::string> run(workflow::context ctx) {
    ctx.on_signal("number", [this, ctx](int number) { return handle(ctx, number); });
    co_await ctx.wait_condition([this] { return log.size() == 2; });
    co_return log;
  }
};

struct handler_fails {
  async<void> run(workflow::context ctx) {
    ctx.on_signal("fail", [](std::string how) {
      if (how == "failure")
        throw application_error("from the handler");
      throw std::runtime_error("bug in the handler");
    });
    co_await ctx.wait_condition([] { return false; });
  }
};

struct others {
  async<std::string> run(workflow::context ctx) {
    std::string log;
    ctx.on_signal("known", [&log](int) { log += "known "; });
    ctx.on_other_signals([&log](std::string name, payloads) { log += name + " "; });
    co_await ctx.sleep(1s);
    co_return log;
  }
};

struct channel {
  async<std::string> run(workflow::context ctx) {
    auto numbers = ctx.signal_channel<int>("number");
    std::string log;
    auto loser = numbers.receive();
    auto timer = ctx.sleep(1s);
    co_await workflow::any(timer, loser);
    log += std::to_string(co_await loser);
    log += std::to_string(co_await numbers.receive());
    while (auto more = numbers.try_receive())
      log += "+" + std::to_string(*more);
    co_return log;
  }
};

struct continues {
  async<void> run(workflow::context ctx, int round) {
    co_await ctx.sleep(1s);
    ctx.continue_as_new(round + 1);
  }
};

struct another {
  static constexpr std::string_view name = "Another";
  async<void> run(workflow::context, std::string, int) { co_return; }
};

struct continues_as_another {
  async<void> run(workflow::context ctx) {
    ctx.continue_as_new<another>(workflow::continue_as_new_options{.run_timeout = 5s}, "text", 7);
    co_return;
  }
};

struct knows_itself {
  async<std::string> run(workflow::context ctx) {
    co_await ctx.sleep(1s);
    const auto me = ctx.info();
    co_return me.workflow_id + " " + me.run_id + " " + me.workflow_type + " " + me.name_space + " "
        + me.task_queue + " " + std::to_string(me.history_length)
        + (ctx.continue_as_new_suggested() ? " long" : "") + (me.is_replaying ? " replaying" : "");
  }
};

/// Numbers of streams, of which one is drawn from in between.
template <bool DrawsMore>
struct random_streams {
  async<std::string> run(workflow::context ctx) {
    auto text = std::to_string(ctx.random("a")());
    if (DrawsMore)
      text.append(ctx.random("b")() == ctx.random("c")() ? " same" : "")
          .append(ctx.uuid().empty() ? "" : "");
    co_await ctx.sleep(std::chrono::seconds{1});
    co_return text + " " + std::to_string(ctx.random("a").uniform(1, 1'000'000'000));
  }
};

struct sorted_ids {
  async<std::string> run(workflow::context ctx) {
    const auto before = ctx.uuid7();
    co_await ctx.sleep(std::chrono::seconds{1});
    const auto after = ctx.uuid7();
    co_return before.substr(0, 13) + " " + after.substr(0, 15)
        + (before < after ? " in order" : "");
  }
};

struct knows_its_summary {
  async<std::string> run(workflow::context ctx) {
    const auto info = ctx.info();
    co_return info.static_summary + ", " + info.static_details;
  }
};

struct random_numbers {
  async<std::string> run(workflow::context ctx) {
    const auto before = ctx.uuid();
    co_await ctx.sleep(1s);
    co_return before + " " + ctx.uuid();
  }
};

struct tells_time {
  async<std::int64_t> run(workflow::context ctx) {
    const auto before = ctx.now();
    co_await ctx.sleep(1s);
    co_return std::chrono::duration_cast<std::chrono::seconds>(ctx.now() - before).count();
  }
};

wire::PollWorkflowTaskQueueResponse query(const std::string& name) {
  wire::PollWorkflowTaskQueueResponse task;
  task.set_task_token("token");
  task.mutable_workflow_execution()->set_run_id("run-1");
  task.mutable_query()->set_query_type(name);
  task.set_previous_started_event_id(1000);
  return task;
}

history_builder waiting() {
  auto told =
      history().started("W", 2).task().timer_started("1", 1s).signaled("say", std::string{"early"});
  told.timer_fired("1").task_started();
  return told;
}

} // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(signals_wait_for_their_handler_and_are_delivered_in_order) {
  auto told =
      history().started("W", 3).signaled("say", std::string{"a"}).task().timer_started("1", 1s);
  told.signaled("say", std::string{"b"})
      .task()
      .timer_fired("1")
      .signaled("say", std::string{"c"})
      .task_started();
  BOOST_CHECK_EQUAL(run<collects>(told), "CompleteWorkflowExecution [\"a\",\"b\",\"c\"]");
}

BOOST_AUTO_TEST_CASE(a_signal_that_cannot_be_read_is_dropped) {
  auto told =
      history().started("W", 1).task().timer_started("1", 1s).timer_fired("1").signaled("say", 42);
  told.signaled("say").signaled("say", std::string{"good"}).task_started();
  auto instance = make_instance<collects>();
  const auto result = apply(instance, told.to_task());
  BOOST_CHECK_EQUAL(text_of(result), "CompleteWorkflowExecution [\"good\"]");
  const auto& dropped = result.failed_messages;
  BOOST_REQUIRE_EQUAL(dropped.size(), 2u);
  for (const auto& each : dropped) {
    BOOST_TEST((each.what == workflow::failed_message::kind::dropped_signal));
    BOOST_CHECK_EQUAL(each.name, "say");
    BOOST_TEST(!each.ends);
  }
  BOOST_CHECK_EQUAL(describe(dropped[0].error), "at argument 1: expected string, got number 42");
  BOOST_CHECK_EQUAL(describe(dropped[1].error), "argument 1 is missing: expected 1, got 0");
}

BOOST_AUTO_TEST_CASE(a_handler_may_be_a_coroutine) {
  auto told = history().started("W").signaled("number", 2).signaled("number", 1).task_started();
  BOOST_CHECK_EQUAL(run<coroutine_handler>(told), "StartTimer 1 2000ms; StartTimer 2 1000ms");
  told.task_completed().timer_started("1", 2s).timer_started("2", 1s).timer_fired("2").task();
  told.timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(run<coroutine_handler>(told), "CompleteWorkflowExecution \"12\"");
}

BOOST_AUTO_TEST_CASE(a_handlers_failure_fails_the_workflow_its_bug_fails_the_task) {
  BOOST_CHECK_EQUAL(
      run<handler_fails>(
          history().started("W").task().signaled("fail", std::string{"failure"}).task_started()),
      "FailWorkflowExecution from the handler");
  BOOST_CHECK_EQUAL(
      run<handler_fails>(
          history().started("W").task().signaled("fail", std::string{"bug"}).task_started()),
      "failed: bug in the handler");
}

BOOST_AUTO_TEST_CASE(other_signals_have_a_handler_of_their_own) {
  auto told = history()
                  .started("W")
                  .task()
                  .timer_started("1", 1s)
                  .signaled("x")
                  .signaled("known", 1)
                  .signaled("y");
  told.task().timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(run<others>(told), "CompleteWorkflowExecution \"x known y \"");
}

BOOST_AUTO_TEST_CASE(a_channel_keeps_what_nobody_received_yet) {
  auto told = history().started("W").task().timer_started("1", 1s).timer_fired("1").task();
  told.signaled("number", 1)
      .signaled("number", 2)
      .signaled("number", 3)
      .signaled("number", 4)
      .task_started();
  BOOST_CHECK_EQUAL(run<channel>(told), "CompleteWorkflowExecution \"12+3+4\"");
}

BOOST_AUTO_TEST_CASE(queries_are_answered_from_the_cached_state) {
  auto instance = make_instance<collects>();
  (void)apply(instance, waiting().to_task());
  BOOST_CHECK_EQUAL(text_of(apply(instance, query("got"))), "answer [\"early\"]");
  // Sent before a task that the run has done meanwhile: the answer is only newer than it has to be.
  auto overtaken = query("got");
  overtaken.set_previous_started_event_id(1);
  BOOST_CHECK_EQUAL(text_of(apply(instance, std::move(overtaken))), "answer [\"early\"]");
  BOOST_CHECK_EQUAL(text_of(apply(instance, query("bad"))), "query failed: cannot say");
  BOOST_CHECK_EQUAL(
      text_of(apply(instance, query("unheard"))),
      "query failed: Query handler for 'unheard' expected but not found, known queries: [bad got "
      "waits]");
  BOOST_CHECK_EQUAL(
      text_of(apply(instance, query("waits"))),
      "query failed: a query handler must not wait, start or change anything in its workflow");
  const auto stack = text_of(apply(instance, query("__stack_trace")));
  BOOST_TEST(stack.find("the main coroutine is suspended") != std::string::npos, stack);
  BOOST_TEST(stack.find("waiting for a condition in ") != std::string::npos, stack);
  BOOST_TEST(stack.find("messages_test.cpp:") != std::string::npos, stack);
  BOOST_CHECK(
      text_of(apply(instance, query("__temporal_workflow_metadata")))
          .find("\"signalDefinitions\":[{\"name\":\"say\"}]")
      != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_query_without_a_cached_run_wants_the_whole_history_and_changes_nothing) {
  auto instance = make_instance<collects>();
  auto told = waiting();
  told.task_completed();
  auto task = query("got");
  BOOST_CHECK_EQUAL(text_of(instance.begin(task)), "page \"\"");
  BOOST_CHECK_EQUAL(text_of(instance.resume(told.to_page(0, told.last_id()))), "nothing");
  BOOST_CHECK_EQUAL(text_of(instance.complete()), "answer [\"early\"]");
  const auto seen = instance.history_length();
  told.signaled("say", std::string{"late"}).task_started();
  BOOST_CHECK_EQUAL(
      text_of(apply(instance, told.to_task(seen))),
      "CompleteWorkflowExecution [\"early\",\"late\"]");
}

BOOST_AUTO_TEST_CASE(queries_of_a_task_are_answered_after_its_work) {
  auto instance = make_instance<collects>();
  auto task = waiting().to_task();
  (*task.mutable_queries())["q1"].set_query_type("got");
  (*task.mutable_queries())["q2"].set_query_type("unheard");
  const auto result = apply(instance, std::move(task));
  const auto& answer =
      static_cast<const wire::RespondWorkflowTaskCompletedRequest&>(*result.answer);
  BOOST_CHECK_EQUAL(answer.query_results().at("q1").answer().payloads(0).data(), "[\"early\"]");
  BOOST_CHECK(
      answer.query_results().at("q2").error_message().starts_with("Query handler for 'unheard'"));
}

BOOST_AUTO_TEST_CASE(an_update_without_a_handler_is_rejected_with_its_name) {
  auto instance = make_instance<collects>();
  auto task = waiting().to_task();
  auto& message = *task.add_messages();
  message.set_id("u1/request");
  message.set_protocol_instance_id("u1");
  message.set_event_id(7);
  temporal::api::update::v1::Request request;
  request.mutable_input()->set_name("change");
  message.mutable_body()->PackFrom(request);
  const auto result = apply(instance, std::move(task));
  const auto& answer =
      static_cast<const wire::RespondWorkflowTaskCompletedRequest&>(*result.answer);
  BOOST_REQUIRE_EQUAL(answer.messages_size(), 1);
  temporal::api::update::v1::Rejection rejection;
  BOOST_REQUIRE(answer.messages(0).body().UnpackTo(&rejection));
  BOOST_CHECK_EQUAL(rejection.rejected_request_message_id(), "u1/request");
  BOOST_CHECK_EQUAL(rejection.rejected_request_sequencing_event_id(), 7);
  BOOST_CHECK(rejection.failure().message().find("'change'") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(continues_as_new_with_new_arguments) {
  auto told =
      history().started("W", 1).task().timer_started("1", 1s).timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(run<continues>(told), "ContinueAsNewWorkflowExecution W 2");
  auto instance = make_instance<continues_as_another>();
  const auto result = apply(instance, history().started("W").task_started().to_task());
  const auto& answer =
      static_cast<const wire::RespondWorkflowTaskCompletedRequest&>(*result.answer);
  const auto& next = answer.commands(0).continue_as_new_workflow_execution_command_attributes();
  BOOST_CHECK_EQUAL(next.workflow_type().name(), "Another");
  BOOST_CHECK_EQUAL(next.task_queue().name(), "queue");
  BOOST_CHECK_EQUAL(next.workflow_run_timeout().seconds(), 5);
  BOOST_CHECK_EQUAL(next.input().payloads(0).data(), "\"text\"");
  BOOST_CHECK_EQUAL(next.input().payloads(1).data(), "7");
}

BOOST_AUTO_TEST_CASE(a_workflow_knows_who_and_how_long_it_is) {
  auto told = history().started("W").task().timer_started("1", 1s).timer_fired("1").task_started();
  told.suggests_continue_as_new();
  BOOST_CHECK_EQUAL(
      run<knows_itself>(told),
      "CompleteWorkflowExecution \"workflow run-1 W namespace queue 8 long\"");
}

BOOST_AUTO_TEST_CASE(random_numbers_are_the_same_on_replay_until_a_reset) {
  const auto told =
      history().started("W").task().timer_started("1", 1s).timer_fired("1").task_started();
  const auto first = run<random_numbers>(told);
  BOOST_CHECK_EQUAL(run<random_numbers>(told), first);
  BOOST_CHECK_EQUAL(
      first.size(), std::string{"CompleteWorkflowExecution \"\""}.size() + 36 + 1 + 36);
  auto reset = history().started("W").task().timer_started("1", 1s).timer_fired("1").task_started();
  reset.task_failed_by_reset("run-2").task_started();
  const auto second = run<random_numbers>(reset);
  BOOST_CHECK_EQUAL(second.substr(0, 62), first.substr(0, 62));
  BOOST_CHECK_NE(second, first);
}

BOOST_AUTO_TEST_CASE(a_stream_of_random_numbers_does_not_depend_on_others) {
  const auto told = [] {
    return history().started("W").task().timer_started("1", 1s).timer_fired("1").task_started();
  };
  const auto alone = run<random_streams<false>>(told());
  BOOST_CHECK_EQUAL(run<random_streams<true>>(told()), alone);
  auto reset = history().started("W").task().timer_started("1", 1s).timer_fired("1").task_started();
  reset.task_failed_by_reset("run-2").task_started();
  const auto other = run<random_streams<false>>(reset);
  const auto first = other.substr(0, other.find(' ', 30));
  BOOST_CHECK(alone.starts_with(first)); // drawn before it
  BOOST_CHECK_NE(other, alone);
  BOOST_CHECK_EQUAL(run<random_streams<true>>(reset), other);
}

BOOST_AUTO_TEST_CASE(ids_that_sort_by_time_take_it_from_the_workflow) {
  const workflow::time_point start{1'700'000'000s};
  auto told =
      history().started("W").task_started().at(start).task_completed().timer_started("1", 1s);
  told.timer_fired("1").task_started().at(start + 1s);
  BOOST_CHECK_EQUAL(
      run<sorted_ids>(told),
      "CompleteWorkflowExecution \"018bcfe5-6800 018bcfe5-6be8-7 in order\"");
}

BOOST_AUTO_TEST_CASE(a_workflow_knows_what_its_start_said_of_it) {
  auto task = history().started("W").task_started().to_task();
  auto& about = *task.mutable_history()->mutable_events(0)->mutable_user_metadata();
  const auto say = [](auto& to, const std::string& json) {
    (*to.mutable_metadata())["encoding"] = "json/plain";
    to.set_data(json);
  };
  say(*about.mutable_summary(), "\"one line\"");
  say(*about.mutable_details(), "7"); // no text
  auto instance = make_instance<knows_its_summary>();
  BOOST_CHECK_EQUAL(
      text_of(apply(instance, std::move(task))), "CompleteWorkflowExecution \"one line, \"");
}

BOOST_AUTO_TEST_CASE(time_moves_from_task_to_task) {
  const workflow::time_point start{1'000'000s};
  auto told =
      history().started("W").task_started().at(start).task_completed().timer_started("1", 1s);
  told.timer_fired("1").task_started().at(start + 90s);
  BOOST_CHECK_EQUAL(run<tells_time>(told), "CompleteWorkflowExecution 90");
  told.at(start - 90s); // never backwards
  BOOST_CHECK_EQUAL(run<tells_time>(told), "CompleteWorkflowExecution 0");
}

BOOST_AUTO_TEST_SUITE_END()
