// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/batch/batch.hpp"

#include "runtime/base/time/time.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/errordetails/v1/message.pb.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <limits>
#include <tuple>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // executions and reset types still count

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
using start_request = wire::StartBatchOperationRequest;

constexpr std::size_t largest_page = 1000;
/// Of a request within the real server, which is one more gRPC message.
constexpr std::size_t most_bytes_of_message = std::size_t{4} << 20;
constexpr std::size_t most_closed_bytes = std::size_t{16} << 20;

/// What the real server did not think of as an error of its caller has no better code there.
rpc_status unknown(std::string text) {
  return plain_status(status_code::unknown, std::move(text));
}

template <class Activities>
rpc_status check_activities(const Activities& of, const char* without) {
  if (of.activity_case() == Activities::ACTIVITY_NOT_SET)
    return *without == '\0' ? rpc_status{} : bad_argument(without);
  if (of.activity_case() == Activities::kType ? of.type().empty() : !of.match_all())
    return bad_argument("Either activity type must be set, or match all should be set to true");
  return {};
}

rpc_status check_reset(const temporal::api::batch::v1::BatchOperationReset& reset) {
  if (reset.has_options()) {
    if (reset.options().target_case() == temporal::api::common::v1::ResetOptions::TARGET_NOT_SET)
      return bad_argument("batch reset missing target");
  } else if (
      reset.reset_type() == enums::RESET_TYPE_UNSPECIFIED
      || !enums::ResetType_IsValid(reset.reset_type())) {
    return bad_argument("unknown batch reset type " + enums::ResetType_Name(reset.reset_type()));
  }
  return {};
}

enums::BatchOperationType type_of(const start_request& request) {
  switch (request.operation_case()) {
  case start_request::kTerminationOperation: return enums::BATCH_OPERATION_TYPE_TERMINATE;
  case start_request::kSignalOperation: return enums::BATCH_OPERATION_TYPE_SIGNAL;
  case start_request::kCancellationOperation: return enums::BATCH_OPERATION_TYPE_CANCEL;
  case start_request::kDeletionOperation: return enums::BATCH_OPERATION_TYPE_DELETE;
  case start_request::kResetOperation: return enums::BATCH_OPERATION_TYPE_RESET;
  case start_request::kUpdateWorkflowOptionsOperation:
    return enums::BATCH_OPERATION_TYPE_UPDATE_EXECUTION_OPTIONS;
  case start_request::kUnpauseActivitiesOperation:
    return enums::BATCH_OPERATION_TYPE_UNPAUSE_ACTIVITY;
  case start_request::kResetActivitiesOperation: return enums::BATCH_OPERATION_TYPE_RESET_ACTIVITY;
  case start_request::kUpdateActivityOptionsOperation:
    return enums::BATCH_OPERATION_TYPE_UPDATE_ACTIVITY_OPTIONS;
  default: return enums::BATCH_OPERATION_TYPE_UNSPECIFIED;
  }
}

std::string identity_of(const start_request& request) {
  switch (request.operation_case()) {
  case start_request::kTerminationOperation: return request.termination_operation().identity();
  case start_request::kSignalOperation: return request.signal_operation().identity();
  case start_request::kCancellationOperation: return request.cancellation_operation().identity();
  case start_request::kDeletionOperation: return request.deletion_operation().identity();
  case start_request::kResetOperation: return request.reset_operation().identity();
  case start_request::kUpdateWorkflowOptionsOperation:
    return request.update_workflow_options_operation().identity();
  case start_request::kUnpauseActivitiesOperation:
    return request.unpause_activities_operation().identity();
  case start_request::kResetActivitiesOperation:
    return request.reset_activities_operation().identity();
  case start_request::kUpdateActivityOptionsOperation:
    return request.update_activity_options_operation().identity();
  default: return {};
  }
}

/// As it is written in a filter.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char each : text) {
    if (each == '\'' || each == '\\')
      out += '\\';
    out += each;
  }
  return out + '\'';
}

void set_time(std::int64_t nanoseconds, google::protobuf::Timestamp& to) {
  to_proto(time_point{duration{nanoseconds}}, to);
}

/// Where an operation stands in lists; those that run have closed after all others.
using place = std::tuple<std::int64_t, std::int64_t, std::string>;

place place_of(const batch_operation& what) {
  const auto closed =
      is_running(what) ? std::numeric_limits<std::int64_t>::min() : -what.close_time();
  return {closed, -what.start_time(), what.run_id()};
}

