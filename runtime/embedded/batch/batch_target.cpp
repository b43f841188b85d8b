// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/batch/batch_target.hpp"

#include <set>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // reset types still count

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
using start_request = wire::StartBatchOperationRequest;

constexpr int history_page = 1000;

template <class Request>
batch_target::request made(Request what) {
  return std::make_unique<Request>(std::move(what));
}

/// The type of the activities that the operation is about, empty for all; null if it is about none.
const std::string* activity_type(const start_request& job) {
  switch (job.operation_case()) {
  case start_request::kUnpauseActivitiesOperation:
    return &job.unpause_activities_operation().type();
  case start_request::kResetActivitiesOperation: return &job.reset_activities_operation().type();
  case start_request::kUpdateActivityOptionsOperation:
    return &job.update_activity_options_operation().type();
  default: return nullptr;
  }
}

} // namespace

bool may_try_again(const rpc_status& status) {
  switch (status.code) {
  case status_code::unavailable:
  case status_code::resource_exhausted:
  case status_code::aborted:
  case status_code::deadline_exceeded:
  case status_code::internal: return true;
  default: return false;
  }
}

batch_target::batch_target(
    const batch_operation& of, temporal::api::common::v1::WorkflowExecution execution)
    : job_(of.request()), execution_(std::move(execution)) {
  if (const auto* const type = activity_type(job_)) {
    types_.push_back(*type);
    if (type->empty())
      step_ = step::looks_for_types;
  }
  if (job_.operation_case() != start_request::kResetOperation)
    return;
  const auto& reset = job_.reset_operation();
  if (!reset.has_options()) {
    step_ = reset.reset_type() == enums::RESET_TYPE_FIRST_WORKFLOW_TASK ? step::looks_for_first
                                                                        : step::looks_for_last;
    return;
  }
  using options = temporal::api::common::v1::ResetOptions;
  switch (reset.options().target_case()) {
  case options::kFirstWorkflowTask: step_ = step::looks_for_first; break;
  case options::kLastWorkflowTask: step_ = step::looks_for_last; break;
  case options::kBuildId: step_ = step::looks_for_build; break;
  default: event_id_ = reset.options().workflow_task_id();
  }
}

std::string batch_target::request_id() const {
  return job_.job_id() + '/' + execution_.run_id();
}

batch_target::request batch_target::begin() {
  return step_ == step::asks ? act() : look();
}

batch_target::request batch_target::fail(std::string why) {
  has_failed_ = true;
  problem_ = std::move(why);
  return nullptr;
}

batch_target::request batch_target::next(const rpc_status& status, std::string_view reply) {
  // What is closed or deleted by now needs nothing any more.
  const bool is_gone = status.code == status_code::not_found;
  if (!status.ok() && !is_gone)
    return fail(status.message);
  if (step_ == step::asks && types_.size() > 1) {
    types_.pop_front();
    return act();
  }
  if (is_gone)
    return nullptr;
  switch (step_) {
  case step::asks: return nullptr;
  case step::looks_for_types: return look_at_types(reply);
  case step::looks_for_build: return look_at_points(reply);
  default: return look_further(reply);
  }
}

batch_target::request batch_target::look() {
  if (step_ == step::looks_for_build || step_ == step::looks_for_types) {
    wire::DescribeWorkflowExecutionRequest request;
    request.set_namespace_(job_.namespace_());
    *request.mutable_execution() = execution_;
    return made(request);
  }
  const auto page = [&](auto request) {
    request.set_namespace_(job_.namespace_());
    *request.mutable_execution() = execution_;
    request.set_maximum_page_size(history_page);
    request.set_next_page_token(page_token_);
    return request;
  };
  if (step_ == step::looks_for_first)
    return made(page(wire::GetWorkflowExecutionHistoryRequest{}));
  return made(page(wire::GetWorkflowExecutionHistoryReverseRequest{}));
}

/// The first or last completed task; without one, the first that was scheduled.
batch_target::request batch_target::look_further(std::string_view reply) {
  wire::GetWorkflowExecutionHistoryResponse page; // the reverse one has the same fields
  if (!page.ParseFromArray(reply.data(), static_cast<int>(reply.size())))
    return fail("a history could not be read");
  for (const auto& event : page.history().events()) {
    if (event.event_type() == enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED) {
      event_id_ = event.event_id();
      return reset();
    }
    if (event.event_type() == enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED
        && (event_id_ == 0 || step_ == step::looks_for_last))
      event_id_ = event.event_id() + 1;
  }
  if (!page.next_page_token().empty()) {
    page_token_ = page.next_page_token();
    return look();
  }
  if (event_id_ == 0)
    return fail("unable to find any scheduled or completed task");
  return reset();
}

batch_target::request batch_target::look_at_points(std::string_view reply) {
  wire::DescribeWorkflowExecutionResponse found;
  if (!found.ParseFromArray(reply.data(), static_cast<int>(reply.size())))
    return fail("a description could not be read");
  const auto& options = job_.reset_operation().options();
  for (const auto& point : found.workflow_execution_info().auto_reset_points().points()) {
    if (point.build_id() != options.build_id())
      continue;
    if (!point.resettable())
      return fail("Reset point for " + options.build_id() + " is not resettable");
    if (options.current_run_only() && point.run_id() != execution_.run_id())
      return fail(
          "Reset point for " + options.build_id()
          + " points to previous run and CurrentRunOnly is set");
    execution_.set_run_id(point.run_id());
    event_id_ = point.first_workflow_task_completed_id();
    return reset();
  }
  return fail("Can't find reset point for " + options.build_id());
}

