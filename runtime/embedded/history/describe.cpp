// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/slice.hpp"
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/activity/activity_rules.hpp"
#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/nexus/nexus_view.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/record/record.hpp"
#include "runtime/embedded/run/run_options.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/standalone/standalone_view.hpp"
#include "runtime/embedded/workflow_task/build_ids.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>

#pragma GCC diagnostic ignored                                                                     \
    "-Wdeprecated-declarations" // worker versions and operation ids are still shown

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;

constexpr std::int64_t year_one = -62'135'596'800; ///< how the real server writes "no time"

void set_time(time_point from, google::protobuf::Timestamp& to) {
  to_proto(from, to);
}

/// As the real server shows an override: in its old form as well, and as a search attribute.
void fill_versioning(
    const api::workflow::v1::VersioningOverride& override,
    api::workflow::v1::WorkflowExecutionInfo& to) {
  auto& info = *to.mutable_versioning_info();
  if (!override.auto_upgrade())
    return;
  auto& shown = *info.mutable_versioning_override();
  shown = override;
  shown.set_behavior(enums::VERSIONING_BEHAVIOR_AUTO_UPGRADE);
  auto& payload = (*to.mutable_search_attributes()
                        ->mutable_indexed_fields())["TemporalWorkflowVersioningBehavior"];
  (*payload.mutable_metadata())["encoding"] = "json/plain";
  (*payload.mutable_metadata())["type"] = "Keyword";
  payload.set_data("\"AutoUpgrade\"");
}

void fill_info(const record& rec, const run& on, api::workflow::v1::WorkflowExecutionInfo& to) {
  const auto& state = on.state;
  to.mutable_execution()->set_workflow_id(rec.workflow_id);
  to.mutable_execution()->set_run_id(on.id);
  to.mutable_type()->set_name(state.workflow_type);
  set_time(state.start_time, *to.mutable_start_time());
  set_time(state.execution_time, *to.mutable_execution_time());
  to.set_status(state.status);
  to.set_history_length(static_cast<std::int64_t>(on.history.size()));
  to.mutable_memo();
  if (state.memo)
    copy_in_slices(*state.memo, *to.mutable_memo());
  to.mutable_search_attributes();
  if (state.search_attributes)
    copy_in_slices(*state.search_attributes, *to.mutable_search_attributes());
  show_builds(state, *to.mutable_search_attributes());
  to.set_task_queue(state.task_queue);
  to.set_state_transition_count(state.transitions);
  to.set_history_size_bytes(state.history_size);
  *to.mutable_root_execution() = to.execution();
  if (!on.history.empty() && on.started().has_parent_workflow_execution()) {
    to.set_parent_namespace_id(on.started().parent_workflow_namespace_id());
    *to.mutable_parent_execution() = on.started().parent_workflow_execution();
    *to.mutable_root_execution() = on.started().root_workflow_execution();
  }
  to.set_first_run_id(state.first_run_id);
  if (!on.history.empty() && has_priority(on))
    *to.mutable_priority() = priority_of(on);
  if (const auto* const override = override_of(on))
    fill_versioning(*override, to);
  if (on.open())
    return;
  set_time(state.close_time, *to.mutable_close_time());
  to_proto(
      std::max(state.close_time - state.execution_time, duration{}),
      *to.mutable_execution_duration());
}

void fill_reset_points(const run& on, api::workflow::v1::WorkflowExecutionInfo& to) {
  to.mutable_auto_reset_points();
  if (on.state.reset_points)
    *to.mutable_auto_reset_points() = *on.state.reset_points;
  if (!on.state.last_build_id.empty())
    to.mutable_most_recent_worker_version_stamp()->set_build_id(on.state.last_build_id);
}

void fill_cancelation(
    const nexus_cancel_request& from, api::workflow::v1::NexusOperationCancellationInfo& to) {
  // Held back until the operation has started: then it has neither a time nor a state yet.
  if (from.state == nexus_cancelation::state::held)
    return;
  set_time(from.requested_time, *to.mutable_requested_time());
  show_cancel_state(from, to);
  show_attempts(from, to);
}

void fill_operation(
    const nexus_operation_state& from, api::workflow::v1::PendingNexusOperationInfo& to) {
  to.set_operation_id(from.operation_token);
  set_time(from.scheduled_time, *to.mutable_scheduled_time());
  show_operation(from, to);
  show_attempts(from, to);
  if (from.cancel)
    fill_cancelation(*from.cancel, *to.mutable_cancellation_info());
  to.set_scheduled_event_id(from.scheduled_event_id);
}

void fill_child(const peer_state& from, api::workflow::v1::PendingChildExecutionInfo& to) {
  const auto& initiated =
      from.initiated->start_child_workflow_execution_initiated_event_attributes();
  to.set_workflow_id(initiated.workflow_id());
  to.set_run_id(from.child_run_id);
  to.set_workflow_type_name(initiated.workflow_type().name());
  to.set_initiated_id(from.initiated_event_id);
  to.set_parent_close_policy(initiated.parent_close_policy());
}

