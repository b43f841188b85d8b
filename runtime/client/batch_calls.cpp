// SPDX-License-Identifier: Apache-2.0
// The same done to many workflows by the service.
#include "runtime/base/text/enum_name.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/client/from_wire.hpp"
#include "runtime/client/request.hpp"
#include "runtime/client/unary_job.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/priority.hpp"
#include "runtime/protocol/retry_policy.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/client.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <variant>

namespace troupe {

std::string_view to_string(batch_state state) noexcept {
  switch (state) {
  case batch_state::running: return "Running";
  case batch_state::completed: return "Completed";
  case batch_state::failed: return "Failed";
  default: return "Unspecified";
  }
}

namespace detail {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace methods = rpc::methods::workflow_service;

template result<batch_description>& outcome_of<batch_description>(call_job&);
template result<result_page<batch_summary>>& outcome_of<result_page<batch_summary>>(call_job&);

namespace {

void write_change(
    const activity_options_change& change,
    temporal::api::batch::v1::BatchOperationUpdateActivityOptions& to) {
  const auto set = [&to](const auto& value, const char* path, auto write) {
    if (!value)
      return;
    to.mutable_update_mask()->add_paths(path);
    write(*value, *to.mutable_activity_options());
  };
  using options = temporal::api::activity::v1::ActivityOptions;
  using span = std::chrono::nanoseconds;
  set(change.task_queue, "task_queue.name", [](const std::string& name, options& in) {
    in.mutable_task_queue()->set_name(name);
  });
  set(change.schedule_to_close_timeout, "schedule_to_close_timeout", [](span time, options& in) {
    to_proto(time, *in.mutable_schedule_to_close_timeout());
  });
  set(change.schedule_to_start_timeout, "schedule_to_start_timeout", [](span time, options& in) {
    to_proto(time, *in.mutable_schedule_to_start_timeout());
  });
  set(change.start_to_close_timeout, "start_to_close_timeout", [](span time, options& in) {
    to_proto(time, *in.mutable_start_to_close_timeout());
  });
  set(change.heartbeat_timeout, "heartbeat_timeout", [](span time, options& in) {
    to_proto(time, *in.mutable_heartbeat_timeout());
  });
  set(change.retry_policy, "retry_policy", [](const auto& policy, options& in) {
    protocol::write_retry_policy(policy, *in.mutable_retry_policy());
  });
  set(change.priority, "priority", [](const auto& priority, options& in) {
    protocol::write_priority(priority, *in.mutable_priority());
  });
}

/// What each kind of operation says in the request.
struct operation_writer {
  wire::StartBatchOperationRequest& request;
  const std::string& identity;

