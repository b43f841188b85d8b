// SPDX-License-Identifier: Apache-2.0
#include "test/support/golden_workflows.hpp"

#include "test/support/golden_activities.hpp"
#include "test/support/golden_children.hpp"
#include "test/support/golden_go.hpp"
#include "test/support/golden_messages.hpp"

#include <troupe/error.hpp>
#include <troupe/nexus/error.hpp>

#include <boost/describe.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace std::chrono_literals;

namespace troupe::test {

// -- inputs (described, so not in an anonymous namespace) --

struct call_input {
  std::optional<std::string> endpoint;
  std::optional<std::string> service;
  std::string operation;
  std::optional<json_value> input;
  std::optional<double> scheduleToClose;
  std::optional<double> scheduleToStart;
  std::optional<double> startToClose;
  std::optional<std::string> summary;
  std::optional<std::map<std::string, std::string>> headers;
  std::optional<std::string> cancellationType;
  std::optional<std::string> cancelWhen;
  std::optional<int> afterMs;
};
BOOST_DESCRIBE_STRUCT(
    call_input,
    (),
    (endpoint,
     service,
     operation,
     input,
     scheduleToClose,
     scheduleToStart,
     startToClose,
     summary,
     headers,
     cancellationType,
     cancelWhen,
     afterMs))

struct leave_input {
  std::string how;
  std::string handlerId;
};
BOOST_DESCRIBE_STRUCT(leave_input, (), (how, handlerId))

// Members in the order of the recording, whose writer sorted the keys.
struct run_input {
  std::string mode;
  std::string workflowId;
};
BOOST_DESCRIBE_STRUCT(run_input, (), (mode, workflowId))

struct handler_error_input {
  std::string type;
};
BOOST_DESCRIBE_STRUCT(handler_error_input, (), (type))

struct nested_object {
  json_value list{"[1,2.5,null,true]"};
  json_value text{R"("gr\u00fc\u00dfe")"}; ///< the recording's writer escapes
};
BOOST_DESCRIBE_STRUCT(nested_object, (), (list, text))

struct answer_object {
  int count = 3;
  std::string message = "hi";
  nested_object nested;
};
BOOST_DESCRIBE_STRUCT(answer_object, (), (count, message, nested))

struct one_number {
  int a = 1;
};
BOOST_DESCRIBE_STRUCT(one_number, (), (a))

struct numbered_detail {
  int k = 1;
};
BOOST_DESCRIBE_STRUCT(numbered_detail, (), (k))

namespace {

using workflow::context;

workflow::duration seconds(double value) {
  return std::chrono::round<workflow::duration>(std::chrono::duration<double>(value));
}

/// The name that the recording's language has for an error.
std::string class_name(const failure_error& error) {
  if (dynamic_cast<const nexus_operation_error*>(&error) != nullptr)
    return "NexusOperationError";
  if (dynamic_cast<const canceled_error*>(&error) != nullptr)
    return "CancelledError";
  if (dynamic_cast<const timeout_error*>(&error) != nullptr)
    return "TimeoutError";
  if (dynamic_cast<const nexus::handler_error*>(&error) != nullptr)
    return "HandlerError";
  if (dynamic_cast<const terminated_error*>(&error) != nullptr)
    return "TerminatedError";
  if (dynamic_cast<const application_error*>(&error) != nullptr)
    return "ApplicationError";
  return std::string{error.kind()};
}

std::string caught(const std::exception_ptr& error) {
  std::string text;
  for (auto one = to_failure_error(error); one; one = one->cause())
    text += (text.empty() ? "caught: " : " <- ") + class_name(*one);
  return text;
}

std::string outcome_text(const result<payload>& outcome) {
  return outcome ? "result: " + decode_value<std::string>(*outcome) : caught(outcome.error());
}

workflow::nexus_cancellation_type cancellation_type(const std::string& name) {
  using enum workflow::nexus_cancellation_type;
  if (name == "wait-requested")
    return wait_requested;
  if (name == "try-cancel")
    return try_cancel;
  if (name == "abandon")
    return abandon;
  return wait_completed;
}

struct call_operation {
  async<payload> run(context ctx, call_input in) {
    auto client = ctx.nexus_client(
        {.endpoint = in.endpoint.value_or("golden-endpoint"),
         .service = in.service.value_or("golden-service")});
    workflow::nexus_operation_options options;
    if (in.scheduleToClose)
      options.schedule_to_close_timeout = seconds(*in.scheduleToClose);
    if (in.scheduleToStart)
      options.schedule_to_start_timeout = seconds(*in.scheduleToStart);
    if (in.startToClose)
      options.start_to_close_timeout = seconds(*in.startToClose);
    if (in.summary)
      options.summary = *in.summary;
    if (in.headers)
      options.headers = {in.headers->begin(), in.headers->end()};
    options.cancellation_type = cancellation_type(in.cancellationType.value_or(""));

    if (!in.cancelWhen) {
      auto handle = co_await client.start<payload>(in.operation, in.input, options);
      co_return co_await handle.result();
    }
    std::string text;
    if (*in.cancelWhen == "same-task" || *in.cancelWhen == "before-started") {
      // The recording starts its timer first, though its code begins the operation first.
      std::optional<workflow::future<void>> pause;
      if (*in.cancelWhen == "before-started")
        pause = ctx.sleep(500ms);
      auto operation = client.execute<payload>(in.operation, in.input, options);
      if (pause)
        co_await *pause;
      operation.cancel();
      text = outcome_text(co_await operation.as_result());
    } else {
      auto handle = co_await client.start<payload>(in.operation, in.input, options);
      if (*in.cancelWhen == "after-started") {
        co_await ctx.sleep(500ms);
        handle.cancel();
        text = outcome_text(co_await handle.result().as_result());
      } else {
        text = outcome_text(co_await handle.result().as_result());
        handle.cancel();
        co_await ctx.sleep(500ms);
      }
    }
    if (in.afterMs)
      co_await ctx.sleep(std::chrono::milliseconds(*in.afterMs));
    co_return encode_value(text);
  }
};

struct handler_workflow {
  std::string state;

