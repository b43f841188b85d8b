// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/utf8.hpp"
#include "runtime/nexus/operation_state.hpp"
#include "runtime/telemetry/program_metrics.hpp"

#include <troupe/client.hpp>
#include <troupe/nexus/context.hpp>

#include <algorithm>
#include <stdexcept>

namespace troupe::nexus {

namespace detail {

const data_converter& context_access::converter(const operation_context& context) noexcept {
  return context.state_->environment->converter;
}

} // namespace detail

std::string_view operation_context::service() const noexcept {
  return state_->task.service;
}
std::string_view operation_context::operation() const noexcept {
  return state_->task.operation;
}
std::string_view operation_context::endpoint() const noexcept {
  return state_->task.endpoint;
}
std::string_view operation_context::name_space() const noexcept {
  return state_->environment->name_space;
}
std::string_view operation_context::task_queue() const noexcept {
  return state_->environment->task_queue;
}

std::optional<std::string_view> operation_context::header(std::string_view name) const noexcept {
  return state_->task.header(name);
}

std::span<const header_entry> operation_context::headers() const noexcept {
  return state_->task.headers;
}

std::optional<time_point> operation_context::deadline() const noexcept {
  return state_->deadline;
}

std::optional<std::chrono::nanoseconds> operation_context::remaining() const noexcept {
  if (!state_->deadline)
    return std::nullopt;
  return std::max(*state_->deadline - state_->where->now(), std::chrono::nanoseconds::zero());
}

const cancellation_token& operation_context::cancellation() const noexcept {
  return state_->token;
}

const cancellation_token& operation_context::worker_shutdown() const noexcept {
  return state_->environment->shutdown;
}

troupe::meter operation_context::metrics() const {
  const auto& environment = *state_->environment;
  return troupe::detail::make_meter(
      environment.metrics,
      {{"namespace", environment.name_space},
       {"task_queue", environment.task_queue},
       {"nexus_service", std::string{service()}},
       {"nexus_operation", std::string{operation()}}});
}

std::optional<trace_context> operation_context::trace() const noexcept {
  return state_->within;
}

troupe::detail::handler_sleep operation_context::sleep(std::chrono::nanoseconds time) const {
  return {state_, *state_->where, state_->token, time};
}

troupe::client operation_context::client() const {
  if (!state_->environment->client)
    throw std::logic_error("this Nexus handler runs where there is no client");
  return troupe::client{state_->environment->client->connection(), state_};
}

std::string_view start_context::request_id() const noexcept {
  return state_->task.request_id;
}
std::string_view start_context::callback_url() const noexcept {
  return state_->task.callback_url;
}

std::span<const header_entry> start_context::callback_headers() const noexcept {
  return state_->task.callback_headers;
}

std::span<const nexus::link> start_context::links() const noexcept {
  return state_->task.links;
}

void start_context::add_link(nexus::link to) const {
  // An answer with a text that is no UTF-8 could not be read at all.
  to.url = to_valid_utf8(std::move(to.url));
  to.type = to_valid_utf8(std::move(to.type));
  state_->tied.add(std::move(to));
}

std::string_view cancel_context::operation_token() const noexcept {
  return state_->task.operation_token;
}

} // namespace troupe::nexus
