// SPDX-License-Identifier: Apache-2.0
// Activities, children and operations of the peer of rows_test.py, the same as in rows_peer.py.

#include "test/interop/rows_peer.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/nexus/handler.hpp>

#include <chrono>
#include <stdexcept>

using namespace troupe;
using namespace std::chrono_literals;

namespace rows_peer {

std::string echoes(const std::string& what) {
  return "echo " + what;
}
person twice(person who) {
  auto tags = who.tags;
  tags.insert(tags.end(), who.tags.begin(), who.tags.end());
  return {who.name + "!", who.count * 2, std::move(tags)};
}
std::string refuses(const std::string& why) {
  throw application_error(why, {.type = "Refused", .non_retryable = true});
}
std::string fails_at_first(activity::context ctx, int failures) {
  const auto attempt = std::to_string(ctx.info().attempt);
  if (ctx.info().attempt <= failures)
    throw application_error("attempt " + attempt, {.type = "Flaky"});
  return "ok at attempt " + attempt;
}
activity::async<> hangs(activity::context ctx) {
  co_await ctx.sleep(5s);
}
activity::async<std::string> beats(activity::context ctx, bool gives_in) {
  do
    ctx.heartbeat();
  while (co_await ctx.sleep(100ms));
  if (gives_in)
    throw canceled_error("stopped");
  co_return "finished";
}
activity::async<std::string> remembers(activity::context ctx) {
  if (const auto before = ctx.heartbeat_details<person>())
    co_return before->name + " " + std::to_string(before->count);
  ctx.heartbeat(person{"half", 7});
  co_await ctx.sleep(300ms);
  throw std::runtime_error("lost");
}

async<std::string> child::run(workflow::context ctx, std::string how, int n) {
  auto words = ctx.signal_channel<std::string>("word");
  if (how == "fail")
    throw application_error("child", {.type = "Bad", .non_retryable = true});
  if (how == "continue" && n < 3)
    ctx.continue_as_new(how, n + 1);
  const auto attempt = ctx.info().attempt;
  if (how == "retry" && attempt < 2)
    throw application_error("not yet", {.type = "Early"});
  if (how == "wait")
    co_return "got " + co_await words.receive();
  co_return how == "continue" ? "run " + std::to_string(n)
  : how == "retry"            ? "attempt " + std::to_string(attempt)
                              : "child " + how;
}

auto operations() {
  return nexus::handler_for<rows>(
      nexus::sync<rows::say>([](nexus::start_context, std::string who) -> std::string {
        if (who == "nobody")
          throw nexus::operation_error::failed("nobody is there");
        return "hello " + who;
      }),
      nexus::workflow_run<rows::grow>([](nexus::start_context ctx, std::string how) {
        return nexus::start_workflow<child>(
            {.id = "operation-" + std::string{ctx.request_id()}}, how, 0);
      }));
}

void add_activities(worker& to) {
  to.add(activity::implement<echo>(&echoes))
      .add(activity::implement<make_double>(&twice))
      .add(activity::implement<number>([](int n) { return n; }))
      .add(activity::implement<refuse>(&refuses))
      .add(activity::implement<flaky>(&fails_at_first))
      .add(activity::implement<hang>(&hangs))
      .add(activity::implement<beat>(&beats))
      .add(activity::implement<remember>(&remembers));
}

void add_companions(worker& to) {
  to.add<child>().add(operations());
}

} // namespace rows_peer
