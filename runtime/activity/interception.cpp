// SPDX-License-Identifier: Apache-2.0
#include "runtime/activity/interception.hpp"

#include <troupe/activity/interceptor.hpp>

#include <cstddef>
#include <utility>

namespace troupe::activity::detail {

namespace {

/// What the steps of one chain share. Lies in the frame of who began it.
struct chain {
  const implementation_base& code;
  const std::shared_ptr<activity_state>& state;

  [[nodiscard]] const auto& interceptors() const { return state->environment->interceptors; }
  /// As it is when the code begins.
  void settle(execute_input& in) const {
    state->info.headers = std::move(in.headers);
    state->log = std::move(in.log);
  }
};

payload step(void* raw, std::size_t at, context ctx, execute_input in) {
  auto& self = *static_cast<chain*>(raw);
  if (at != self.interceptors().size())
    return self.interceptors()[at]->execute(std::move(ctx), std::move(in), {raw, at + 1, &step});
  self.settle(in);
  return self.code.run(ctx, in.arguments);
}

async<payload> step_async(void* raw, std::size_t at, context ctx, execute_input in) {
  auto& self = *static_cast<chain*>(raw);
  if (at != self.interceptors().size())
    return self.interceptors()[at]->execute_async(
        std::move(ctx), std::move(in), {raw, at + 1, &step_async});
  self.settle(in);
  return self.code.run_async(std::move(ctx), in.arguments);
}

/// Keeps what the chain refers to as long as its coroutines run.
async<payload>
run_chain(const implementation_base* code, std::shared_ptr<activity_state> state, payloads input) {
  chain all{*code, state};
  co_return co_await step_async(
      &all, 0, context_access::make(state), {std::move(input), state->info.headers, {}});
}

struct heartbeat_chain {
  const std::shared_ptr<activity_state>& state;
};

void heartbeat_step(void* raw, std::size_t at, context ctx, payloads details) {
  const auto& state = static_cast<heartbeat_chain*>(raw)->state;
  const auto& all = state->environment->interceptors;
  // What goes out passes the first one last.
  if (at == 0)
    state->record(std::move(details));
  else
    all[at - 1]->heartbeat(std::move(ctx), std::move(details), {raw, at - 1, &heartbeat_step});
}

} // namespace

payload run_code(
    const implementation_base& code,
    const std::shared_ptr<activity_state>& state,
    const payloads& input) {
  auto ctx = context_access::make(state);
  if (state->environment->interceptors.empty())
    return code.run(ctx, input);
  chain all{code, state};
  return step(&all, 0, std::move(ctx), {input, state->info.headers, {}});
}

async<payload> begin_code(
    const implementation_base& code,
    const std::shared_ptr<activity_state>& state,
    const payloads& input) {
  if (state->environment->interceptors.empty())
    return code.run_async(context_access::make(state), input);
  return run_chain(&code, state, input);
}

void intercept_heartbeat(const std::shared_ptr<activity_state>& state, payloads details) {
  heartbeat_chain all{state};
  heartbeat_step(
      &all,
      state->environment->interceptors.size(),
      context_access::make(state),
      std::move(details));
}

} // namespace troupe::activity::detail
