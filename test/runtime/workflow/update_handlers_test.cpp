// SPDX-License-Identifier: Apache-2.0
// Handlers of updates: which are called, when, and what comes of it.

#include "test/runtime/workflow/update_fixture.hpp"

using namespace troupe;
using namespace troupe::test;

BOOST_AUTO_TEST_SUITE(update_handlers)

BOOST_AUTO_TEST_CASE(an_update_is_accepted_run_and_answered) {
  const auto result = told<counts>([](auto& task) { add_update(task, "u1", "add", 5); });
  BOOST_CHECK_EQUAL(text_of(result), "ProtocolMessage u1/accept; ProtocolMessage u1/complete");
  BOOST_CHECK_EQUAL(said(result), "u1/accept after 5 u1/request add; u1/complete 5");
}

BOOST_AUTO_TEST_CASE(an_answer_says_whose_it_is) {
  const auto result = told<counts>([](auto& task) { add_update(task, "u1", "add", 5); });
  updates::Response response;
  BOOST_REQUIRE(answer_of(result).messages(1).body().UnpackTo(&response));
  BOOST_CHECK_EQUAL(response.meta().update_id(), "u1");
  BOOST_CHECK_EQUAL(response.meta().identity(), "client");
  BOOST_CHECK_EQUAL(answer_of(result).messages(1).protocol_instance_id(), "u1");
}

BOOST_AUTO_TEST_CASE(a_validator_rejects_without_a_command_and_leaves_the_run_as_it_was) {
  auto instance = make_instance<counts>();
  auto history = idle();
  (void)apply(instance, history.to_task());
  history.task_completed();
  auto speculative = history;
  speculative.task_started();
  auto task = speculative.to_task(history.last_id() - 1);
  add_update(task, "u1", "add", -1);
  const auto rejected = apply(instance, std::move(task));
  BOOST_CHECK_EQUAL(text_of(rejected), "");
  BOOST_CHECK_EQUAL(said(rejected), "u1/reject: negative not allowed");
  instance.undo_speculative_task(history.last_id());

  // The next task has the same ids, and the run knows nothing of the rejected update.
  history.task_started();
  auto next = history.to_task(history.last_id() - 2);
  add_update(next, "u2", "add", 100);
  const auto result = apply(instance, std::move(next));
  BOOST_CHECK_EQUAL(
      text_of(result),
      "ProtocolMessage u2/accept; ProtocolMessage u2/complete; CompleteWorkflowExecution \"run "
      "add100 100\"");
}

BOOST_AUTO_TEST_CASE(what_came_with_a_rejected_update_is_not_taken_twice) {
  auto instance = make_instance<counts>();
  auto history = idle();
  auto first = history.to_task();
  add_update(first, "u0", "add-slowly", 5);
  (void)apply(instance, std::move(first));
  const auto started = history.last_id();
  history.task_completed().update_accepted("u0", "add-slowly", 5).timer_started("1", 1s);
  // The service goes back to the start of the last task that it has, and sends what is behind it
  // again with the next one.
  for (const std::string id : {"u1", "u2"}) {
    auto speculative = history;
    speculative.task_started();
    auto task = speculative.to_task(started);
    add_update(task, id, "add", -1);
    const auto rejected = apply(instance, std::move(task));
    BOOST_CHECK_EQUAL(said(rejected), id + "/reject: negative not allowed");
    instance.undo_speculative_task(started);
  }
  history.timer_fired("1").task_started();
  BOOST_CHECK_EQUAL(
      text_of(apply(instance, history.to_task(started))), "ProtocolMessage u0/complete");
}

BOOST_AUTO_TEST_CASE(arguments_that_do_not_fit_reject_an_update) {
  BOOST_CHECK_EQUAL(
      said(told<counts>([](auto& task) { add_update(task, "u1", "add", "text"); })),
      "u1/reject: at argument 1: expected number, got string \"text\"");
  BOOST_CHECK_EQUAL(
      said(told<counts>([](auto& task) { add_update(task, "u1", "add"); })),
      "u1/reject: argument 1 is missing: expected 1, got 0");
}

