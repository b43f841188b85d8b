// SPDX-License-Identifier: Apache-2.0
// Handlers that are under way: what reaches them, who waits for them, and who sees them.

#include "test/runtime/workflow/update_fixture.hpp"
#include "test/support/captured_log.hpp"

using namespace troupe;
using namespace troupe::test;

BOOST_AUTO_TEST_SUITE(handlers_under_way)

struct cancelled_with_updates {
  async<std::string> run(workflow::context ctx) {
    ctx.on_update("hang", [](workflow::context inner) -> async<> { co_await inner.sleep(1h); });
    ctx.on_update("shielded", [](workflow::context inner) -> async<std::string> {
      const auto safe = inner.shielded();
      co_await safe.sleep(1s);
      co_return safe.current_update()->id;
    });
    (void)co_await ctx.cancelled().as_result();
    co_await ctx.shielded().wait_condition([ctx] { return ctx.all_handlers_finished(); });
    co_return "all finished";
  }
};

BOOST_AUTO_TEST_CASE(a_cancel_reaches_handlers_and_the_run_can_wait_for_them) {
  auto told = history().started("W").task();
  told.task()
      .update_accepted("u1", "hang")
      .timer_started("1", 1h)
      .update_accepted("u2", "shielded")
      .timer_started("2", 1s);
  told.cancel_requested().task_started();
  auto instance = make_instance<cancelled_with_updates>();
  const auto cancelled = apply(instance, told.to_task());
  BOOST_CHECK_EQUAL(text_of(cancelled), "CancelTimer 1; ProtocolMessage u1/complete");
  BOOST_CHECK_EQUAL(said(cancelled), "u1/complete: canceled");
  const auto seen = told.last_id();
  told.task_completed().timer_canceled("1");
  told.last().mutable_timer_canceled_event_attributes()->set_started_event_id(8);
  told.update_completed("u1", 0).timer_fired("2").task_started();
  const auto ended = apply(instance, told.to_task(seen));
  BOOST_CHECK_EQUAL(
      text_of(ended), "ProtocolMessage u2/complete; CompleteWorkflowExecution \"all finished\"");
  BOOST_CHECK_EQUAL(said(ended), "u2/complete \"u2\"");
}

struct leaves_handlers {
  bool done = false;
  async<void> run(workflow::context ctx) {
    ctx.on_update("hang", [](workflow::context inner) -> async<> { co_await inner.sleep(1h); });
    ctx.on_update(
        "may-hang",
        [](workflow::context inner) -> async<> { co_await inner.sleep(1h); },
        {.unfinished = workflow::unfinished_policy::abandon});
    ctx.on_signal(
        "slow", [](workflow::context inner, int) -> async<> { co_await inner.sleep(1h); });
    ctx.on_signal(
        "may-be-slow",
        [](workflow::context inner, int) -> async<> { co_await inner.sleep(1h); },
        {.unfinished = workflow::unfinished_policy::abandon});
    ctx.on_signal("end", [this](bool new_run) {
      done = true;
      again = new_run;
    });
    co_await ctx.wait_condition([this] { return done; });
    if (again)
      ctx.continue_as_new();
  }
  bool again = false;
};

BOOST_AUTO_TEST_CASE(handlers_that_a_run_leaves_behind_are_named_in_the_log) {
  for (const bool again : {false, true}) {
    auto told = history().started("W").task().signaled("slow", 1).signaled("slow", 2);
    told.signaled("may-be-slow", 1).signaled("end", again).task_started();
    auto task = told.to_task();
    add_update(task, "u1", "hang");
    add_update(task, "u2", "may-hang");
    // Signals come first, so that the run ends with the handlers of updates begun, too.
    const captured_log log;
    auto instance = make_instance<leaves_handlers>();
    const auto text = text_of(apply(instance, std::move(task)));
    BOOST_CHECK_MESSAGE(
        text.ends_with(
            again ? "ContinueAsNewWorkflowExecution W" : "CompleteWorkflowExecution null")
            || text.ends_with("CompleteWorkflowExecution "),
        text);
    BOOST_CHECK_EQUAL(log.count("[TMPRL1102]"), 2u);
    BOOST_CHECK_EQUAL(log.count(R"(updates=[{"name":"hang","id":"u1"}])"), 1u);
    BOOST_CHECK_EQUAL(log.count(R"(signals=[{"name":"slow","count":2}])"), 1u);
  }
}

