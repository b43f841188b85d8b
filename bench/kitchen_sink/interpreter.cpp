// SPDX-License-Identifier: Apache-2.0
#include "bench/kitchen_sink/interpreter.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/client/activity_handle.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/nexus/workflow_run.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace kitchen_sink {

namespace {

namespace activity = troupe::activity;
namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;
using namespace std::chrono_literals;
using troupe::application_error;

constexpr activity::contract<std::int64_t(std::int64_t, int)> add_one{"add_one"};
constexpr activity::contract<void(std::int64_t)> give_up{"give_up"};
constexpr activity::contract<void()> run_late{"run_late"};
/// Asks the workflow that runs it for what it keeps under that key.
constexpr activity::contract<std::int64_t(int)> ask_back{"ask_back"};
constexpr activity::contract<std::int64_t()> leave_open{"leave_open"};
/// Completes another activity of its workflow.
constexpr activity::contract<void(std::string, std::int64_t)> complete_other{"complete_other"};

struct number {
  std::int64_t value = 0;
};
BOOST_DESCRIBE_STRUCT(number, (), (value))

struct sink_service : nexus::service<"KitchenSinkService"> {
  static constexpr operation<number, number> echo{"echo"};
  static constexpr operation<program, std::int64_t> run{"run"};
  static constexpr auto operations = std::tuple{echo, run};
};

const workflow::activity_options quick{
    .start_to_close_timeout = 10s,
    .retry_policy = workflow::retry_policy{.initial_interval = 100ms, .backoff_coefficient = 2}};

/// The error that carries a number, which programs know again.
application_error error_of(std::int64_t carried) {
  return application_error{
      "it was to fail",
      {.type = "KitchenSink", .non_retryable = true, .details = {troupe::encode_value(carried)}}};
}

/// What an error of that kind carries; any other goes on.
std::int64_t carried_by(const std::exception_ptr& error) {
  const auto* found = troupe::find_cause<application_error>(
      error, [](const auto& one) { return one.type() == "KitchenSink"; });
  if (found == nullptr)
    std::rethrow_exception(error);
  return troupe::decode_value<std::int64_t>(found->details().at(0));
}

void require(bool holds, const char* what) {
  if (!holds)
    throw application_error{what, {.type = "Broken", .non_retryable = true}};
}

std::chrono::milliseconds time_of(const action& what) {
  return std::chrono::milliseconds{what.number};
}

std::int64_t add_one_now(const activity::context& ctx, std::int64_t to, int failures) {
  if (ctx.info().attempt <= failures)
    throw std::runtime_error{"an attempt that was to fail"};
  return to + 1;
}

/// Says how far it is, and never comes to an end by itself.
activity::async<> be_late(activity::context ctx) {
  for (int beats = 0; co_await ctx.sleep(500ms); ++beats)
    ctx.heartbeat(beats);
  throw troupe::canceled_error{"no time left"};
}

activity::async<std::int64_t> ask_own_workflow(activity::context ctx, int key) {
  const auto who =
      ctx.client().async().get_workflow<std::int64_t>(ctx.info().workflow_id, ctx.info().run_id);
  co_return co_await who.query<interpreter::asked>(key);
}

activity::async<>
complete_by_ids(activity::context ctx, std::string activity_id, std::int64_t result) {
  const troupe::activity_handle other{
      ctx.client(), ctx.info().workflow_id, ctx.info().run_id, activity_id};
  co_await other.async().complete(result); // not found before its start: tried again
}

} // namespace

interpreter::interpreter(context ctx) : told_(ctx.signal_channel<tell>()) {
  ctx.on_update<add>(this, &interpreter::handle_add);
  ctx.on_query<told>([this] { return added_; });
  ctx.on_query<asked>([this](int key) { return asked_.at(key); });
  ctx.on_signal<answered>([this](std::string who) { answered_.insert(std::move(who)); });
  upserts_ = ctx.memo_of<std::int64_t>(upserts_attribute.name).value_or(0);
}

