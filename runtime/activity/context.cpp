// SPDX-License-Identifier: Apache-2.0
#include "runtime/activity/activity_state.hpp"
#include "runtime/activity/interception.hpp"
#include "runtime/telemetry/program_metrics.hpp"

#include <troupe/activity/context.hpp>
#include <troupe/client.hpp>
#include <troupe/error.hpp>

#include <stdexcept>
#include <string>
#include <vector>

namespace troupe::activity {

const activity::info& context::info() const noexcept {
  return state_->info;
}

void context::record_heartbeat(payloads details) const {
  if (state_->environment->interceptors.empty())
    state_->record(std::move(details));
  else
    detail::intercept_heartbeat(state_, std::move(details));
}

const payloads& context::heartbeat_payloads() const noexcept {
  return state_->last_details;
}

const cancellation_token& context::worker_shutdown() const noexcept {
  return state_->environment->shutdown;
}

const cancellation_token& context::cancellation() const noexcept {
  return state_->token;
}

void context::throw_if_cancelled() const {
  if (is_cancelled())
    throw canceled_error(std::string{to_string(cancellation().reason())});
}

troupe::detail::handler_sleep context::sleep(std::chrono::nanoseconds time) const {
  return {state_, *state_->where, state_->token, time};
}

troupe::client context::client() const {
  if (!state_->environment->client)
    throw std::logic_error("this activity runs where there is no client");
  return troupe::client{state_->environment->client->connection(), state_};
}

void context::complete_later() const {
  if (state_->info.is_local)
    throw application_error(
        "a local activity cannot be completed later: its worker waits for it",
        {.type = "CannotCompleteLater", .non_retryable = true});
  throw detail::completes_later{};
}

troupe::meter context::metrics() const {
  const auto& environment = *state_->environment;
  return troupe::detail::make_meter(
      environment.metrics,
      {{"namespace", environment.name_space},
       {"task_queue", environment.task_queue},
       {"activity_type", state_->info.activity_type}});
}

const data_converter& context::converter() const noexcept {
  return state_->converter();
}

void logger::write(log::level severity, std::string_view message, fields with) const {
  if (!log::enabled(severity))
    return;
  const auto& info = of_->info;
  std::vector<log::field> all{with};
  for (const auto& [name, value] : of_->log)
    all.push_back({name, value});
  all.insert(
      all.end(),
      {{"activity_type", info.activity_type},
       {"activity_id", info.activity_id},
       {"attempt", info.attempt},
       {"workflow_id", info.workflow_id},
       {"run_id", info.run_id},
       {"workflow_type", info.workflow_type},
       {"namespace", info.name_space},
       {"task_queue", info.task_queue}});
  log::write_fields(severity, message, all);
}

} // namespace troupe::activity
