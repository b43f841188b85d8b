// SPDX-License-Identifier: Apache-2.0
// What a run tells its code about itself.

#include "runtime/base/time/time.hpp"
#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/header_fields.hpp"
#include "runtime/protocol/retry_policy.hpp"
#include "runtime/telemetry/program_metrics.hpp"
#include "runtime/workflow/engine_extras.hpp"

#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/sdk/v1/user_metadata.pb.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace troupe::workflow {

namespace {

/// Values by their names.
template <class Fields>
std::vector<std::pair<std::string, payload>> sorted(const Fields& from) {
  std::vector<std::pair<std::string, payload>> all;
  for (const auto& [name, value] : from)
    all.emplace_back(name, from_proto(value));
  std::ranges::sort(all, {}, [](const auto& each) { return each.first; });
  return all;
}

/// Closed while code runs again that has run, or only looks.
class replay_gate final : public troupe::detail::metric_gate {
public:
  explicit replay_gate(detail::ref<detail::run> of) : of_(std::move(of)) {}
  bool is_open() const noexcept override { return !of_->closed() && !of_->is_replaying(); }

private:
  detail::ref<detail::run> of_;
};

} // namespace

info engine::get_info() const {
  info result;
  result.run_id = run_id_;
  result.workflow_type = definition_->name;
  result.name_space = environment_->name_space;
  result.task_queue = environment_->task_queue;
  result.start_time = start_time_;
  result.execution_time = execution_time_;
  result.history_length = last_event_id_;
  result.history_size_bytes = history_size_bytes_;
  result.continue_as_new_suggested = continue_as_new_suggested_;
  for (const auto reason :
       {continue_as_new_reason::history_size,
        continue_as_new_reason::history_length,
        continue_as_new_reason::updates})
    if ((continue_as_new_reasons_ >> static_cast<unsigned>(reason) & 1U) != 0)
      result.continue_as_new_reasons.push_back(reason);
  result.target_version_changed = target_version_changed_;
  result.is_replaying = replaying_;
  if (extras_)
    result.current_deployment_version = extras_->deployment_version;
  if (!has_begun_)
    return result;
  const auto from = started();
  result.workflow_id = from.workflow_id();
  result.first_execution_run_id = from.first_execution_run_id();
  result.original_execution_run_id = from.original_execution_run_id();
  result.continued_run_id = from.continued_execution_run_id();
  result.parent_workflow_id = from.parent_workflow_execution().workflow_id();
  result.parent_run_id = from.parent_workflow_execution().run_id();
  result.parent_namespace = from.parent_workflow_namespace();
  result.root_workflow_id = from.root_workflow_execution().workflow_id();
  result.root_run_id = from.root_workflow_execution().run_id();
  result.priority = {
      from.priority().priority_key(),
      from.priority().fairness_key(),
      from.priority().fairness_weight()};
  result.cron_schedule = from.cron_schedule();
  result.attempt = from.attempt();
  if (!from.task_queue().name().empty())
    result.task_queue = from.task_queue().name();
  const auto limit = [](const google::protobuf::Duration& wire) {
    const auto value = from_proto(wire);
    return value.count() == 0 ? std::nullopt : std::optional<duration>{value};
  };
  result.execution_timeout = limit(from.workflow_execution_timeout());
  result.run_timeout = limit(from.workflow_run_timeout());
  result.task_timeout = from_proto(from.workflow_task_timeout());
  if (from.has_retry_policy())
    result.retry_policy = protocol::read_retry_policy(from.retry_policy());
  if (from.has_header())
    result.headers = protocol::read_headers(from.header());
  const auto* now = extras_ ? extras_->described_as.get() : nullptr;
  result.search_attributes = sorted(
      now != nullptr ? now->attributes.indexed_fields()
                     : from.search_attributes().indexed_fields());
  result.memo = sorted(now != nullptr ? now->memo.fields() : from.memo().fields());
  if (extras_ && !extras_->user_metadata.empty()) {
    temporal::api::sdk::v1::UserMetadata about;
    about.ParseFromString(extras_->user_metadata); // that was serialised here
    result.static_summary = text_of(about.summary());
    result.static_details = text_of(about.details());
  }
  return result;
}

payloads engine::last_completion_result() const {
  if (!extras_ || extras_->last_completion_result.empty())
    return {};
  temporal::api::common::v1::Payloads kept;
  kept.ParseFromString(extras_->last_completion_result); // that was serialised here
  return from_proto(kept);
}

failure_cause engine::last_failure() const {
  if (!extras_ || extras_->last_failure.empty())
    return nullptr;
  temporal::api::failure::v1::Failure kept;
  kept.ParseFromString(extras_->last_failure); // the same
  return failure_error_from(kept, converter());
}

troupe::meter engine::metrics() {
  if (closed_)
    return {};
  return troupe::detail::make_meter(
      environment_->metrics,
      {{"namespace", environment_->name_space},
       {"task_queue", environment_->task_queue},
       {"workflow_type", definition_->name}},
      std::make_shared<replay_gate>(detail::ref<run>{this}));
}

/// What was said for people; not what the code depends on, so that what is no text is as nothing.
std::string engine::text_of(const temporal::api::common::v1::Payload& said) const {
  if (said.metadata().empty())
    return {};
  try {
    return converter().from_payload<std::string>(from_proto(said));
  } catch (const std::exception&) {
    return {};
  }
}

} // namespace troupe::workflow
