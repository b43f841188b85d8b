// SPDX-License-Identifier: Apache-2.0
#include "test/support/golden_activities.hpp"

#include "runtime/base/time/saturate.hpp"

#include <troupe/activity/contract.hpp>
#include <troupe/error.hpp>
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace troupe::test {

// -- inputs (described, so not in an anonymous namespace) --

struct golden_retry {
  std::optional<double> initial;
  std::optional<double> coefficient;
  std::optional<int> attempts;
  std::optional<std::vector<std::string>> nonRetryable;
};
BOOST_DESCRIBE_STRUCT(golden_retry, (), (initial, coefficient, attempts, nonRetryable))

struct run_activity_input {
  std::string activity;
  std::optional<std::vector<json_value>> args;
  std::optional<double> scheduleToClose;
  std::optional<double> scheduleToStart;
  std::optional<double> startToClose;
  std::optional<double> heartbeat;
  std::optional<golden_retry> retry;
  std::optional<std::string> taskQueue;
  std::optional<std::string> activityId;
  std::optional<std::string> cancellationType;
  std::optional<double> cancelAfter;
  std::optional<double> linger;
};
BOOST_DESCRIBE_STRUCT(
    run_activity_input,
    (),
    (activity,
     args,
     scheduleToClose,
     scheduleToStart,
     startToClose,
     heartbeat,
     retry,
     taskQueue,
     activityId,
     cancellationType,
     cancelAfter,
     linger))

struct local_activity_input {
  std::string activity;
  std::optional<json_value> input;
  std::optional<int> attempts;
  std::optional<double> initial;
  std::optional<double> threshold;
};
BOOST_DESCRIBE_STRUCT(local_activity_input, (), (activity, input, attempts, initial, threshold))

namespace {

using workflow::context;

std::optional<workflow::duration> limit(const std::optional<double>& seconds) {
  return seconds ? std::optional{seconds_of(*seconds)} : std::nullopt;
}

workflow::activity_cancellation_type cancellation_type(const std::string& name) {
  using enum workflow::activity_cancellation_type;
  if (name == "wait-completed")
    return wait_completed;
  return name == "abandon" ? abandon : try_cancel;
}

/// In the words of the recording's language, where one that was never sent has no error around it.
std::string text_of(const result<payload>& outcome, bool was_sent) {
  if (outcome)
    return "result: " + decode_value<std::string>(*outcome);
  auto error = to_failure_error(outcome.error());
  if (!was_sent)
    error = error->cause();
  std::string text;
  for (; error; error = error->cause())
    text += (text.empty() ? "caught: " : " <- ")
            + std::string{
                dynamic_cast<const activity_error*>(error.get()) != nullptr   ? "ActivityError"
                : dynamic_cast<const canceled_error*>(error.get()) != nullptr ? "CancelledError"
                                                                              : error->kind()};
  return text;
}

struct run_activity {
  async<payload> run(context ctx, run_activity_input in) {
    workflow::activity_options options{
        .schedule_to_close_timeout = limit(in.scheduleToClose),
        .schedule_to_start_timeout = limit(in.scheduleToStart),
        .start_to_close_timeout = limit(in.startToClose),
        .heartbeat_timeout = limit(in.heartbeat),
        .activity_id = in.activityId.value_or(""),
        .cancellation_type = cancellation_type(in.cancellationType.value_or(""))};
    options.task_queue = in.taskQueue.value_or("");
    if (in.retry)
      options.retry_policy = {
          .initial_interval = seconds_of(in.retry->initial.value_or(1)),
          .backoff_coefficient = in.retry->coefficient.value_or(2),
          .maximum_attempts = in.retry->attempts.value_or(0),
          .non_retryable_error_types = in.retry->nonRetryable.value_or(std::vector<std::string>{})};
    payloads args;
    if (in.args)
      for (const auto& each : *in.args)
        args.push_back(encode_value(each));
    auto activity = ctx.execute_activity<payload>(in.activity, options, args);
    if (!in.cancelAfter)
      co_return co_await activity;
    const bool was_sent = *in.cancelAfter > 0;
    if (was_sent)
      co_await ctx.sleep(seconds_of(*in.cancelAfter));
    activity.cancel();
    const auto text = text_of(co_await activity.as_result(), was_sent);
    co_await ctx.sleep(seconds_of(in.linger.value_or(2)));
    co_return encode_value(text);
  }
};

inline constexpr activity::contract<std::string(std::string)> greet{"greet"};

struct three_activities {
  async<std::vector<std::string>> run(context ctx) {
    const workflow::activity_options options{.start_to_close_timeout = 5s};
    std::vector<workflow::future<std::string>> all;
    for (const auto* who : {"a", "b", "c"})
      all.push_back(ctx.execute<greet>(options, who));
    co_await workflow::all(all);
    std::vector<std::string> greetings;
    for (const auto& each : all)
      greetings.push_back(each.get());
    co_return greetings;
  }
};

struct calls_local_activity {
  async<payload> run(context ctx, local_activity_input in) {
    workflow::local_activity_options options{.start_to_close_timeout = 30s};
    options.retry_policy = {
        .initial_interval = seconds_of(in.initial.value_or(0.2)),
        .maximum_attempts = in.attempts.value_or(0)};
    if (in.threshold)
      options.local_retry_threshold = seconds_of(*in.threshold);
    payloads args;
    if (in.input)
      args.push_back(encode_value(*in.input));
    co_return co_await ctx.execute_local_activity<payload>(in.activity, options, args);
  }
};

} // namespace

std::vector<std::shared_ptr<const workflow::definition>> golden_activity_workflows() {
  using workflow::define;
  return {
      define<run_activity>("RunActivity"),
      define<three_activities>("ThreeActivities"),
      define<calls_local_activity>("LocalActivity"),
  };
}

} // namespace troupe::test