  async<payload> run(context ctx, std::string mode) {
    ctx.on_signal("release", [this](std::string value) { state = std::move(value); });
    ctx.on_query("state", [this] { return state; });
    ctx.on_update("set", [this](std::string value) {
      state = std::move(value);
      return "set " + state;
    });
    if (mode == "string")
      co_return encode_value(std::string{"done"});
    if (mode == "object")
      co_return encode_value(answer_object{});
    if (mode == "sleep") {
      co_await ctx.sleep(1s);
      co_return encode_value(std::string{"slept"});
    }
    if (mode == "fail")
      throw application_error(
          "handler workflow failed",
          {.type = "GoldenError",
           .non_retryable = true,
           .details = make_payloads(numbered_detail{})});
    auto released = co_await ctx.wait_condition([this] { return !state.empty(); }).as_result();
    if (released || mode == "wait") {
      if (!released)
        std::rethrow_exception(released.error());
      co_return encode_value("released " + state);
    }
    co_await ctx.shielded().sleep(1s);
    if (mode == "ignore-cancel")
      co_return encode_value(std::string{"finished despite cancel"});
    std::rethrow_exception(released.error());
  }
};

struct start_and_leave {
  async<std::string> run(context ctx, leave_input in) {
    auto client = ctx.nexus_client({.endpoint = "golden-endpoint", .service = "golden-service"});
    co_await client.start<payload>("run", run_input{"wait", in.handlerId});
    if (in.how == "fail")
      throw application_error("caller gives up", {.type = {}, .non_retryable = true});
    co_return "left";
  }
};

struct start_and_continue {
  async<std::string> run(context ctx, int round) {
    if (round == 1)
      co_return "second run";
    auto client = ctx.nexus_client({.endpoint = "golden-endpoint", .service = "golden-service"});
    co_await client.start<payload>("run", run_input{"wait", "pending-at-continue-as-new-handler"});
    ctx.continue_as_new(1);
  }
};

struct fan_out_five {
  async<std::vector<std::string>> run(context ctx) {
    auto client = ctx.nexus_client({.endpoint = "golden-endpoint", .service = "golden-service"});
    std::vector<workflow::future<payload>> operations;
    for (int i = 0; i != 5; ++i)
      operations.push_back(client.execute<payload>(
          "run",
          run_input{i == 0 ? "sleep" : "wait", "fan-out-five-handler-" + std::to_string(i)}));
    const auto first = co_await workflow::any(operations);
    for (std::size_t i = 0; i != operations.size(); ++i)
      if (i != first)
        operations[i].cancel();
    std::vector<std::string> texts;
    for (auto& operation : operations)
      texts.push_back(outcome_text(co_await operation.as_result()));
    co_return texts;
  }
};

struct breaker_caller {
  async<std::vector<std::string>> run(context ctx) {
    auto client =
        ctx.nexus_client({.endpoint = "golden-endpoint-breaker", .service = "golden-service"});
    std::vector<workflow::future<payload>> operations;
    for (int i = 0; i != 6; ++i)
      operations.push_back(client.execute<payload>(
          "handler-error", handler_error_input{"INTERNAL"}, {.schedule_to_close_timeout = 12s}));
    std::vector<std::string> texts;
    for (auto& operation : operations)
      texts.push_back(outcome_text(co_await operation.as_result()));
    co_return texts;
  }
};

struct complete {
  async<std::string> run(context, std::string who) { co_return "hello " + who; }
};

struct complete_void {
  async<void> run(context) { co_return; }
};

struct fail_application {
  async<void> run(context) {
    auto cause = std::make_shared<application_error>(
        "the cause", application_error_options{.type = "CauseError", .non_retryable = true});
    throw application_error(
        "boom",
        {.type = "GoldenFailure",
         .details = make_payloads(one_number{}, std::string{"two"}),
         .cause = cause});
    co_return;
  }
};

struct timers {
  async<std::string> run(context ctx) {
    auto short_timer = ctx.sleep(1s, {.summary = "short timer"});
    auto long_timer = ctx.sleep(60s, {.summary = "long timer"});
    co_await short_timer;
    long_timer.cancel();
    co_await ctx.sleep(100ms);
    co_return "timers done";
  }
};

struct timer_started_and_cancelled {
  async<std::string> run(context ctx) {
    auto first = ctx.sleep(100ms);
    auto second = ctx.sleep(60s);
    co_await first;
    auto third = ctx.sleep(60s);
    second.cancel();
    third.cancel();
    co_return "ok";
  }
};

struct continue_once {
  async<std::string> run(context ctx, int round) {
    if (round == 0)
      ctx.continue_as_new(1);
    co_return "second run";
  }
};

struct continue_with_changes {
  async<std::string> run(context ctx, int round) {
    if (round == 0)
      ctx.continue_as_new(
          {.run_timeout = 60s,
           .task_timeout = 7s,
           .memo = {{{"changed", encode_value(std::string{"yes"})}}}},
          1);
    co_return "second run";
  }
};

struct until_suggested {
  async<std::string> run(context ctx, int round) {
    if (round == 1)
      co_return "second run";
    while (!ctx.continue_as_new_suggested())
      co_await ctx.sleep(10ms);
    ctx.continue_as_new(1);
  }
};

struct fail_each_attempt {
  async<std::string> run(context ctx) {
    throw application_error(
        "attempt " + std::to_string(ctx.info().attempt), {.type = "GoldenFailure"});
    co_return "";
  }
};

struct fail_non_retryable {
  async<std::string> run(context) {
    throw application_error("no more", {.type = "GoldenFailure", .non_retryable = true});
    co_return "";
  }
};

struct cancel_handled {
  async<std::string> run(context ctx) {
    auto ended = co_await ctx.wait_condition([] { return false; }).as_result();
    if (!ended && is_canceled(ended.error()))
      co_return "cancel handled";
    co_return "not cancelled";
  }
};

struct wait_forever {
  std::vector<std::string> got;
  bool stopped = false;