BOOST_AUTO_TEST_CASE(a_replay_warns_of_no_handler) {
  auto told = history().started("W").task().signaled("slow", 1).signaled("end", false).task();
  told.timer_started("1", 1h).completed(nullptr);
  const captured_log log;
  auto instance = make_instance<leaves_handlers>();
  (void)apply(instance, told.to_task());
  BOOST_CHECK_EQUAL(log.count("[TMPRL1102]"), 0u);
}

struct uses_itself_late {
  std::vector<std::string> seen{"first"};
  async<void> run(workflow::context ctx) {
    ctx.on_update("note", [this](workflow::context inner) -> async<std::string> {
      co_await inner.sleep(1s);
      seen.push_back("second"); // the workflow's own code has ended in the same task
      co_return seen.front() + seen.back();
    });
    co_await ctx.sleep(1s);
  }
};

BOOST_AUTO_TEST_CASE(a_handler_may_use_the_object_when_run_has_ended) {
  auto told = history().started("W").task().timer_started("1", 1s);
  told.task().update_accepted("u1", "note").timer_started("2", 1s);
  told.timer_fired("1").timer_fired("2").task_started();
  auto instance = make_instance<uses_itself_late>();
  const auto result = apply(instance, told.to_task());
  BOOST_CHECK_EQUAL(said(result), "u1/complete \"firstsecond\"");
}

struct continues_from_update {
  async<void> run(workflow::context ctx) {
    ctx.on_update("again", [ctx] { ctx.continue_as_new(); });
    co_await ctx.wait_condition([] { return false; });
  }
};

BOOST_AUTO_TEST_CASE(an_update_cannot_continue_as_new) {
  BOOST_CHECK_EQUAL(
      text_of(told<continues_from_update>([](auto& task) { add_update(task, "u1", "again"); })),
      "failed: an update handler must not continue as new: leave that to the workflow's own code");
}

struct dynamic {
  std::string log;
  async<void> run(workflow::context ctx) {
    ctx.on_update("known", [](int n) { return n; });
    ctx.on_other_updates(
        [](std::string name, payloads args) -> async<std::string> {
          co_return name + std::to_string(args.size());
        },
        [](const std::string& name, const payloads& args) {
          if (args.empty())
            throw application_error(name + " needs arguments");
        });
    ctx.on_other_queries(
        [](std::string name, payloads args) { return name + std::to_string(args.size()); });
    co_await ctx.wait_condition([] { return false; });
  }
};

BOOST_AUTO_TEST_CASE(what_has_no_handler_of_its_own_goes_to_the_one_for_all_others) {
  const auto result = told<dynamic>([](auto& task) {
    add_update(task, "u1", "known", 3);
    add_update(task, "u2", "anything", 1, 2);
    add_update(task, "u3", "nothing");
  });
  BOOST_CHECK_EQUAL(
      said(result),
      "u1/accept after 5 u1/request known; u1/complete 3; u2/accept after 5 u2/request anything; "
      "u2/complete \"anything2\"; u3/reject: nothing needs arguments");

  auto instance = make_instance<dynamic>();
  (void)apply(instance, idle().to_task());
  for (const auto& [name, answer] : {std::pair{"what", "answer \"what0\""}}) {
    auto task = query_named(name);
    BOOST_CHECK_EQUAL(text_of(apply(instance, std::move(task))), answer);
  }
}