troupe::async<std::int64_t> interpreter::run(context ctx, program what) {
  const auto sum = what.carried + co_await execute(ctx, std::move(what.what));
  if (!what.runs_after.empty()) {
    ctx.throw_if_cancelled(); // the next run would not hear of it
    program next{std::move(what.runs_after.front()), what.ending, sum, {}};
    next.runs_after.assign(
        std::make_move_iterator(what.runs_after.begin() + 1),
        std::make_move_iterator(what.runs_after.end()));
    ctx.continue_as_new(next);
  }
  switch (what.ending) {
  case ending::failure: throw error_of(sum);
  case ending::canceled:
  case ending::terminated:
    co_await ctx.cancelled();
    require(what.ending == ending::canceled, "it was cancelled");
    ctx.throw_if_cancelled();
    break;
  case ending::result: break;
  }
  co_await ctx.wait_condition([ctx] { return ctx.all_handlers_finished(); });
  co_return sum;
}

troupe::async<std::int64_t> interpreter::execute(context ctx, action what) {
  switch (what.what) {
  case kind::value: co_return what.number;
  case kind::timer: co_await ctx.sleep(time_of(what)); co_return 1;
  case kind::cancelled_timer: co_return co_await cancel_timer(ctx, std::move(what));
  case kind::race: co_return co_await race(ctx, std::move(what));
  case kind::activity: co_return co_await ctx.execute<add_one>(quick, what.number, what.times);
  case kind::failing_activity: co_return co_await fail_in_activity(ctx, std::move(what));
  case kind::slow_activity: co_return co_await run_out_of_time(ctx, std::move(what));
  case kind::local_activity:
    co_return co_await ctx.execute_local<add_one>(
        {.start_to_close_timeout = 10s,
         .retry_policy = workflow::retry_policy{.initial_interval = 10ms}},
        what.number,
        what.times);
  case kind::operation: {
    auto sink = ctx.nexus_client<sink_service>({.endpoint = std::string{endpoint_name}});
    co_return (co_await sink.execute<sink_service::echo>({what.number})).value;
  }
  case kind::long_operation: {
    auto sink = ctx.nexus_client<sink_service>({.endpoint = std::string{endpoint_name}});
    co_return co_await sink.execute<sink_service::run>(program{std::move(what.parts.at(0))});
  }
  case kind::child:
    co_return co_await ctx.execute_child<interpreter>({}, program{std::move(what.parts.at(0))});
  case kind::failing_child: co_return co_await fail_in_child(ctx, std::move(what));
  case kind::cancelled_child: co_return co_await cancel_child(ctx, std::move(what));
  case kind::side_effect: co_return ctx.side_effect([&] { return what.number; });
  case kind::version: co_return ctx.get_version("version", workflow::default_version, 3);
  case kind::patch: co_return ctx.patched("patch") ? 5 : 0;
  case kind::random: co_return ctx.uuid() == ctx.uuid() ? 1 : 0;
  case kind::sequence: co_return co_await all_of(ctx, std::move(what));
  case kind::parallel: co_return co_await side_by_side(ctx, std::move(what));
  case kind::signals: co_return co_await receive(ctx, std::move(what));
  case kind::updates: co_return co_await wait_for_updates(ctx, std::move(what));
  case kind::query: co_return co_await ask(ctx, std::move(what));
  case kind::left_open: co_return co_await leave_to_another(ctx, std::move(what));
  case kind::peers: co_return co_await talk(ctx, std::move(what));
  case kind::answer: co_return co_await answer_parent(ctx, std::move(what));
  case kind::cancelled_peer: co_return co_await cancel_peer(ctx, std::move(what));
  case kind::upsert: co_return count_up(ctx, what);
  case kind::in_vain: co_return co_await wait_in_vain(ctx, std::move(what));
  case kind::locked: co_return co_await alone(ctx, std::move(what));
  case kind::limited: co_return co_await with_a_permit(ctx, std::move(what));
  }
  co_return 0;
}

troupe::async<std::int64_t> interpreter::all_of(context ctx, action what) {
  std::int64_t sum = 0;
  for (auto& each : what.parts)
    sum += co_await execute(ctx, std::move(each));
  co_return sum;
}