  async<std::vector<std::string>> run(context ctx) {
    ctx.on_signal("golden-signal", [this](std::string value) { got.push_back(std::move(value)); });
    ctx.on_signal("stop", [this] { stopped = true; });
    ctx.on_query("got", [this] { return got; });
    co_await ctx.wait_condition([this] { return stopped; });
    co_return got;
  }
};

struct wait_signal {
  async<std::string> run(context ctx) {
    auto signals = ctx.signal_channel<std::string>("golden-signal");
    co_return "got " + co_await signals.receive();
  }
};

struct slow_task {
  std::vector<std::string> got;

  async<std::vector<std::string>> run(context ctx, std::size_t wanted) {
    ctx.on_signal("golden-signal", [this](std::string value) { got.push_back(std::move(value)); });
    co_await ctx.sleep(300ms);
    co_await ctx.wait_condition([this, wanted] { return got.size() >= wanted; });
    co_return got;
  }
};

struct wait_condition_timeout {
  async<std::string> run(context ctx) {
    const bool held = co_await ctx.wait_condition([] { return false; }, 500ms);
    co_return held ? "held" : "timed out";
  }
};

/// Says what the run before it said.
struct cron {
  async<std::string> run(context ctx) {
    co_return "last: " + ctx.last_completion_result<std::string>().value_or("None");
  }
};

/// Fails unless the run before it did.
struct cron_fail {
  async<std::string> run(context ctx) {
    const auto failure = ctx.last_failure();
    if (failure == nullptr)
      throw application_error("cron run fails", {.type = "CronError"});
    const auto& known = dynamic_cast<const application_error&>(*failure);
    co_return "saw failure: " + known.type() + ": " + known.message();
  }
};

struct replayed {
  std::string second;