BOOST_AUTO_TEST_CASE(an_accepted_update_without_a_handler_does_not_fit_the_code) {
  auto told = history().started("W", 100).task();
  told.task().update_accepted("u1", "gone", 1).task_started();
  auto instance = make_instance<counts>();
  const auto result = apply(instance, told.to_task());
  BOOST_CHECK(result.is_nondeterminism);
  BOOST_CHECK(failure_of(result).starts_with(
      "update u1 was accepted when this history was written, and now: Update handler for 'gone'"));
}

BOOST_AUTO_TEST_CASE(an_update_that_a_reset_left_is_handled_and_replayed) {
  auto told = history().started("W", 5).task().update_admitted("u1", "add", 5).task_started();
  auto live = make_instance<counts>();
  const auto result = apply(live, told.to_task());
  BOOST_CHECK_EQUAL(said(result), "u1/accept after 5 u1/request add; u1/complete 5");

  told.task_completed().update_accepted("u1", "add", 5);
  auto& accepted = *told.last().mutable_workflow_execution_update_accepted_event_attributes();
  accepted.clear_accepted_request();
  accepted.set_accepted_request_sequencing_event_id(5);
  told.update_completed("u1", 5).completed(std::string{"run add5 5"});
  auto replayed = make_instance<counts>();
  BOOST_CHECK_EQUAL(text_of(apply(replayed, told.to_task())), "ignored: the run is closed already");

  // One that was rejected is not run in a replay.
  auto rejected = history().started("W", 5).task().update_admitted("u1", "add", -5).task();
  rejected.task_started();
  auto third = make_instance<counts>();
  BOOST_CHECK_EQUAL(text_of(apply(third, rejected.to_task())), "");

  auto nameless = history().started("W", 5).task().task().update_accepted("u1", "add", 5);
  nameless.last()
      .mutable_workflow_execution_update_accepted_event_attributes()
      ->clear_accepted_request();
  nameless.task_started();
  auto fourth = make_instance<counts>();
  BOOST_CHECK(
      failure_of(apply(fourth, nameless.to_task())).find("has no request") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_metadata_lists_all_handlers_with_their_descriptions) {
  auto instance = make_instance<counts>();
  (void)apply(instance, idle().to_task());
  auto task = query_named("__temporal_workflow_metadata");
  const auto text = text_of(apply(instance, std::move(task)));
  for (
      const char* const part :
      {R"("currentDetails":"**counts**")",
       R"("queryDefinitions":[{"name":"__enhanced_stack_trace"},{"name":"__stack_trace"},{"name":"__temporal_workflow_metadata"},{"name":"total","description":"The sum."}])",
       R"("signalDefinitions":[{"name":"bump","description":"Bumps."}])",
       R"("updateDefinitions":[{"name":"add","description":"Adds."},{"name":"add-slowly"},{"name":"fail"}])"})
    BOOST_CHECK_MESSAGE(text.find(part) != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(stack_traces_name_the_handlers_that_are_under_way) {
  auto instance = make_instance<counts>();
  auto task = idle().to_task();
  add_update(task, "u1", "add-slowly", 1);
  (void)apply(instance, std::move(task));
  const auto ask = [&](const char* name) {
    auto query = query_named(name);
    return text_of(apply(instance, std::move(query)));
  };
  const auto plain = ask("__stack_trace");
  BOOST_CHECK_MESSAGE(plain.find("handler of update add-slowly (u1)") != std::string::npos, plain);
  const auto enhanced = ask("__enhanced_stack_trace");
  BOOST_CHECK_MESSAGE(
      enhanced.find(R"x("functionName":"handler of update add-slowly (u1)")x") != std::string::npos
          && enhanced.find(R"("sdk":{"name":"troupe")") != std::string::npos
          && enhanced.find("run_workflow") != std::string::npos,
      enhanced);
}

BOOST_AUTO_TEST_SUITE_END()
