// SPDX-License-Identifier: Apache-2.0
// Activities and Nexus operations.

#include "bench/kitchen_sink/interpreter.hpp"
#include "bench/kitchen_sink/operations.hpp"
#include "bench/kitchen_sink/parts.hpp"

#include <troupe/error.hpp>

#include <array>
#include <chrono>
#include <string>
#include <utility>

namespace kitchen_sink {

namespace {

namespace workflow = troupe::workflow;
using namespace std::chrono_literals;

auto sink_of(const workflow::context& ctx) {
  return ctx.nexus_client<sink_service>({.endpoint = std::string{endpoint_name}});
}

} // namespace

interpreter::async interpreter::call_activity(context ctx, action what) {
  co_return co_await ctx.execute<activities::add_one>(quick, what.number, what.times);
}

interpreter::async interpreter::fail_in_activity(context ctx, action what) {
  const auto outcome = co_await ctx.execute<activities::give_up>(quick, what.number).as_result();
  require(!outcome, "an activity that was to fail did not");
  co_return carried_by(outcome.error());
}

interpreter::async interpreter::run_out_of_time(context ctx, action what) {
  const auto outcome =
      co_await ctx
          .execute<activities::run_late>(
              {.start_to_close_timeout = 3s,
               .heartbeat_timeout = 2s,
               .retry_policy = workflow::retry_policy{.maximum_attempts = what.times + 1}})
          .as_result();
  require(!outcome, "an activity that was to be late was not");
  if (troupe::find_cause<troupe::timeout_error>(outcome.error()) == nullptr)
    std::rethrow_exception(outcome.error());
  co_return 4;
}

interpreter::async interpreter::cancel_activity(context ctx, action what) {
  using type = workflow::activity_cancellation_type;
  constexpr std::array types{type::try_cancel, type::wait_completed, type::abandon};
  const auto late = ctx.execute<activities::run_on>(
      {.start_to_close_timeout = 1h,
       .heartbeat_timeout = 2s,
       .cancellation_type = types.at(static_cast<std::size_t>(what.times))});
  co_await ctx.sleep(time_of(what));
  late.cancel("enough");
  require_cancelled(ctx, co_await late.as_result(), "a cancelled activity ended well");
  co_return 11;
}

interpreter::async interpreter::hold_activity(context ctx, action what) {
  constexpr auto long_pause = 200s;
  const auto id = "held-" + std::to_string(named_++);
  const auto begin = ctx.now();
  const auto held = ctx.execute<activities::add_one>(
      {.start_to_close_timeout = 10s,
       .retry_policy =
           workflow::retry_policy{.initial_interval = long_pause, .backoff_coefficient = 1},
       .activity_id = id},
      what.number,
      what.times + 1);
  if (what.what == kind::paused_activity) {
    co_await ctx.execute<activities::pause_other>(quick, id);
    co_await ctx.sleep(time_of(what));
    co_await ctx.execute<activities::unpause_other>(quick, id);
  } else if (what.what == kind::reset_activity)
    co_await ctx.execute<activities::reset_other>(quick, id);
  else
    co_await ctx.execute<activities::hurry_other>(quick, id);
  const auto sum = co_await held;
  const auto me = ctx.info();
  const bool is_reset = me.original_execution_run_id != me.run_id; // and time passed before that
  if (what.what == kind::changed_activity && !is_reset)
    require(ctx.now() - begin < long_pause, "an activity is tried again by its new options");
  co_return sum;
}

interpreter::async interpreter::call_local_activity(context ctx, action what) {
  const bool is_patient = what.what == kind::patient_local_activity;
  co_return co_await ctx.execute_local<activities::add_one>(
      {.start_to_close_timeout = 10s,
       .retry_policy =
           workflow::retry_policy{
               .initial_interval = is_patient ? workflow::duration{20s} : workflow::duration{10ms}},
       .local_retry_threshold = 5s},
      what.number,
      what.times);
}

interpreter::async interpreter::take_time_locally(context ctx, action what) {
  constexpr int factor = 5; // up to 25 s, more than a workflow task has
  const auto took = co_await ctx.execute_local<activities::take_time>(
      {.start_to_close_timeout = 1min}, what.number * factor);
  co_return took / factor;
}

interpreter::async interpreter::ask(context ctx, action what) {
  const auto key = static_cast<int>(asked_.size());
  asked_.emplace(key, what.number);
  co_return co_await ctx.execute<activities::ask_back>(quick, key);
}

interpreter::async interpreter::leave_to_another(context ctx, action what) {
  const auto id = "left-open-" + std::to_string(named_++);
  const auto open =
      ctx.execute<activities::leave_open>({.start_to_close_timeout = 1h, .activity_id = id});
  co_await ctx.execute<activities::complete_other>(quick, id, what.number);
  co_return co_await open;
}

interpreter::async interpreter::call_operation(context ctx, action what) {
  const number given{what.number, what.times};
  if (what.what == kind::operation)
    co_return (co_await sink_of(ctx).execute<sink_service::echo>(given)).value;
  co_return (co_await sink_of(ctx).execute<sink_service::hesitate>(given)).value;
}

interpreter::async interpreter::fail_in_operation(context ctx, action what) {
  const auto outcome = co_await sink_of(ctx).execute<sink_service::fail>({what.number}).as_result();
  require(!outcome, "an operation that was to fail did not");
  const auto* why = troupe::find_cause<troupe::application_error>(
      outcome.error(), [](const auto& one) { return one.type() == "OperationError"; });
  if (why == nullptr)
    std::rethrow_exception(outcome.error());
  require(why->message() == std::to_string(what.number), "an operation failed with its message");
  co_return what.number;
}

interpreter::async interpreter::call_long_operation(context ctx, action what) {
  co_return co_await sink_of(ctx).execute<sink_service::run>(
      program{.what = std::move(what.parts.at(0))});
}

interpreter::async interpreter::cancel_operation(context ctx, action what) {
  using type = workflow::nexus_cancellation_type;
  constexpr std::array types{type::wait_completed, type::wait_requested, type::try_cancel};
  const auto waiting = co_await sink_of(ctx).start<sink_service::run>(
      until_cancelled(), {.cancellation_type = types.at(static_cast<std::size_t>(what.times))});
  co_await ctx.sleep(time_of(what));
  waiting.cancel();
  require_cancelled(ctx, co_await waiting.result().as_result(), "a cancelled operation ended well");
  co_return 15;
}

} // namespace kitchen_sink