std::string to_token(const place& last) {
  return std::to_string(std::get<0>(last)) + '/' + std::to_string(std::get<1>(last)) + '/'
         + std::get<2>(last);
}

std::optional<place> from_token(const std::string& token) {
  place out;
  const char* at = token.data();
  const char* const end = token.data() + token.size();
  for (auto* number : {&std::get<0>(out), &std::get<1>(out)}) {
    const auto [stop, error] = std::from_chars(at, end, *number);
    if (error != std::errc{} || stop == end || *stop != '/')
      return std::nullopt;
    at = stop + 1;
  }
  std::get<2>(out).assign(at, end);
  return out;
}

} // namespace

rpc_status check(const start_request& request, std::size_t max_id_bytes) {
  if (request.operation_case() == start_request::OPERATION_NOT_SET || request.reason().empty()
      || (request.visibility_query().empty() && request.executions().empty()))
    return bad_argument(
        "must provide required parameters: BatchType/Reason/Namespace/Query/Executions");
  if (request.job_id().empty())
    return bad_argument("JobId is not set on request.");
  if (request.job_id().size() > max_id_bytes)
    return bad_argument("WorkflowId exceeds length limit.");
  // The real server's is a workflow, which the request starts twice over: as input and as memo.
  if (const auto bytes = 2 * request.ByteSizeLong(); bytes > most_bytes_of_message)
    return {
        status_code::resource_exhausted,
        "grpc: received message larger than max (" + std::to_string(bytes) + " vs. "
            + std::to_string(most_bytes_of_message) + ")",
        {}};
  if (!request.visibility_query().empty() && !request.executions().empty())
    return unknown("batch query and executions are mutually exclusive");
  switch (request.operation_case()) {
  case start_request::kTerminationOperation:
  case start_request::kCancellationOperation:
  case start_request::kDeletionOperation: return {};
  case start_request::kSignalOperation:
    return request.signal_operation().signal().empty() ? unknown("must provide signal name")
                                                       : rpc_status{};
  case start_request::kUpdateWorkflowOptionsOperation: {
    const auto& change = request.update_workflow_options_operation();
    if (!change.has_workflow_execution_options())
      return unknown("must provide UpdateOptions");
    return change.has_update_mask() ? rpc_status{} : unknown("must provide UpdateMask");
  }
  case start_request::kResetOperation: return check_reset(request.reset_operation());
  case start_request::kUnpauseActivitiesOperation:
    return check_activities(request.unpause_activities_operation(), "activity filter must be set");
  case start_request::kResetActivitiesOperation:
    return check_activities(
        request.reset_activities_operation(), "must provide ActivityType or MatchAll");
  case start_request::kUpdateActivityOptionsOperation: {
    const auto& change = request.update_activity_options_operation();
    if (change.has_activity_options() && change.restore_original())
      return bad_argument("cannot set both activity options and restore original");
    if (!change.has_activity_options() && !change.restore_original())
      return bad_argument(
          "Either activity type must be set, or restore original should be set to true");
    return check_activities(change, "");
  }
  default: return unknown("not supported batch type: " + std::to_string(request.operation_case()));
  }
}

std::string filter_of(const start_request& request) {
  auto query = request.visibility_query();
  if (query.empty())
    return query;
  if (request.operation_case() == start_request::kUnpauseActivitiesOperation) {
    // One type's activities are looked for in the whole namespace, as with the real server. Its
    // filter for those of all types is none that its SQL stores take.
    const auto& unpause = request.unpause_activities_operation();
    if (unpause.match_all())
      query = "(" + query + ") AND (TemporalPauseInfo IS NOT NULL)";
    else
      query = "TemporalPauseInfo = " + quoted("property:activityType=" + unpause.type());
  }
  const bool takes_closed = request.operation_case() == start_request::kDeletionOperation
                            || request.operation_case() == start_request::kResetOperation;
  return takes_closed ? query : "(" + query + ") AND (ExecutionStatus='Running')";
}

void close(batch_operation& what, enums::BatchOperationState state, time_point now) {
  what.set_state(state);
  what.set_close_time(now.time_since_epoch().count());
  what.clear_page_token();
  // Nobody is told of these any more.
  what.mutable_request()->clear_visibility_query();
  what.mutable_request()->clear_executions();
  if (what.request().has_signal_operation()) {
    auto& signal = *what.mutable_request()->mutable_signal_operation();
    signal.clear_input();
    signal.clear_header();
  }
}

