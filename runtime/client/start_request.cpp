// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/time.hpp"
#include "runtime/client/client_core.hpp"
#include "runtime/payload/proto_payload.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <array>
#include <random>

namespace troupe {

namespace api = temporal::api;

std::string new_uuid() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device(), device(), device()};
    return std::mt19937_64{seed};
  }();
  std::array<std::uint64_t, 2> bits{generator(), generator()};
  bits[0] = (bits[0] & 0xFFFF'FFFF'FFFF'0FFFULL) | 0x0000'0000'0000'4000ULL; // version 4
  bits[1] = (bits[1] & 0x3FFF'FFFF'FFFF'FFFFULL) | 0x8000'0000'0000'0000ULL; // variant 1
  std::string text;
  text.reserve(36);
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20)
      text += '-';
    const auto half = bits[static_cast<std::size_t>(nibble / 16)];
    text += "0123456789abcdef"[(half >> (60 - 4 * (nibble % 16))) & 0xFU];
  }
  return text;
}

namespace {

void fill_retry_policy(const workflow::retry_policy& from, api::common::v1::RetryPolicy& to) {
  if (from.initial_interval)
    to_proto(*from.initial_interval, *to.mutable_initial_interval());
  to.set_backoff_coefficient(from.backoff_coefficient);
  if (from.maximum_interval)
    to_proto(*from.maximum_interval, *to.mutable_maximum_interval());
  to.set_maximum_attempts(from.maximum_attempts);
  for (const auto& type : from.non_retryable_error_types)
    to.add_non_retryable_error_types(type);
}

} // namespace

void fill_start_request(
    std::string_view type,
    const start_workflow_options& options,
    payloads args,
    const client_settings& settings,
    api::workflowservice::v1::StartWorkflowExecutionRequest& to) {
  const auto fresh = [&] { return settings.new_id ? settings.new_id() : new_uuid(); };
  const auto& converter = settings.converter;

  to.set_namespace_(settings.name_space);
  to.set_workflow_id(options.id.empty() ? fresh() : options.id);
  to.mutable_workflow_type()->set_name(std::string{type});
  to.mutable_task_queue()->set_name(options.task_queue);
  to.mutable_task_queue()->set_kind(api::enums::v1::TASK_QUEUE_KIND_NORMAL);
  if (!args.empty())
    to_proto(std::move(args), *to.mutable_input());
  if (options.execution_timeout.count() != 0)
    to_proto(options.execution_timeout, *to.mutable_workflow_execution_timeout());
  if (options.run_timeout.count() != 0)
    to_proto(options.run_timeout, *to.mutable_workflow_run_timeout());
  if (options.task_timeout.count() != 0)
    to_proto(options.task_timeout, *to.mutable_workflow_task_timeout());
  if (options.start_delay.count() != 0)
    to_proto(options.start_delay, *to.mutable_workflow_start_delay());
  to.set_identity(settings.identity);
  to.set_request_id(options.request_id.empty() ? fresh() : options.request_id);
  to.set_workflow_id_reuse_policy(
      static_cast<api::enums::v1::WorkflowIdReusePolicy>(options.id_reuse_policy));
  to.set_workflow_id_conflict_policy(
      static_cast<api::enums::v1::WorkflowIdConflictPolicy>(options.id_conflict_policy));
  if (options.retry_policy)
    fill_retry_policy(*options.retry_policy, *to.mutable_retry_policy());
  to.set_cron_schedule(options.cron_schedule);
  for (const auto& [key, value] : options.memo)
    to_proto(converter.encode(value), (*to.mutable_memo()->mutable_fields())[key]);
  for (const auto& [key, value] : options.search_attributes)
    to_proto(value, (*to.mutable_search_attributes()->mutable_indexed_fields())[key]);
  for (const auto& link : options.links) {
    auto& event = *to.add_links()->mutable_workflow_event();
    event.set_namespace_(link.name_space);
    event.set_workflow_id(link.workflow_id);
    event.set_run_id(link.run_id);
    event.mutable_event_ref()->set_event_id(link.event_id);
    event.mutable_event_ref()->set_event_type(
        static_cast<api::enums::v1::EventType>(link.event_type));
  }
  if (!options.static_summary.empty())
    to_proto(
        converter.to_payload(options.static_summary),
        *to.mutable_user_metadata()->mutable_summary());
  if (!options.static_details.empty())
    to_proto(
        converter.to_payload(options.static_details),
        *to.mutable_user_metadata()->mutable_details());
}

} // namespace troupe