BOOST_AUTO_TEST_CASE(an_unknown_update_is_rejected_with_the_names_that_are_known) {
  BOOST_CHECK_EQUAL(
      said(told<counts>([](auto& task) { add_update(task, "u1", "subtract", 1); })),
      "u1/reject: Update handler for 'subtract' expected but not found, and there is no dynamic "
      "handler. known updates: [add add-slowly fail]");
}

BOOST_AUTO_TEST_CASE(a_failure_fails_the_update_and_a_bug_the_task) {
  BOOST_CHECK_EQUAL(
      said(told<counts>([](auto& task) { add_update(task, "u1", "fail", "failure"); })),
      "u1/accept after 5 u1/request fail; u1/complete: update failed");
  BOOST_CHECK_EQUAL(
      said(told<counts>([](auto& task) { add_update(task, "u1", "fail", "type"); })),
      "u1/accept after 5 u1/request fail; u1/complete: of a type that fails workflows");
  BOOST_CHECK_EQUAL(
      text_of(told<counts>([](auto& task) { add_update(task, "u1", "fail", "bug"); })),
      "failed: bug in the handler");
}

BOOST_AUTO_TEST_CASE(messages_are_told_in_order_each_to_its_first_wait) {
  auto instance = make_instance<counts>();
  auto both = troupe::test::history().started("W", 100).task().signaled("bump", 1).task_started();
  auto task = both.to_task();
  add_update(task, "u1", "add-slowly", 2);
  add_update(task, "u2", "add", 3);
  const auto result = apply(instance, std::move(task));
  BOOST_CHECK_EQUAL(
      text_of(result),
      "StartTimer 1 1000ms; ProtocolMessage u1/accept; StartTimer 2 1000ms; ProtocolMessage "
      "u2/accept; ProtocolMessage u2/complete");
}

BOOST_AUTO_TEST_CASE(a_replay_takes_updates_from_the_history_and_asks_no_validator) {
  // -1 would be rejected; that it was accepted once is what counts.
  auto told = history().started("W", 4).task();
  told.task().update_accepted("u1", "add", -1).update_completed("u1", -1);
  told.task()
      .update_accepted("u2", "add", 5)
      .update_completed("u2", 4)
      .completed(std::string{"run add-1 add5 4"});
  auto instance = make_instance<counts>();
  BOOST_CHECK_EQUAL(text_of(apply(instance, told.to_task())), "ignored: the run is closed already");
}

BOOST_AUTO_TEST_CASE(
    an_update_with_the_first_task_is_told_before_run_if_the_object_has_its_handler) {
  auto instance = make_instance<counts>();
  auto first = history().started("W", 5).task_started();
  auto task = first.to_task();
  add_update(task, "u1", "add", 5);
  const auto result = apply(instance, std::move(task));
  BOOST_CHECK_EQUAL(
      text_of(result),
      "ProtocolMessage u1/accept; ProtocolMessage u1/complete; CompleteWorkflowExecution \"add5 "
      "run 5\"");
  BOOST_CHECK_EQUAL(said(result), "u1/accept after 2 u1/request add; u1/complete 5");
}

struct early_of_both_kinds {
  std::string log;
  explicit early_of_both_kinds(workflow::context ctx) {
    ctx.on_update("u", [this](int n) { log += "u" + std::to_string(n); });
    ctx.on_signal("s", [this](int n) { log += "s" + std::to_string(n); });
  }
  async<std::string> run(workflow::context) { co_return log; }
};

BOOST_AUTO_TEST_CASE(what_waited_for_the_object_is_told_in_the_order_in_which_it_came) {
  auto first = history().started("W").signaled("s", 1).signaled("s", 2);
  first.task_started();
  auto task = first.to_task();
  add_update(task, "a", "u", 1);
  task.mutable_messages(0)->set_event_id(2);
  add_update(task, "b", "u", 2);
  auto instance = make_instance<early_of_both_kinds>();
  const auto text = text_of(apply(instance, std::move(task)));
  BOOST_CHECK_MESSAGE(text.ends_with("CompleteWorkflowExecution \"s1u1s2u2\""), text);
}

