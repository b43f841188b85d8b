// SPDX-License-Identifier: Apache-2.0
// What code decides once, and finds in the history when it runs again: other commands follow from
// each answer, so a wrong one does not go unnoticed.

#include "bench/kitchen_sink/interpreter.hpp"
#include "bench/kitchen_sink/parts.hpp"
#include "bench/kitchen_sink/surroundings.hpp"

#include <chrono>
#include <string>

namespace kitchen_sink {

namespace {

using namespace std::chrono_literals;

std::string name_of_change(const char* kind, const action& what) {
  return std::string{kind} + "-" + std::to_string(what.number % 3);
}

} // namespace

interpreter::async interpreter::go_one_way(context ctx, std::int64_t way) {
  switch (way % 3) {
  case 0: co_await ctx.sleep(1ms); break;
  case 1: (void)co_await ctx.execute<activities::add_one>(quick, way, 0); break;
  default:
    (void)co_await ctx.execute_local<activities::add_one>({.start_to_close_timeout = 10s}, way, 0);
  }
  co_return way;
}

interpreter::async interpreter::go_by_a_side_effect(context ctx, action what) {
  (void)co_await go_one_way(ctx, ctx.side_effect([] { return here().drawn++; }));
  co_return what.number;
}

interpreter::async interpreter::watch_a_value(context ctx, action what) {
  std::int64_t before = 0;
  for (int left = what.times; left >= 0; --left) {
    const std::int64_t seen =
        ctx.mutable_side_effect("grows", [] { return std::int64_t{here().drawn++ / 4}; });
    require(seen >= before, "a value that grows does not go back");
    before = seen;
    (void)co_await go_one_way(ctx, seen);
  }
  co_return what.number;
}

interpreter::async interpreter::go_by_version(context ctx, action what) {
  const auto version =
      here().code == code_state::before
          ? troupe::workflow::default_version
          : ctx.get_version(name_of_change("version", what), troupe::workflow::default_version, 3);
  (void)co_await go_one_way(ctx, version == troupe::workflow::default_version ? 0 : 1);
  co_return 3;
}

interpreter::async interpreter::go_by_patch(context ctx, action what) {
  const bool is_new =
      here().code != code_state::before && ctx.patched(name_of_change("patch", what));
  (void)co_await go_one_way(ctx, is_new ? 1 : 0);
  co_return 5;
}

interpreter::async interpreter::go_by_settled_patch(context ctx, action what) {
  if (here().code != code_state::settled)
    ctx.deprecate_patch(name_of_change("settled", what));
  (void)co_await go_one_way(ctx, 2);
  co_return 16;
}

} // namespace kitchen_sink