void show(const batch_operation& what, wire::DescribeBatchOperationResponse& to) {
  const auto& request = what.request();
  to.set_operation_type(type_of(request));
  to.set_job_id(request.job_id());
  to.set_state(what.state());
  set_time(what.start_time(), *to.mutable_start_time());
  if (!is_running(what))
    set_time(what.close_time(), *to.mutable_close_time());
  to.set_identity(identity_of(request));
  to.set_reason(request.reason());
  to.set_total_operation_count(
      what.state() == enums::BATCH_OPERATION_STATE_COMPLETED ? what.completed() + what.failed()
                                                             : what.total());
  to.set_complete_operation_count(what.completed());
  to.set_failure_operation_count(what.failed());
}

const batch_operation* batch_list::find(const std::string& job_id) const {
  const auto found = all_.find(job_id);
  return found == all_.end() ? nullptr : &found->second;
}

const batch_operation* batch_list::running() const {
  const auto found = std::find_if(
      all_.begin(), all_.end(), [](const auto& each) { return is_running(each.second); });
  return found == all_.end() ? nullptr : &found->second;
}

rpc_status batch_list::check_new(const std::string& job_id) const {
  const auto running = std::count_if(
      all_.begin(), all_.end(), [](const auto& each) { return is_running(each.second); });
  if (static_cast<std::size_t>(running) >= most_running) {
    temporal::api::errordetails::v1::ResourceExhaustedFailure detail;
    detail.set_cause(enums::RESOURCE_EXHAUSTED_CAUSE_CONCURRENT_LIMIT);
    detail.set_scope(enums::RESOURCE_EXHAUSTED_SCOPE_NAMESPACE);
    return with_detail(
        status_code::resource_exhausted, "Max concurrent batch operations is reached", detail);
  }
  const auto* const other = find(job_id);
  if (other == nullptr)
    return {};
  temporal::api::errordetails::v1::WorkflowExecutionAlreadyStartedFailure detail;
  detail.set_run_id(other->run_id());
  return with_detail(
      status_code::already_exists,
      "Workflow execution already finished. WorkflowId: " + job_id + ", RunId: " + other->run_id()
          + ". Workflow Id reuse policy: reject duplicate workflow Id.",
      detail);
}

void batch_list::put(batch_operation what) {
  const auto id = what.request().job_id();
  all_.insert_or_assign(id, std::move(what));
}

std::vector<std::string> batch_list::superfluous(time_point before, std::size_t most) const {
  std::vector<std::tuple<std::int64_t, std::string, std::size_t>> closed;
  for (const auto& [id, each] : all_)
    if (!is_running(each))
      closed.emplace_back(each.close_time(), id, each.ByteSizeLong());
  std::sort(closed.begin(), closed.end(), std::greater<>{});
  std::vector<std::string> found;
  std::size_t kept = 0;
  std::size_t bytes = 0;
  for (auto& [when, id, size] : closed) {
    bytes += size;
    if (kept == most || bytes > most_closed_bytes || when < before.time_since_epoch().count())
      found.push_back(std::move(id));
    else
      ++kept;
  }
  return found;
}

std::vector<std::string> batch_list::ids() const {
  std::vector<std::string> found;
  for (const auto& [id, each] : all_)
    found.push_back(id);
  return found;
}

rpc_status batch_list::list(
    const wire::ListBatchOperationsRequest& request, wire::ListBatchOperationsResponse& to) const {
  std::optional<place> last;
  if (!request.next_page_token().empty()) {
    last = from_token(request.next_page_token());
    if (!last)
      return hidden_error("unreadable page token of a list of batch operations");
  }
  std::map<place, const batch_operation*> ordered;
  for (const auto& [id, each] : all_)
    if (auto where = place_of(each); !last || where > *last)
      ordered.emplace(std::move(where), &each);
  const auto wanted = request.page_size();
  const auto page_size = wanted <= 0 || static_cast<std::size_t>(wanted) > largest_page
                             ? largest_page
                             : static_cast<std::size_t>(wanted);
  for (const auto& [where, each] : ordered) {
    auto& info = *to.add_operation_info();
    info.set_job_id(each->request().job_id());
    info.set_state(each->state());
    set_time(each->start_time(), *info.mutable_start_time());
    if (!is_running(*each))
      set_time(each->close_time(), *info.mutable_close_time());
    if (static_cast<std::size_t>(to.operation_info_size()) == page_size) {
      to.set_next_page_token(to_token(where));
      break;
    }
  }
  return {};
}

} // namespace troupe::embedded