troupe::async<std::int64_t> interpreter::side_by_side(context ctx, action what) {
  std::vector<workflow::future<std::int64_t>> parts;
  for (auto& each : what.parts)
    parts.push_back(ctx.spawn(&interpreter::execute, this, std::move(each)));
  std::int64_t sum = 0;
  for (const auto& each : parts)
    sum += co_await each;
  co_return sum;
}

troupe::async<std::int64_t> interpreter::cancel_timer(context ctx, action what) {
  const auto scope = ctx.make_scope();
  const auto hour = scope.context().sleep(1h);
  co_await ctx.sleep(time_of(what));
  scope.cancel("enough");
  const auto outcome = co_await hour.as_result();
  require(!outcome, "a cancelled timer fired");
  co_return 2;
}

troupe::async<std::int64_t> interpreter::race(context ctx, action what) {
  const auto slow = ctx.sleep(1h);
  const auto fast = ctx.sleep(time_of(what));
  co_await workflow::any(slow, fast);
  ctx.throw_if_cancelled();
  require(fast.is_ready() && !slow.is_ready(), "an hour passed before less than that");
  slow.cancel();
  co_return 8;
}

troupe::async<std::int64_t> interpreter::fail_in_activity(context ctx, action what) {
  const auto outcome = co_await ctx.execute<give_up>(quick, what.number).as_result();
  require(!outcome, "an activity that was to fail did not");
  co_return carried_by(outcome.error());
}

troupe::async<std::int64_t> interpreter::run_out_of_time(context ctx, action what) {
  const auto outcome =
      co_await ctx
          .execute<run_late>(
              {.start_to_close_timeout = 3s,
               .heartbeat_timeout = 2s,
               .retry_policy = workflow::retry_policy{.maximum_attempts = what.times + 1}})
          .as_result();
  require(!outcome, "an activity that was to be late was not");
  if (troupe::find_cause<troupe::timeout_error>(outcome.error()) == nullptr)
    std::rethrow_exception(outcome.error());
  co_return 4;
}

troupe::async<std::int64_t> interpreter::fail_in_child(context ctx, action what) {
  program failing{std::move(what.parts.at(0)), ending::failure, what.number};
  const auto outcome = co_await ctx.execute_child<interpreter>({}, failing).as_result();
  require(!outcome, "a child that was to fail did not");
  co_return carried_by(outcome.error());
}

troupe::async<std::int64_t> interpreter::cancel_child(context ctx, action what) {
  program waiting;
  waiting.ending = ending::canceled;
  const auto child = co_await ctx.start_child<interpreter>({}, waiting);
  co_await ctx.sleep(time_of(what));
  child.cancel();
  const auto outcome = co_await child.result().as_result();
  require(!outcome, "a cancelled child ended well");
  ctx.throw_if_cancelled();
  if (troupe::find_cause<troupe::canceled_error>(outcome.error()) == nullptr)
    std::rethrow_exception(outcome.error());
  co_return 6;
}

troupe::async<std::int64_t> interpreter::receive(context, action what) {
  std::int64_t sum = 0;
  for (int left = what.times; left > 0; --left)
    sum += co_await told_.receive();
  co_return sum;
}

troupe::async<std::int64_t> interpreter::wait_for_updates(context ctx, action what) {
  wanted_ += what.times;
  co_await ctx.wait_condition([this, wanted = wanted_] { return added_ >= wanted; });
  co_return update_value* what.times;
}

troupe::async<std::int64_t> interpreter::ask(context ctx, action what) {
  const auto key = static_cast<int>(asked_.size());
  asked_.emplace(key, what.number);
  co_return co_await ctx.execute<ask_back>(quick, key);
}

troupe::async<std::int64_t> interpreter::leave_to_another(context ctx, action what) {
  const auto id = "left-open-" + std::to_string(left_open_++);
  const auto open = ctx.execute<leave_open>({.start_to_close_timeout = 1h, .activity_id = id});
  co_await ctx.execute<complete_other>(quick, id, what.number);
  co_return co_await open;
}

