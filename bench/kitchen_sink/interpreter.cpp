// SPDX-License-Identifier: Apache-2.0
#include "bench/kitchen_sink/interpreter.hpp"

#include "bench/kitchen_sink/operations.hpp"
#include "bench/kitchen_sink/parts.hpp"
#include "bench/kitchen_sink/surroundings.hpp"

#include <troupe/error.hpp>

#include <chrono>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace kitchen_sink {

namespace {

namespace workflow = troupe::workflow;
using namespace std::chrono_literals;

// What a run has that was changed for it.
constexpr auto changed_run_timeout = 1000h;
constexpr auto changed_task_timeout = 7s;
constexpr int changed_attempts = 3;
constexpr std::string_view changed_note = "changed";

} // namespace

interpreter::interpreter(context ctx) : told_(ctx.signal_channel<tell>()) {
  ctx.on_update<add>(
      [this](context in, std::int64_t number) { return handle_add(std::move(in), number); },
      [](std::int64_t number) {
        if (number < 0)
          throw troupe::application_error{"less than nothing", {.type = "Refused"}};
      });
  ctx.on_update<linger>(
      this, &interpreter::handle_linger, {.unfinished = workflow::unfinished_policy::abandon});
  ctx.on_query<told>([this] { return added_; });
  ctx.on_query<asked>([this](int key) { return asked_.at(key); });
  ctx.on_signal<answered>([this](std::string who) { answered_.insert(std::move(who)); });
  upserts_ = ctx.memo_of<std::int64_t>(upserts_attribute.name).value_or(0);
}

interpreter::async interpreter::run(context ctx, program what) {
  check_changes(ctx, what.changed);
  compare_with_the_runs_before(ctx, what);
  const auto sum = what.carried + co_await execute(ctx, std::move(what.what));
  if (!what.runs_after.empty()) {
    ctx.throw_if_cancelled(); // the next run would not hear of it
    continue_as_next(ctx, std::move(what), sum);
  }
  if (what.lingers)
    co_await ctx.wait_condition([this] { return lingers_; });
  const auto me = ctx.info();
  if (!me.cron_schedule.empty())
    ctx.throw_if_cancelled(); // the same
  if (me.attempt <= what.failures)
    throw error_of(sum, true);
  switch (what.ending) {
  case ending::failure: throw error_of(sum);
  case ending::canceled:
  case ending::terminated:
  case ending::timed_out:
    co_await ctx.cancelled();
    require(what.ending == ending::canceled, "it was cancelled");
    ctx.throw_if_cancelled();
    break;
  case ending::result: break;
  }
  if (!what.lingers)
    co_await ctx.wait_condition([ctx] { return ctx.all_handlers_finished(); });
  co_return sum;
}

/// Runs that come by a retry or by cron do the same as those before them.
void interpreter::compare_with_the_runs_before(const context& ctx, const program& what) const {
  const auto failure = ctx.last_failure();
  require(ctx.info().attempt == 1 || failure != nullptr, "a run that is retried knows why");
  if (failure != nullptr)
    require(
        carried_by(failure->to_exception_ptr()) == sum_of(what),
        "the run before failed with what this one will come to");
  if (const auto last = ctx.last_completion_result<std::int64_t>())
    require(*last == sum_of(what), "the run before gave what this one will come to");
}

void interpreter::check_changes(const context& ctx, int changed) {
  const auto has = [changed](int which) { return (changed & which) != 0; };
  const auto me = ctx.info();
  if (has(change::run_timeout))
    require(me.run_timeout == changed_run_timeout, "the run timeout was changed");
  if (has(change::task_timeout))
    require(me.task_timeout == changed_task_timeout, "the task timeout was changed");
  if (has(change::retry_policy))
    require(
        me.retry_policy && me.retry_policy->maximum_attempts == changed_attempts,
        "the retry policy was changed");
  if (has(change::memo))
    require(ctx.memo_of<std::string>(note_name) == changed_note, "the memo was changed");
  if (has(change::type))
    require(me.workflow_type == other_name, "the type was changed");
  if (has(change::task_queue))
    require(me.task_queue == other_queue, "the task queue was changed");
  if (has(change::search_attributes))
    require(
        ctx.search_attribute_of(upserts_attribute).has_value(), "a search attribute was changed");
}