struct registers_in_run {
  std::string log;
  async<std::string> run(workflow::context ctx) {
    ctx.on_update("note", [this](std::string text) { log += text; });
    log += "registered ";
    co_await ctx.wait_condition([this] { return log.size() > 11; });
    co_return log;
  }
};

BOOST_AUTO_TEST_CASE(an_update_with_the_first_task_waits_for_its_handler_until_the_code_waits) {
  auto instance = make_instance<registers_in_run>();
  auto task = history().started("W").task_started().to_task();
  add_update(task, "u1", "note", "told");
  add_update(task, "u2", "other", "told");
  const auto result = apply(instance, std::move(task));
  BOOST_CHECK_EQUAL(
      text_of(result),
      "ProtocolMessage u1/accept; ProtocolMessage u1/complete; CompleteWorkflowExecution "
      "\"registered told\"");
  BOOST_CHECK(said(result).find("u2/reject: Update handler for 'other'") != std::string::npos);
}

struct ends_at_once {
  async<int> run(workflow::context ctx) {
    int local = 7;
    ctx.on_update("peek", [&local] { return local; });
    co_return local;
  }
};

BOOST_AUTO_TEST_CASE(an_update_that_comes_too_late_for_a_run_is_not_answered_by_it) {
  auto instance = make_instance<ends_at_once>();
  auto task = history().started("W").task_started().to_task();
  add_update(task, "u1", "peek");
  const auto result = apply(instance, std::move(task));
  BOOST_CHECK_EQUAL(text_of(result), "CompleteWorkflowExecution 7");
  BOOST_CHECK_EQUAL(said(result), "");
}

struct bad_validators {
  async<void> run(workflow::context ctx) {
    ctx.on_update("sleeps", [](int) {}, [ctx](int) { (void)ctx.sleep(1s); });
    ctx.on_update(
        "waits", [](int) {}, [ctx](int) { (void)ctx.wait_condition([] { return true; }); });
    ctx.on_update("draws", [](int) {}, [ctx](int) { (void)ctx.uuid(); });
    ctx.on_update("registers", [](int) {}, [ctx](int) { ctx.on_signal("s", [](int) {}); });
    ctx.on_update(
        "spawns", [](int) {}, [ctx](int) { (void)ctx.spawn([]() -> async<> { co_return; }); });
    ctx.on_update("throws", [](int) {}, [](int) { throw std::runtime_error("any error says no"); });
    ctx.on_query("draws", [ctx] { return ctx.uuid(); });
    ctx.on_query("details", [ctx] {
      ctx.set_current_details("from a query");
      return 1;
    });
    ctx.on_query("registers", [ctx] {
      ctx.on_update("u", [](int) {});
      return 1;
    });
    co_await ctx.wait_condition([] { return false; });
  }
};

BOOST_AUTO_TEST_CASE(a_validator_that_does_something_fails_the_task) {
  for (const std::string name : {"sleeps", "waits", "draws", "registers", "spawns"}) {
    const auto result = told<bad_validators>([&](auto& task) { add_update(task, "u1", name, 1); });
    BOOST_CHECK_EQUAL(
        text_of(result),
        "failed: an update's validator must not wait, start or change anything in its workflow: in "
        "a replay it is not called");
    BOOST_CHECK(result.is_nondeterminism);
  }
  BOOST_CHECK_EQUAL(
      said(told<bad_validators>([](auto& task) { add_update(task, "u1", "throws", 1); })),
      "u1/reject: any error says no");
}

BOOST_AUTO_TEST_CASE(a_query_that_would_change_the_run_is_refused) {
  auto instance = make_instance<bad_validators>();
  (void)apply(instance, idle().to_task());
  for (const std::string name : {"draws", "registers", "details"}) {
    auto task = query_named(name);
    BOOST_CHECK_EQUAL(
        text_of(apply(instance, std::move(task))),
        "query failed: a query handler must not wait, start or change anything in its workflow");
  }
}

BOOST_AUTO_TEST_SUITE_END()