troupe::async<std::int64_t> interpreter::talk(context ctx, action what) {
  program listens;
  listens.what.what = kind::sequence;
  listens.what.parts = {
      {.what = kind::signals, .times = what.times}, {.what = kind::answer, .number = what.number}};
  const auto child = co_await ctx.start_child<interpreter>({}, listens);
  const auto id = child.workflow_id();
  const auto peer = ctx.external_workflow(id);
  for (int left = what.times; left > 0; --left)
    co_await peer.signal<tell>(signal_value);
  co_await ctx.wait_condition([this, id] { return answered_.contains(id); });
  co_return co_await child.result();
}

troupe::async<std::int64_t> interpreter::answer_parent(context ctx, action what) {
  const auto me = ctx.info();
  co_await ctx.external_workflow(me.parent_workflow_id, me.parent_run_id)
      .signal<answered>(me.workflow_id);
  co_return what.number;
}

troupe::async<std::int64_t> interpreter::cancel_peer(context ctx, action what) {
  program waiting;
  waiting.ending = ending::canceled;
  const auto child = co_await ctx.start_child<interpreter>({}, waiting);
  co_await ctx.sleep(time_of(what));
  const auto request =
      co_await ctx.external_workflow(child.workflow_id()).cancel("enough").as_result();
  const auto outcome = co_await child.result().as_result();
  ctx.throw_if_cancelled();
  require(static_cast<bool>(request), "a child could not be asked to cancel itself");
  require(!outcome, "a cancelled child ended well");
  if (troupe::find_cause<troupe::canceled_error>(outcome.error()) == nullptr)
    std::rethrow_exception(outcome.error());
  co_return 9;
}

std::int64_t interpreter::count_up(const context& ctx, const action& what) {
  ++upserts_;
  ctx.upsert_search_attributes({upserts_attribute.set(upserts_)});
  ctx.upsert_memo({{std::string{upserts_attribute.name}, troupe::encode_value(upserts_)}});
  require(ctx.search_attribute_of(upserts_attribute) == upserts_, "a search attribute was set");
  require(ctx.memo_of<std::int64_t>(upserts_attribute.name) == upserts_, "the memo was changed");
  return what.number;
}

troupe::async<std::int64_t> interpreter::wait_in_vain(context ctx, action what) {
  require(
      !co_await ctx.wait_condition([] { return false; }, time_of(what)), "what never holds held");
  co_return 12;
}

troupe::async<std::int64_t> interpreter::alone(context ctx, action what) {
  const auto held = co_await lock_.lock(ctx);
  require(++locked_ == 1, "two hold a lock");
  const auto sum = co_await execute(ctx, std::move(what.parts.at(0)));
  --locked_;
  co_return sum;
}

troupe::async<std::int64_t> interpreter::with_a_permit(context ctx, action what) {
  const auto held = co_await permits_.acquire(ctx);
  require(++permitted_ <= 2, "three have one of two permits");
  const auto sum = co_await execute(ctx, std::move(what.parts.at(0)));
  --permitted_;
  co_return sum;
}

troupe::async<std::int64_t> interpreter::handle_add(context ctx, std::int64_t number) {
  const auto sum = co_await ctx.execute<add_one>(quick, number, 0);
  ++added_;
  co_return sum;
}

void add_to(troupe::worker& to) {
  to.add<interpreter>()
      .add(activity::implement<add_one>(&add_one_now))
      .add(activity::implement<give_up>([](std::int64_t carried) { throw error_of(carried); }))
      .add(activity::implement<run_late>(&be_late))
      .add(activity::implement<ask_back>(&ask_own_workflow))
      .add(activity::implement<leave_open>(
          [](activity::context ctx) -> std::int64_t { ctx.complete_later(); }))
      .add(activity::implement<complete_other>(&complete_by_ids))
      .add(nexus::handler_for<sink_service>(
          nexus::sync<sink_service::echo>(
              [](const nexus::start_context&, number in) { return in; }),
          nexus::workflow_run<sink_service::run>([](const nexus::start_context& ctx,
                                                    const program& what) {
            return nexus::start_workflow<interpreter>({.id = std::string{ctx.request_id()}}, what);
          })));
}

} // namespace kitchen_sink
