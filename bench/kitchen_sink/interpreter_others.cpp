// SPDX-License-Identifier: Apache-2.0
// Children, and workflows that are no children.

#include "bench/kitchen_sink/interpreter.hpp"
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

} // namespace

interpreter::async interpreter::call_child(context ctx, action what) {
  co_return co_await ctx.execute_child<interpreter>(
      {}, program{.what = std::move(what.parts.at(0))});
}

interpreter::async interpreter::fail_in_child(context ctx, action what) {
  const program failing{
      .what = std::move(what.parts.at(0)), .ending = ending::failure, .carried = what.number};
  const auto outcome = co_await ctx.execute_child<interpreter>({}, failing).as_result();
  require(!outcome, "a child that was to fail did not");
  co_return carried_by(outcome.error());
}

interpreter::async interpreter::retry_child(context ctx, action what) {
  co_return co_await ctx.execute_child<interpreter>(
      {.retry_policy = workflow::retry_policy{}},
      program{.what = std::move(what.parts.at(0)), .failures = what.times});
}

interpreter::async interpreter::cancel_child(context ctx, action what) {
  const bool is_cron = what.what == kind::cron_child;
  const auto child =
      is_cron ? co_await ctx.start_child<interpreter>({.cron_schedule = "* * * * *"}, program{})
              : co_await ctx.start_child<interpreter>({}, until_cancelled());
  co_await ctx.sleep(
      is_cron ? std::chrono::milliseconds{std::chrono::minutes{what.times}} : time_of(what));
  child.cancel();
  require_cancelled(ctx, co_await child.result().as_result(), "a cancelled child ended well");
  co_return is_cron ? 13 : 6;
}

interpreter::async interpreter::leave_child(context ctx, action what) {
  struct way {
    workflow::parent_close_policy policy;
    kitchen_sink::ending ending;
  };
  constexpr std::array ways{
      way{workflow::parent_close_policy::abandon, ending::result},
      way{workflow::parent_close_policy::request_cancel, ending::canceled},
      way{workflow::parent_close_policy::terminate, ending::terminated}};
  const auto& chosen = ways.at(static_cast<std::size_t>(what.times));
  (void)co_await ctx.start_child<interpreter>(
      {.parent_close_policy = chosen.policy},
      program{.what = std::move(what.parts.at(0)), .ending = chosen.ending});
  co_return 14;
}

interpreter::async interpreter::talk(context ctx, action what) {
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

interpreter::async interpreter::start_peer(context ctx, action what) {
  program listens;
  listens.what.what = kind::sequence;
  listens.what.parts = {
      {.what = kind::signals, .times = what.times + 1},
      {.what = kind::answer, .whom = ctx.info().workflow_id}};
  const auto id = "peer-" + ctx.uuid();
  const auto peer = co_await ctx.signal_with_start_workflow<interpreter>(
      {.id = id, .execution_timeout = 10min}, troupe::message<tell>(signal_value), listens);
  require(peer.is_started, "a workflow of a new id is started");
  for (int left = what.times; left > 0; --left)
    co_await ctx.external_workflow(id).signal<tell>(signal_value);
  co_await ctx.wait_condition([this, id] { return answered_.contains(id); });
  co_return what.number;
}

interpreter::async interpreter::answer_other(context ctx, action what) {
  const auto me = ctx.info();
  const auto other = what.whom.empty()
                         ? ctx.external_workflow(me.parent_workflow_id, me.parent_run_id)
                         : ctx.external_workflow(what.whom);
  co_await other.signal<answered>(me.workflow_id);
  co_return what.number;
}

interpreter::async interpreter::cancel_peer(context ctx, action what) {
  const auto child = co_await ctx.start_child<interpreter>({}, until_cancelled());
  co_await ctx.sleep(time_of(what));
  const auto request =
      co_await ctx.external_workflow(child.workflow_id()).cancel("enough").as_result();
  const auto outcome = co_await child.result().as_result();
  ctx.throw_if_cancelled();
  require(static_cast<bool>(request), "a child could not be asked to cancel itself");
  require_cancelled(ctx, outcome, "a cancelled child ended well");
  co_return 9;
}

} // namespace kitchen_sink