  void operator()(batch_signal& from) const {
    auto& to = *request.mutable_signal_operation();
    to.set_identity(identity);
    to.set_signal(std::move(from.name));
    if (!from.arguments.empty())
      to_proto(std::move(from.arguments), *to.mutable_input());
    write_headers(std::move(from.headers), to);
  }
  void operator()(batch_cancel&) const {
    request.mutable_cancellation_operation()->set_identity(identity);
  }
  void operator()(batch_terminate& from) const {
    auto& to = *request.mutable_termination_operation();
    to.set_identity(identity);
    if (!from.details.empty())
      to_proto(std::move(from.details), *to.mutable_details());
  }
  void operator()(batch_delete&) const {
    request.mutable_deletion_operation()->set_identity(identity);
  }
  void operator()(batch_reset& from) const {
    auto& to = *request.mutable_reset_operation();
    to.set_identity(identity);
    auto& options = *to.mutable_options();
    switch (from.to) {
    case batch_reset::point::first_workflow_task: options.mutable_first_workflow_task(); break;
    case batch_reset::point::last_workflow_task: options.mutable_last_workflow_task(); break;
    case batch_reset::point::build_id: options.set_build_id(std::move(from.build_id)); break;
    }
    options.set_current_run_only(from.current_run_only);
    for (const auto each : from.exclude)
      options.add_reset_reapply_exclude_types(static_cast<enums::ResetReapplyExcludeType>(each));
  }
  void operator()(batch_change_options& from) const {
    auto& to = *request.mutable_update_workflow_options_operation();
    to.set_identity(identity);
    write_options(from.change, *to.mutable_workflow_execution_options(), *to.mutable_update_mask());
  }
  void operator()(batch_unpause_activities& from) const {
    auto& to = *request.mutable_unpause_activities_operation();
    fill(to, from);
    to.set_reset_attempts(from.resets_attempts);
    to.set_reset_heartbeat(from.resets_heartbeat);
  }
  void operator()(batch_reset_activities& from) const {
    auto& to = *request.mutable_reset_activities_operation();
    fill(to, from);
    to.set_reset_attempts(from.resets_attempts);
    to.set_reset_heartbeat(from.resets_heartbeat);
    to.set_keep_paused(from.keeps_paused);
    to.set_restore_original_options(from.restores_original_options);
  }
  void operator()(batch_change_activity_options& from) const {
    auto& to = *request.mutable_update_activity_options_operation();
    fill_type(to, from);
    to.set_restore_original(from.restores_original);
    write_change(from.change, to);
  }

private:
  void fill_type(auto& to, auto& from) const {
    to.set_identity(identity);
    if (from.type.empty())
      to.set_match_all(true);
    else
      to.set_type(std::move(from.type));
  }
  void fill(auto& to, auto& from) const {
    fill_type(to, from);
    if (from.jitter.count() != 0)
      to_proto(from.jitter, *to.mutable_jitter());
  }
};

/// Kinds that were renamed are called as they are now.
std::string operation_name(enums::BatchOperationType type) {
  switch (type) {
  case enums::BATCH_OPERATION_TYPE_UNSPECIFIED: return {};
  case enums::BATCH_OPERATION_TYPE_TERMINATE: return "TerminateWorkflow";
  case enums::BATCH_OPERATION_TYPE_CANCEL: return "CancelWorkflow";
  case enums::BATCH_OPERATION_TYPE_SIGNAL: return "SignalWorkflow";
  case enums::BATCH_OPERATION_TYPE_DELETE: return "DeleteWorkflow";
  case enums::BATCH_OPERATION_TYPE_RESET: return "ResetWorkflow";
  case enums::BATCH_OPERATION_TYPE_UPDATE_EXECUTION_OPTIONS:
    return "UpdateWorkflowExecutionOptions";
  default: return camel_case(enums::BatchOperationType_Name(type), "BATCH_OPERATION_TYPE_");
  }
}

void fill_summary(const auto& from, batch_summary& to) {
  to.id = from.job_id();
  to.state = static_cast<batch_state>(from.state());
  to.operation = operation_name(from.operation_type());
  to.start_time = time_of(from.has_start_time(), from.start_time());
  to.close_time = time_of(from.has_close_time(), from.close_time());
}

} // namespace

job_of<std::string> start_batch_job(
    const call_origin& from, const batch_options& options, const batch_operation& operation) {
  const auto& settings = settings_of(from);
  start_batch_input in{{}, options, operation};
  if (in.options.id.empty())
    in.options.id = random_uuid();
  // Its workflows are not known, so no codec can be told about them.
  if (auto* const ends = std::get_if<batch_terminate>(&in.operation))
    ends->details = settings.converter.encode(std::move(ends->details));
  auto watched_by = intercept(from, in, &client_interceptor::start_batch);
  wire::StartBatchOperationRequest request;
  request.set_namespace_(settings.name_space);
  request.set_job_id(in.options.id);
  request.set_visibility_query(std::move(in.options.query));
  request.set_reason(std::move(in.options.reason));
  request.set_max_operations_per_second(in.options.operations_per_second);
  for (auto& [id, run_id] : in.options.workflows) {
    auto& execution = *request.add_executions();
    execution.set_workflow_id(std::move(id));
    execution.set_run_id(std::move(run_id));
  }
  std::visit(operation_writer{request, settings.identity}, in.operation);
  auto made = make_unary<wire::StartBatchOperationResponse>(
      from,
      methods::start_batch_operation,
      request,
      [id = std::move(in.options.id)](call_job&, wire::StartBatchOperationResponse&) {
        return id;
      });
  made.job->watch(std::move(watched_by));
  return made;
}

job_of<batch_description> describe_batch_job(const call_origin& from, std::string_view id) {
  wire::DescribeBatchOperationRequest request;
  request.set_namespace_(settings_of(from).name_space);
  request.set_job_id(std::string{id});
  return make_unary<wire::DescribeBatchOperationResponse>(
      from,
      methods::describe_batch_operation,
      request,
      [](call_job&, wire::DescribeBatchOperationResponse& response) {
        batch_description to;
        fill_summary(response, to);
        to.total_count = response.total_operation_count();
        to.completed_count = response.complete_operation_count();
        to.failed_count = response.failure_operation_count();
        to.identity = response.identity();
        to.reason = response.reason();
        to.query = response.query();
        return to;
      });
}

async_pages<batch_summary> batch_pages(const call_origin& from, int page_size) {
  return async_pages<batch_summary>{[from, page_size](const std::string& token) {
    wire::ListBatchOperationsRequest request;
    request.set_namespace_(settings_of(from).name_space);
    request.set_page_size(page_size);
    request.set_next_page_token(token);
    return call<result_page<batch_summary>>{make_unary<wire::ListBatchOperationsResponse>(
        from,
        methods::list_batch_operations,
        request,
        [](call_job&, wire::ListBatchOperationsResponse& response) {
          result_page<batch_summary> page;
          for (const auto& each : response.operation_info())
            fill_summary(each, page.items.emplace_back());
          page.next_token = response.next_page_token();
          return page;
        })};
  }};
}

job_of<void> stop_batch_job(const call_origin& from, std::string_view id, std::string reason) {
  const auto& settings = settings_of(from);
  wire::StopBatchOperationRequest request;
  request.set_namespace_(settings.name_space);
  request.set_job_id(std::string{id});
  request.set_reason(std::move(reason));
  request.set_identity(settings.identity);
  return acknowledged<wire::StopBatchOperationResponse>(
      from, methods::stop_batch_operation, request);
}

} // namespace detail
} // namespace troupe
