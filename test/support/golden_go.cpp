// SPDX-License-Identifier: Apache-2.0
#include "test/support/golden_go.hpp"

#include <troupe/error.hpp>
#include <troupe/workflow/context.hpp>

#include <boost/describe.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

namespace troupe::test {

// -- inputs (described, so not in an anonymous namespace) --

struct go_call_input {
  std::string Operation;
  std::string HandlerID;
  std::string Mode;
  std::string CancellationType;
  std::string CancelWhen;
  int DelayMs = 0;
  int ScheduleToCloseMs = 0;
};
BOOST_DESCRIBE_STRUCT(
    go_call_input,
    (),
    (Operation, HandlerID, Mode, CancellationType, CancelWhen, DelayMs, ScheduleToCloseMs))

struct go_run_input {
  std::string workflowId;
  std::string mode;
};
BOOST_DESCRIBE_STRUCT(go_run_input, (), (workflowId, mode))

struct go_slow_run_input {
  std::string workflowId;
  std::string mode;
  int delayMs = 0;
};
BOOST_DESCRIBE_STRUCT(go_slow_run_input, (), (workflowId, mode, delayMs))

struct go_error_input {
  std::string type;
};
BOOST_DESCRIBE_STRUCT(go_error_input, (), (type))

namespace {

using workflow::context;

// The summary that Go gives to a sleep.
const workflow::timer_options go_sleep{.summary = "Sleep"};

/// The names that Go has for the errors, outermost first.
std::string go_caught(const std::exception_ptr& error) {
  std::string text = "caught: ";
  for (auto one = to_failure_error(error); one; one = one->cause()) {
    if (dynamic_cast<const nexus_operation_error*>(one.get()) != nullptr)
      text += "*internal.NexusOperationError";
    else if (dynamic_cast<const canceled_error*>(one.get()) != nullptr)
      text += "*internal.CanceledError";
    else if (dynamic_cast<const timeout_error*>(one.get()) != nullptr)
      text += "*internal.TimeoutError";
    else
      text += one->kind();
    if (one->cause())
      text += " <- ";
  }
  return text;
}

/// What Go gives to the caller of an operation that it no longer waits for.
constexpr std::string_view caught_cancel = "caught: *internal.CanceledError";

workflow::nexus_cancellation_type go_cancellation_type(const std::string& name) {
  using enum workflow::nexus_cancellation_type;
  if (name == "abandon")
    return abandon;
  // Go tries to cancel an operation as others ask for it: it waits for the answer to the request.
  return name == "wait-completed" ? wait_completed : wait_requested;
}

struct go_call_operation {
  static constexpr std::string_view name = "GoCallOperation";

  async<std::string> run(context ctx, go_call_input in) {
    auto starting = start(ctx, in);
    const bool at_once = in.CancelWhen == "same-task";
    if (in.CancelWhen == "after-started")
      co_await starting;
    if (!at_once)
      co_await ctx.sleep(500ms, go_sleep);
    std::string text{caught_cancel};
    // Go sends an operation that is abandoned in the task that schedules it all the same.
    if (!at_once || in.CancellationType != "abandon")
      text = co_await canceled(ctx, std::move(starting), in);
    co_await ctx.sleep(6s, go_sleep);
    co_return text;
  }

private:
  using handle = workflow::nexus_operation_handle<payload>;

  static workflow::future<handle> start(context ctx, const go_call_input& in) {
    auto client = ctx.nexus_client({.endpoint = "golden-endpoint", .service = "golden-service"});
    workflow::nexus_operation_options options{
        .cancellation_type = go_cancellation_type(in.CancellationType)};
    if (in.ScheduleToCloseMs > 0)
      options.schedule_to_close_timeout = std::chrono::milliseconds{in.ScheduleToCloseMs};
    if (in.Operation == "handler-error")
      return client.start<payload>(in.Operation, go_error_input{"INTERNAL"}, options);
    if (in.DelayMs > 0)
      return client.start<payload>(
          in.Operation, go_slow_run_input{in.HandlerID, in.Mode, in.DelayMs}, options);
    return client.start<payload>(in.Operation, go_run_input{in.HandlerID, in.Mode}, options);
  }