  async<std::vector<std::string>> run(context ctx) {
    ctx.on_signal("golden-signal", [this](std::string value) { second = std::move(value); });
    const workflow::activity_options options{.start_to_close_timeout = 5s};
    std::vector<std::string> greetings;
    greetings.push_back(
        co_await ctx.execute_activity<std::string>("greet", options, std::string{"one"}));
    co_await ctx.sleep(200ms);
    co_await ctx.wait_condition([this] { return !second.empty(); });
    greetings.push_back(co_await ctx.execute_activity<std::string>("greet", options, second));
    co_return greetings;
  }
};

struct reset_me {
  std::vector<std::string> got;

  async<std::vector<std::string>> run(context ctx) {
    ctx.on_signal("golden-signal", [this](std::string value) { got.push_back(std::move(value)); });
    co_await ctx.sleep(200ms);
    std::vector<std::string> all;
    all.push_back(co_await ctx.execute_activity<std::string>(
        "greet", {.start_to_close_timeout = 5s}, std::string{"reset"}));
    co_await ctx.wait_condition([this] { return got.size() >= 2; });
    all.insert(all.end(), got.begin(), got.end());
    co_return all;
  }
};

struct details {
  async<std::string> run(context ctx) {
    ctx.set_current_details("current details");
    co_await ctx.execute_activity<std::string>(
        "greet", {.start_to_close_timeout = 5s, .summary = "activity summary"}, std::string{"x"});
    co_return "ok";
  }
};

struct cancel_cleanup {
  async<void> run(context ctx) {
    const auto ended = co_await ctx.wait_condition([] { return false; }).as_result();
    co_await ctx.shielded().execute_activity<std::string>(
        "cleanup", {.start_to_close_timeout = 5s});
    std::rethrow_exception(ended.error());
  }
};

/// The recording's worker once took longer than its task may.
struct hang_once {
  async<std::string> run(context ctx) {
    co_await ctx.sleep(100ms);
    co_return "second attempt answered";
  }
};

std::atomic<bool> is_changed = false;

struct non_deterministic {
  async<void> run(context ctx) {
    if (is_changed)
      co_await ctx.execute_activity<std::string>(
          "greet", {.start_to_close_timeout = 5s}, std::string{"x"});
    else
      co_await ctx.sleep(100ms);
    co_await ctx.signal_channel<std::string>("golden-signal").receive();
  }
};

std::atomic<int> bugs_left = 0;

struct bug_then_fixed {
  async<std::string> run(context ctx) {
    co_await ctx.sleep(200ms);
    if (bugs_left > 0) {
      --bugs_left;
      throw std::runtime_error("workflow bug");
    }
    co_return "fixed";
  }
};

} // namespace

void set_golden_bugs(int count) {
  bugs_left = count;
}

void set_golden_change(bool changed) {
  is_changed = changed;
}

std::vector<std::shared_ptr<const workflow::definition>> golden_workflows() {
  using workflow::define;
  std::vector<std::shared_ptr<const workflow::definition>> all{
      define<call_operation>("CallOperation"),
      define<handler_workflow>("HandlerWorkflow"),
      define<start_and_leave>("StartAndLeave"),
      define<start_and_continue>("StartAndContinue"),
      define<fan_out_five>("FanOutFive"),
      define<breaker_caller>("BreakerCaller"),
      define<complete>("Complete"),
      define<complete_void>("CompleteVoid"),
      define<fail_application>("FailApplication"),
      define<timers>("Timers"),
      define<timer_started_and_cancelled>("TimerStartedAndCancelledInOneTask"),
      define<continue_once>("ContinueOnce"),
      define<continue_with_changes>("ContinueWithChanges"),
      define<until_suggested>("UntilSuggested"),
      define<fail_each_attempt>("FailEachAttempt"),
      define<fail_non_retryable>("FailNonRetryable"),
      define<cancel_handled>("CancelHandled"),
      define<wait_forever>("WaitForever"),
      define<wait_signal>("WaitSignal"),
      define<slow_task>("SlowTask"),
      define<wait_condition_timeout>("WaitConditionTimeout"),
      define<cron>("Cron"),
      define<cron_fail>("CronFail"),
      define<replayed>("Replayed"),
      define<reset_me>("ResetMe"),
      define<bug_then_fixed>("BugThenFixed"),
      define<details>("Details"),
      define<cancel_cleanup>("CancelCleanup"),
      define<hang_once>("HangOnce"),
      define<non_deterministic>("NonDeterministic"),
  };
  for (auto& more :
       {golden_activity_workflows(),
        golden_child_workflows(),
        golden_go_workflows(),
        golden_version_workflows(),
        golden_message_workflows()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

} // namespace troupe::test