void interpreter::continue_as_next(const context& ctx, program what, std::int64_t sum) const {
  auto& first = what.runs_after.front();
  program next{
      .what = std::move(first.what),
      .ending = what.ending,
      .carried = sum,
      .failures = what.failures,
      .changed = first.changes};
  next.runs_after.assign(
      std::make_move_iterator(what.runs_after.begin() + 1),
      std::make_move_iterator(what.runs_after.end()));
  const auto has = [&next](int which) { return (next.changed & which) != 0; };
  workflow::continue_as_new_options options;
  if (has(change::run_timeout))
    options.run_timeout = changed_run_timeout;
  if (has(change::task_timeout))
    options.task_timeout = changed_task_timeout;
  if (has(change::retry_policy))
    options.retry_policy = workflow::retry_policy{.maximum_attempts = changed_attempts};
  if (has(change::memo))
    options.memo = {
        {std::string{upserts_attribute.name}, troupe::encode_value(upserts_)},
        {std::string{note_name}, troupe::encode_value(std::string{changed_note})}};
  if (has(change::type))
    options.workflow_type = other_name;
  if (has(change::delay))
    options.backoff_start_interval = 5s;
  if (has(change::task_queue))
    options.task_queue = other_queue;
  if (has(change::search_attributes))
    options.search_attributes = {upserts_attribute.set(upserts_)};
  ctx.continue_as_new(std::move(options), next);
}

interpreter::async interpreter::execute(context ctx, action what) {
  const auto which = what.what;
  const auto sum = co_await (this->*step_of(which))(ctx, std::move(what));
  if (here().counts && !ctx.is_replaying())
    ++here().done[static_cast<std::size_t>(which)];
  co_return sum;
}

interpreter::step interpreter::step_of(kind what) {
  switch (what) {
  case kind::value: return &interpreter::give;
  case kind::timer: return &interpreter::sleep;
  case kind::cancelled_timer: return &interpreter::cancel_timer;
  case kind::race: return &interpreter::race;
  case kind::activity: return &interpreter::call_activity;
  case kind::failing_activity: return &interpreter::fail_in_activity;
  case kind::slow_activity: return &interpreter::run_out_of_time;
  case kind::cancelled_activity: return &interpreter::cancel_activity;
  case kind::paused_activity:
  case kind::reset_activity:
  case kind::changed_activity: return &interpreter::hold_activity;
  case kind::local_activity:
  case kind::patient_local_activity: return &interpreter::call_local_activity;
  case kind::long_local_activity: return &interpreter::take_time_locally;
  case kind::operation:
  case kind::unsure_operation: return &interpreter::call_operation;
  case kind::failing_operation: return &interpreter::fail_in_operation;
  case kind::long_operation: return &interpreter::call_long_operation;
  case kind::cancelled_operation: return &interpreter::cancel_operation;
  case kind::child: return &interpreter::call_child;
  case kind::failing_child: return &interpreter::fail_in_child;
  case kind::retried_child: return &interpreter::retry_child;
  case kind::cancelled_child:
  case kind::cron_child: return &interpreter::cancel_child;
  case kind::left_child: return &interpreter::leave_child;
  case kind::side_effect: return &interpreter::go_by_a_side_effect;
  case kind::mutable_side_effect: return &interpreter::watch_a_value;
  case kind::version: return &interpreter::go_by_version;
  case kind::patch: return &interpreter::go_by_patch;
  case kind::settled_patch: return &interpreter::go_by_settled_patch;
  case kind::random: return &interpreter::draw;
  case kind::sequence: return &interpreter::all_of;
  case kind::parallel: return &interpreter::side_by_side;
  case kind::signals: return &interpreter::receive;
  case kind::updates: return &interpreter::wait_for_updates;
  case kind::query: return &interpreter::ask;
  case kind::left_open: return &interpreter::leave_to_another;
  case kind::peers: return &interpreter::talk;
  case kind::started_peer: return &interpreter::start_peer;
  case kind::answer: return &interpreter::answer_other;
  case kind::cancelled_peer: return &interpreter::cancel_peer;
  case kind::upsert: return &interpreter::count_up;
  case kind::in_vain: return &interpreter::wait_in_vain;
  case kind::locked: return &interpreter::alone;
  case kind::limited: return &interpreter::with_a_permit;
  }
  require(false, "an action is one of those that there are");
  return nullptr;
}

