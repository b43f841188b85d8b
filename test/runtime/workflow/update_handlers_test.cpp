// SPDX-License-Identifier: Apache-2.0
// Handlers of updates: which are called, when, and what comes of it.

#include "test/runtime/workflow/workflow_fixture.hpp"
#include "test/support/captured_log.hpp"

#include <troupe/workflow/contract.hpp>

#include <boost/test/unit_test.hpp>
#include <temporal/api/update/v1/message.pb.h>

using namespace troupe;
using namespace troupe::test;
using namespace std::chrono_literals;

namespace wire = temporal::api::workflowservice::v1;
namespace updates = temporal::api::update::v1;

namespace {

struct counter {
  static constexpr workflow::update<int(int)> add{"add"};
  static constexpr workflow::update<int(int)> add_slowly{"add-slowly"};
  static constexpr workflow::update<void(std::string)> fail{"fail"};
  static constexpr workflow::signal<int> bump{"bump"};
  static constexpr workflow::query<int()> total{"total"};
};

struct negative : std::runtime_error {
  using runtime_error::runtime_error;
};

/// Handlers by contract and members, registered before `run` begins.
struct counts {
  using failure_types = std::tuple<negative>;
  std::string log;
  int total = 0;

  explicit counts(workflow::context ctx) {
    ctx.on_update<counter::add>(this, &counts::add, &counts::check_add, {.description = "Adds."});
    ctx.on_update<counter::add_slowly>(this, &counts::add_slowly);
    ctx.on_update<counter::fail>(this, &counts::fail);
    ctx.on_signal<counter::bump>(this, &counts::bump, {.description = "Bumps."});
    ctx.on_query<counter::total>(this, &counts::get, {.description = "The sum."});
  }
  async<std::string> run(workflow::context ctx, int until) {
    log += "run ";
    co_await ctx.wait_condition([this, until] { return total >= until; });
    co_return log + std::to_string(total);
  }

  int add(int n) {
    log += "add" + std::to_string(n) + " ";
    return total += n;
  }
  void check_add(int n) const {
    if (n < 0)
      throw application_error("negative not allowed", {.type = "Negative"});
  }
  async<int> add_slowly(workflow::context ctx, int n) {
    const auto me = ctx.current_update();
    log += "slow" + me->name + me->id + " ";
    co_await ctx.sleep(1s);
    co_return total += n;
  }
  async<> fail(std::string how) {
    if (how == "failure")
      throw application_error("update failed", {.type = "UpdateError"});
    if (how == "type")
      throw negative("of a type that fails workflows");
    throw std::runtime_error("bug in the handler");
    co_return;
  }
  async<> bump(workflow::context ctx, int n) {
    log += "bump ";
    co_await ctx.sleep(1s);
    total += n;
  }
  int get() const { return total; }
};

template <class... Args>
void add_update(
    wire::PollWorkflowTaskQueueResponse& to,
    const std::string& id,
    const std::string& name,
    const Args&... args) {
  auto& message = *to.add_messages();
  message.set_id(id + "/request");
  message.set_protocol_instance_id(id);
  message.set_event_id(to.started_event_id() - 1);
  updates::Request request;
  request.mutable_meta()->set_update_id(id);
  request.mutable_meta()->set_identity("client");
  request.mutable_input()->set_name(name);
  for (const auto& each : make_payloads(args...)) {
    auto& one = *request.mutable_input()->mutable_args()->add_payloads();
    (*one.mutable_metadata())["encoding"] = "json/plain";
    one.set_data(each.data);
  }
  message.mutable_body()->PackFrom(request);
}

const wire::RespondWorkflowTaskCompletedRequest&
answer_of(const workflow::activation_result& result) {
  BOOST_REQUIRE_MESSAGE(result.answer != nullptr, result.reason);
  BOOST_REQUIRE_MESSAGE(failure_of(result).empty(), result.reason);
  return static_cast<const wire::RespondWorkflowTaskCompletedRequest&>(*result.answer);
}

/// The messages of an answer in words.
std::string said(const workflow::activation_result& result) {
  std::string text;
  for (const auto& message : answer_of(result).messages()) {
    text += (text.empty() ? "" : "; ") + message.id();
    updates::Acceptance acceptance;
    updates::Rejection rejection;
    updates::Response response;
    if (message.body().UnpackTo(&acceptance))
      text += " after " + std::to_string(acceptance.accepted_request_sequencing_event_id()) + " "
              + acceptance.accepted_request_message_id() + " "
              + acceptance.accepted_request().input().name();
    else if (message.body().UnpackTo(&rejection))
      text += ": " + rejection.failure().message();
    else if (message.body().UnpackTo(&response))
      text += response.outcome().has_failure()
                  ? ": " + response.outcome().failure().message()
                  : " " + response.outcome().success().payloads(0).data();
  }
  return text;
}

history_builder idle(int until = 100) {
  auto told = history().started("W", until).task();
  return told.task_started();
}

/// A run that waits, and a task that brings what `add` adds to it.
template <class W, class Add>
workflow::activation_result told(Add add) {
  auto instance = make_instance<W>();
  auto task = idle().to_task();
  add(task);
  return apply(instance, std::move(task));
}

} // namespace

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

BOOST_AUTO_TEST_CASE(arguments_that_do_not_fit_reject_an_update) {
  BOOST_CHECK_EQUAL(
      said(told<counts>([](auto& task) { add_update(task, "u1", "add", "text"); })),
      "u1/reject: expected number, got string \"text\"");
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
  for (const std::string name : {"draws", "registers"}) {
    wire::PollWorkflowTaskQueueResponse task;
    task.mutable_workflow_execution()->set_run_id("run-1");
    task.mutable_query()->set_query_type(name);
    task.set_previous_started_event_id(1000);
    BOOST_CHECK_EQUAL(
        text_of(apply(instance, std::move(task))),
        "query failed: a query handler must not wait, start or change anything in its workflow");
  }
}

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
    wire::PollWorkflowTaskQueueResponse task;
    task.mutable_workflow_execution()->set_run_id("run-1");
    task.mutable_query()->set_query_type(name);
    task.set_previous_started_event_id(1000);
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
  wire::PollWorkflowTaskQueueResponse task;
  task.mutable_workflow_execution()->set_run_id("run-1");
  task.mutable_query()->set_query_type("__temporal_workflow_metadata");
  task.set_previous_started_event_id(1000);
  const auto text = text_of(apply(instance, std::move(task)));
  for (
      const char* const part :
      {R"("queryDefinitions":[{"name":"__enhanced_stack_trace"},{"name":"__stack_trace"},{"name":"__temporal_workflow_metadata"},{"name":"total","description":"The sum."}])",
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
    wire::PollWorkflowTaskQueueResponse query;
    query.mutable_workflow_execution()->set_run_id("run-1");
    query.mutable_query()->set_query_type(name);
    query.set_previous_started_event_id(1000);
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