void fill_callback(const completion_callback& from, api::workflow::v1::CallbackInfo& to) {
  if (from.update_id.empty())
    to.mutable_trigger()->mutable_workflow_closed();
  else
    to.mutable_trigger()->mutable_update_workflow_execution_completed()->set_update_id(
        from.update_id);
  show_callback(from, to);
}

void fill_extended(const run& on, api::workflow::v1::WorkflowExecutionExtendedInfo& to) {
  const auto& state = on.state;
  if (state.execution_expiration)
    set_time(*state.execution_expiration, *to.mutable_execution_expiration_time());
  if (state.run_expiration)
    set_time(*state.run_expiration, *to.mutable_run_expiration_time());
  else
    to.mutable_run_expiration_time()->set_seconds(year_one);
  to.set_cancel_requested(state.cancel_requested);
  set_time(state.original_start_time.value_or(state.start_time), *to.mutable_original_start_time());
  if (state.last_reset_time)
    set_time(*state.last_reset_time, *to.mutable_last_reset_time());
  to.set_reset_run_id(state.reset_run_id);
  for (const auto& [request_id, use] : state.request_ids) {
    spend();
    auto& info = (*to.mutable_request_id_infos())[request_id];
    info.set_event_type(use.event_type);
    info.set_event_id(use.event_id);
    info.set_buffered(use.buffered);
  }
}

} // namespace

std::shared_ptr<const api::workflow::v1::WorkflowExecutionInfo>
list_row(const record& rec, std::string_view run_id) {
  const run* const on = rec.find(run_id);
  if (!on)
    return nullptr;
  auto info = std::make_shared<api::workflow::v1::WorkflowExecutionInfo>();
  if (is_standalone(*on)) {
    fill_standalone_row(rec, *on, *info);
    return info;
  }
  fill_info(rec, *on, *info);
  // What lists do not know, or only of closed runs.
  if (on->open()) {
    info->clear_history_length();
    info->clear_history_size_bytes();
    info->clear_state_transition_count();
  }
  info->clear_parent_namespace_id();
  info->clear_first_run_id();
  info->clear_priority();
  info->clear_versioning_info();
  return info;
}

reply describe(const record& rec, const wire::DescribeWorkflowExecutionRequest& request) {
  constexpr std::size_t max_id_bytes = 1000;
  if (auto status = check_execution(request.has_execution(), request.execution(), max_id_bytes);
      !status.ok())
    return {std::move(status), nullptr};
  const run* const on = rec.find(request.execution().run_id());
  if (!on)
    return {run_not_found(rec, request.execution().run_id()), nullptr};
  const auto& state = on->state;
  auto response = std::make_shared<wire::DescribeWorkflowExecutionResponse>();

  auto& config = *response->mutable_execution_config();
  config.mutable_task_queue()->set_name(state.task_queue);
  config.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  // Zero is told to who said zero, as Go's SDK does, and not to who said nothing.
  const auto& started = on->started();
  if (state.execution_timeout > duration{} || started.has_workflow_execution_timeout())
    to_proto(state.execution_timeout, *config.mutable_workflow_execution_timeout());
  if (state.run_timeout > duration{} || started.has_workflow_run_timeout())
    to_proto(state.run_timeout, *config.mutable_workflow_run_timeout());
  to_proto(state.task_timeout, *config.mutable_default_workflow_task_timeout());
  if (on->history.front()->has_user_metadata())
    copy_in_slices(on->history.front()->user_metadata(), *config.mutable_user_metadata());

  auto& info = *response->mutable_workflow_execution_info();
  fill_info(rec, *on, info);
  fill_reset_points(*on, info);

  if (on->open() && state.task) {
    const auto& task = *state.task;
    auto& pending = *response->mutable_pending_workflow_task();
    pending.set_state(
        task.started() ? enums::PENDING_WORKFLOW_TASK_STATE_STARTED
                       : enums::PENDING_WORKFLOW_TASK_STATE_SCHEDULED);
    set_time(task.scheduled_time, *pending.mutable_scheduled_time());
    set_time(task.original_scheduled_time, *pending.mutable_original_scheduled_time());
    if (task.started())
      set_time(task.started_time, *pending.mutable_started_time());
    pending.set_attempt(task.attempt);
  }
  for (const auto& [id, activity] : state.activities) {
    spend(2);
    auto& shown = *response->add_pending_activities();
    show_activity(activity, shown);
    spend_bytes(shown.ByteSizeLong());
  }
  for (const auto& [id, each] : state.peers) {
    spend();
    if (each.initiated->has_start_child_workflow_execution_initiated_event_attributes())
      fill_child(each, *response->add_pending_children());
  }
  for (const auto& [id, operation] : state.nexus_operations) {
    spend(2);
    fill_operation(operation, *response->add_pending_nexus_operations());
  }
  for (const auto& [number, each] : state.callbacks)
    fill_callback(each, *response->add_callbacks());
  fill_extended(*on, *response->mutable_workflow_extended_info());
  return {{}, std::move(response)};
}

} // namespace troupe::embedded
