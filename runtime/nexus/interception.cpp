// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/interception.hpp"

#include <troupe/nexus/interceptor.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace troupe::nexus::detail {

namespace {

/// What the steps of one chain share. Lies in the frame of who began it.
struct chain {
  const handler_base* handler;
  operation_state& state;

  [[nodiscard]] const auto& interceptors() const { return state.environment->interceptors; }
};

/// A payload as handlers read it; lives as long as the payload.
struct viewed {
  explicit viewed(const payload& from) {
    for (const auto& [name, value] : from.metadata)
      metadata.emplace_back(name, value);
    input = {payload_view{from}, metadata};
  }
  std::vector<header_entry> metadata;
  operation_input input;
};

start_outcome start_step(void* raw, std::size_t at, start_context ctx, start_input in) {
  auto& self = *static_cast<chain*>(raw);
  if (at != self.interceptors().size())
    return self.interceptors()[at]->start(
        std::move(ctx), std::move(in), {raw, at + 1, &start_step});
  self.state.client_headers = std::move(in.headers);
  const viewed argument{in.argument};
  return self.handler->start(std::move(ctx), argument.input);
}

async<start_outcome>
start_step_async(void* raw, std::size_t at, start_context ctx, start_input in) {
  auto& self = *static_cast<chain*>(raw);
  if (at != self.interceptors().size())
    return self.interceptors()[at]->start_async(
        std::move(ctx), std::move(in), {raw, at + 1, &start_step_async});
  self.state.client_headers = std::move(in.headers);
  const viewed argument{in.argument}; // read before this returns
  return self.handler->start_async(std::move(ctx), argument.input);
}

void cancel_step(void* raw, std::size_t at, cancel_context ctx) {
  auto& self = *static_cast<chain*>(raw);
  if (at != self.interceptors().size())
    self.interceptors()[at]->cancel(std::move(ctx), {raw, at + 1, &cancel_step});
  else if (self.handler != nullptr)
    self.handler->cancel(std::move(ctx));
}

async<void> cancel_step_async(void* raw, std::size_t at, cancel_context ctx) {
  auto& self = *static_cast<chain*>(raw);
  if (at != self.interceptors().size())
    return self.interceptors()[at]->cancel_async(std::move(ctx), {raw, at + 1, &cancel_step_async});
  return self.handler->cancel_async(std::move(ctx));
}

// These keep what their chain refers to as long as its coroutines run.

async<start_outcome> run_start_chain(
    const handler_base* handler, std::shared_ptr<operation_state> state, payload argument) {
  chain all{handler, *state};
  co_return co_await start_step_async(
      &all, 0, context_access::make_start(state), {std::move(argument), {}});
}

async<void> run_cancel_chain(const handler_base* handler, std::shared_ptr<operation_state> state) {
  chain all{handler, *state};
  co_await cancel_step_async(&all, 0, context_access::make_cancel(state));
}

} // namespace

start_outcome run_start(
    const handler_base& handler,
    const std::shared_ptr<operation_state>& state,
    operation_input input) {
  if (state->environment->interceptors.empty())
    return handler.start(context_access::make_start(state), input);
  chain all{&handler, *state};
  return start_step(&all, 0, context_access::make_start(state), {input.to_payload(), {}});
}

async<start_outcome> begin_start(
    const handler_base& handler,
    const std::shared_ptr<operation_state>& state,
    operation_input input) {
  if (state->environment->interceptors.empty())
    return handler.start_async(context_access::make_start(state), input);
  return run_start_chain(&handler, state, input.to_payload());
}

void run_cancel(const handler_base* handler, const std::shared_ptr<operation_state>& state) {
  chain all{handler, *state};
  cancel_step(&all, 0, context_access::make_cancel(state));
}

async<void>
begin_cancel(const handler_base& handler, const std::shared_ptr<operation_state>& state) {
  if (state->environment->interceptors.empty())
    return handler.cancel_async(context_access::make_cancel(state));
  return run_cancel_chain(&handler, state);
}

} // namespace troupe::nexus::detail