interpreter::async interpreter::give(context, action what) {
  co_return what.number;
}

interpreter::async interpreter::sleep(context ctx, action what) {
  co_await ctx.sleep(time_of(what));
  co_return 1;
}

interpreter::async interpreter::draw(context ctx, action) {
  co_return ctx.uuid() == ctx.uuid() ? 1 : 0;
}

interpreter::async interpreter::all_of(context ctx, action what) {
  std::int64_t sum = 0;
  for (auto& each : what.parts)
    sum += co_await execute(ctx, std::move(each));
  co_return sum;
}

interpreter::async interpreter::side_by_side(context ctx, action what) {
  std::vector<workflow::future<std::int64_t>> parts;
  for (auto& each : what.parts)
    parts.push_back(ctx.spawn(&interpreter::execute, this, std::move(each)));
  std::int64_t sum = 0;
  for (const auto& each : parts)
    sum += co_await each;
  co_return sum;
}

interpreter::async interpreter::cancel_timer(context ctx, action what) {
  const auto scope = ctx.make_scope();
  const auto hour = scope.context().sleep(1h);
  co_await ctx.sleep(time_of(what));
  scope.cancel("enough");
  const auto outcome = co_await hour.as_result();
  require(!outcome, "a cancelled timer fired");
  co_return 2;
}

interpreter::async interpreter::race(context ctx, action what) {
  const auto slow = ctx.sleep(1h);
  const auto fast = ctx.sleep(time_of(what));
  co_await workflow::any(slow, fast);
  ctx.throw_if_cancelled();
  require(fast.is_ready() && !slow.is_ready(), "an hour passed before less than that");
  slow.cancel();
  co_return 8;
}

interpreter::async interpreter::receive(context, action what) {
  std::int64_t sum = 0;
  for (int left = what.times; left > 0; --left)
    sum += co_await told_.receive();
  co_return sum;
}

interpreter::async interpreter::wait_for_updates(context ctx, action what) {
  wanted_ += what.times;
  co_await ctx.wait_condition([this, wanted = wanted_] { return added_ >= wanted; });
  co_return update_value* what.times;
}

interpreter::async interpreter::count_up(context ctx, action what) {
  ++upserts_;
  ctx.upsert_search_attributes({upserts_attribute.set(upserts_)});
  ctx.upsert_memo({{std::string{upserts_attribute.name}, troupe::encode_value(upserts_)}});
  require(ctx.search_attribute_of(upserts_attribute) == upserts_, "a search attribute was set");
  require(ctx.memo_of<std::int64_t>(upserts_attribute.name) == upserts_, "the memo was changed");
  co_return what.number;
}

interpreter::async interpreter::wait_in_vain(context ctx, action what) {
  require(
      !co_await ctx.wait_condition([] { return false; }, time_of(what)), "what never holds held");
  co_return 12;
}

interpreter::async interpreter::alone(context ctx, action what) {
  const auto held = co_await lock_.lock(ctx);
  require(++locked_ == 1, "two hold a lock");
  const auto sum = co_await execute(ctx, std::move(what.parts.at(0)));
  --locked_;
  co_return sum;
}

interpreter::async interpreter::with_a_permit(context ctx, action what) {
  const auto held = co_await permits_.acquire(ctx);
  require(++permitted_ <= 2, "three have one of two permits");
  const auto sum = co_await execute(ctx, std::move(what.parts.at(0)));
  --permitted_;
  co_return sum;
}

interpreter::async interpreter::handle_add(context ctx, std::int64_t number) {
  const auto sum = co_await ctx.execute<activities::add_one>(quick, number, 0);
  ++added_;
  co_return sum;
}

troupe::async<void> interpreter::handle_linger(context ctx) {
  lingers_ = true;
  co_await ctx.wait_condition([] { return false; });
}

void add_to(troupe::worker& to) {
  to.add<interpreter>().add<interpreter>(std::string{interpreter::other_name});
  add_activities_to(to);
  add_operations_to(to);
}

} // namespace kitchen_sink