batch_target::request batch_target::look_at_types(std::string_view reply) {
  wire::DescribeWorkflowExecutionResponse found;
  if (!found.ParseFromArray(reply.data(), static_cast<int>(reply.size())))
    return fail("a description could not be read");
  const bool needs_paused = job_.has_unpause_activities_operation();
  std::set<std::string> types;
  for (const auto& each : found.pending_activities())
    if (each.paused() || !needs_paused)
      types.insert(each.activity_type().name());
  types_.assign(types.begin(), types.end());
  step_ = step::asks;
  return types_.empty() ? nullptr : act();
}

batch_target::request batch_target::reset() {
  step_ = step::asks;
  const auto& from = job_.reset_operation();
  wire::ResetWorkflowExecutionRequest request;
  request.set_namespace_(job_.namespace_());
  *request.mutable_workflow_execution() = execution_;
  request.set_reason(job_.reason());
  request.set_request_id(request_id());
  request.set_workflow_task_finish_event_id(event_id_);
  request.set_identity(from.identity());
  if (from.has_options()) {
    request.set_reset_reapply_type(from.options().reset_reapply_type());
    *request.mutable_reset_reapply_exclude_types() = from.options().reset_reapply_exclude_types();
  } else {
    request.set_reset_reapply_type(from.reset_reapply_type());
  }
  *request.mutable_post_reset_operations() = from.post_reset_operations();
  return made(request);
}

batch_target::request batch_target::act() {
  const auto about = [&](auto request, const std::string& identity) {
    request.set_namespace_(job_.namespace_());
    if constexpr (requires { request.mutable_workflow_execution(); })
      *request.mutable_workflow_execution() = execution_;
    else
      *request.mutable_execution() = execution_;
    if constexpr (requires { request.set_identity(identity); })
      request.set_identity(identity);
    return request;
  };
  switch (job_.operation_case()) {
  case start_request::kSignalOperation: {
    const auto& from = job_.signal_operation();
    auto request = about(wire::SignalWorkflowExecutionRequest{}, from.identity());
    request.set_signal_name(from.signal());
    if (from.has_input())
      *request.mutable_input() = from.input();
    if (from.has_header())
      *request.mutable_header() = from.header();
    request.set_request_id(request_id());
    return made(request);
  }
  case start_request::kCancellationOperation: {
    auto request = about(
        wire::RequestCancelWorkflowExecutionRequest{}, job_.cancellation_operation().identity());
    request.set_request_id(request_id());
    return made(request);
  }
  case start_request::kTerminationOperation: {
    const auto& from = job_.termination_operation();
    auto request = about(wire::TerminateWorkflowExecutionRequest{}, from.identity());
    request.set_reason(job_.reason());
    if (from.has_details())
      *request.mutable_details() = from.details();
    return made(request);
  }
  case start_request::kDeletionOperation:
    return made(about(wire::DeleteWorkflowExecutionRequest{}, {}));
  case start_request::kUpdateWorkflowOptionsOperation: {
    const auto& from = job_.update_workflow_options_operation();
    auto request = about(wire::UpdateWorkflowExecutionOptionsRequest{}, from.identity());
    *request.mutable_workflow_execution_options() = from.workflow_execution_options();
    *request.mutable_update_mask() = from.update_mask();
    return made(request);
  }
  case start_request::kUnpauseActivitiesOperation: {
    const auto& from = job_.unpause_activities_operation();
    auto request = about(wire::UnpauseActivityRequest{}, from.identity());
    request.set_type(types_.front());
    request.set_reset_attempts(from.reset_attempts());
    request.set_reset_heartbeat(from.reset_heartbeat());
    if (from.has_jitter())
      *request.mutable_jitter() = from.jitter();
    return made(request);
  }
  case start_request::kResetActivitiesOperation: {
    const auto& from = job_.reset_activities_operation();
    auto request = about(wire::ResetActivityRequest{}, from.identity());
    request.set_type(types_.front());
    request.set_reset_heartbeat(from.reset_heartbeat());
    request.set_keep_paused(from.keep_paused());
    request.set_restore_original_options(from.restore_original_options());
    if (from.has_jitter())
      *request.mutable_jitter() = from.jitter();
    return made(request);
  }
  case start_request::kUpdateActivityOptionsOperation: {
    const auto& from = job_.update_activity_options_operation();
    auto request = about(wire::UpdateActivityOptionsRequest{}, from.identity());
    request.set_type(types_.front());
    if (from.has_activity_options())
      *request.mutable_activity_options() = from.activity_options();
    *request.mutable_update_mask() = from.update_mask();
    request.set_restore_original(from.restore_original());
    return made(request);
  }
  default: return reset();
  }
}

} // namespace troupe::embedded