  static async<std::string>
  canceled(context, workflow::future<handle> starting, const go_call_input in) {
    if (starting.is_ready() && !starting.state()->failure())
      starting.get().cancel();
    else
      starting.cancel();
    const bool waits = in.CancellationType == "wait-completed";
    const auto started = co_await starting.as_result();
    if (!started)
      co_return waits&& in.CancelWhen != "same-task" ? go_caught(started.error())
                                                     : std::string{caught_cancel};
    // What Go tries to cancel before its start is over for the caller when it starts.
    if (in.CancellationType == "try-cancel" && in.CancelWhen == "before-started")
      co_return std::string{caught_cancel};
    const auto ended = co_await started->result().as_result();
    if (ended)
      co_return "result: " + decode_value<std::string>(*ended);
    co_return waits ? go_caught(ended.error()) : std::string{caught_cancel};
  }
};

struct go_cancel {
  static constexpr std::string_view name = "GoCancel";
  async<void> run(context ctx) { co_await ctx.sleep(1h, go_sleep); }
};

struct go_select {
  static constexpr std::string_view name = "GoSelect";
  async<std::string> run(context ctx) {
    auto slow = ctx.sleep(1h);
    co_await ctx.sleep(100ms);
    slow.cancel();
    const auto ended = co_await slow.as_result();
    // As Go says it.
    co_return !ended && is_canceled(ended.error()) ? "canceled" : "fired";
  }
};

struct go_activities_and_timer {
  static constexpr std::string_view name = "GoActivitiesAndTimer";
  async<std::string> run(context ctx) {
    const workflow::activity_options options{.start_to_close_timeout = 5s};
    auto a = ctx.execute_activity<std::string>("Greet", options, std::string{"a"});
    auto b = ctx.execute_activity<std::string>("Greet", options, std::string{"b"});
    auto timer = ctx.sleep(1min);
    co_await workflow::any(a, timer);
    co_await b;
    co_return a.get() + b.get();
  }
};

struct go_upsert {
  static constexpr std::string_view name = "GoUpsert";
  async<> run(context ctx) {
    ctx.upsert_search_attributes({keyword_attribute{"CustomKeywordField"}.set("go")});
    co_return;
  }
};

struct go_version {
  static constexpr std::string_view name = "GoVersion";
  async<std::string> run(context ctx) {
    const int first = ctx.get_version("golden-change", workflow::default_version, 2);
    co_await ctx.sleep(100ms, go_sleep);
    const int again = ctx.get_version("golden-change", workflow::default_version, 2);
    const int second = ctx.get_version("second-change", workflow::default_version, 1);
    co_return std::to_string(first) + " " + std::to_string(again) + " " + std::to_string(second);
  }
};

struct go_side_effect {
  static constexpr std::string_view name = "GoSideEffect";
  async<int> run(context ctx) {
    const int kept = ctx.side_effect([] { return 42; });
    if (ctx.side_effect([] { return std::string{"text"}; }) != "text")
      throw std::logic_error("the second side effect is another one");
    co_await ctx.sleep(100ms, go_sleep);
    co_return kept;
  }
};

struct go_mutable_side_effect {
  static constexpr std::string_view name = "GoMutableSideEffect";
  async<std::vector<int>> run(context ctx) {
    std::vector<int> all;
    for (const int value : {1, 1, 2, 2, 3}) {
      all.push_back(ctx.mutable_side_effect("golden-id", [value] { return value; }));
      co_await ctx.sleep(20ms, go_sleep);
    }
    co_return all;
  }
};

struct go_local_activity {
  static constexpr std::string_view name = "GoLocalActivity";
  async<std::string> run(context ctx) {
    const workflow::local_activity_options options{
        .start_to_close_timeout = 5s,
        .retry_policy = workflow::retry_policy{.initial_interval = 100ms, .maximum_attempts = 5}};
    auto text =
        co_await ctx.execute_local_activity<std::string>("Greet", options, std::string{"local"});
    co_return text + co_await ctx.execute_local_activity<std::string>("Flaky", options, 2);
  }
};

struct go_local_activity_fails {
  static constexpr std::string_view name = "GoLocalActivityFails";
  async<std::string> run(context ctx) {
    co_return co_await ctx.execute_local_activity<std::string>(
        "Flaky",
        {.start_to_close_timeout = 5s,
         .retry_policy = workflow::retry_policy{.maximum_attempts = 2}},
        9);
  }
};

struct go_error {
  static constexpr std::string_view name = "GoError";
  async<> run(context) {
    throw application_error("plain Go error", {.type = {}});
    co_return;
  }
};

/// Go panicked in its only task, which nothing came of.
struct go_panic {
  static constexpr std::string_view name = "GoPanic";
  async<> run(context ctx) {
    co_await ctx.wait_condition([] { return false; });
  }
};

} // namespace

std::vector<std::shared_ptr<const workflow::definition>> golden_go_workflows() {
  using workflow::define;
  return {
      define<go_call_operation>(),
      define<go_cancel>(),
      define<go_select>(),
      define<go_activities_and_timer>(),
      define<go_upsert>(),
      define<go_version>(),
      define<go_side_effect>(),
      define<go_mutable_side_effect>(),
      define<go_local_activity>(),
      define<go_local_activity_fails>(),
      define<go_error>(),
      define<go_panic>(),
  };
}

} // namespace troupe::test
