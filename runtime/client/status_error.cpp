// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/status_error.hpp"

#include "runtime/payload/failure_converter.hpp"

#include <troupe/client/errors.hpp>
#include <troupe/client/standalone_activity.hpp>
#include <troupe/client/standalone_operation.hpp>

#include <google/rpc/status.pb.h>
#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>

#include <optional>
#include <utility>

namespace troupe::detail {

namespace {

namespace details = temporal::api::errordetails::v1;

/// The details of one type, if the status carries them.
template <class Detail>
std::optional<Detail> detail_of(const rpc_status& status) {
  google::rpc::Status all;
  if (status.details.empty() || !all.ParseFromString(status.details))
    return {};
  for (const auto& any : all.details())
    if (Detail found; any.Is<Detail>() && any.UnpackTo(&found))
      return found;
  return {};
}

bool was_given_up(const details::MultiOperationExecutionFailure::OperationStatus& operation) {
  for (const auto& any : operation.details())
    if (any.Is<temporal::api::failure::v1::MultiOperationExecutionAborted>())
      return true;
  return false;
}

/// The operation that made several fail together.
std::optional<rpc_status> first_failed(const details::MultiOperationExecutionFailure& all) {
  for (const auto& operation : all.statuses()) {
    if (operation.code() == 0 || was_given_up(operation))
      continue;
    google::rpc::Status found;
    found.set_code(operation.code());
    found.set_message(operation.message());
    *found.mutable_details() = operation.details();
    return rpc_status{
        static_cast<status_code>(operation.code()), operation.message(), found.SerializeAsString()};
  }
  return {};
}

failure_cause cause_of(const details::QueryFailedFailure& failed, const data_converter* converter) {
  if (!failed.has_failure() || converter == nullptr)
    return nullptr;
  return failure_error_from(failed.failure(), *converter);
}

} // namespace

std::exception_ptr to_exception(rpc_status status, const failed_call& what) {
  if (const auto several = detail_of<details::MultiOperationExecutionFailure>(status))
    if (auto first = first_failed(*several))
      status = std::move(*first);
  if (status.code == status_code::already_exists)
    if (const auto found = detail_of<details::WorkflowExecutionAlreadyStartedFailure>(status))
      return std::make_exception_ptr(workflow_already_started_error{
          std::move(status), std::string{what.workflow_id}, found->run_id()});
  if (status.code == status_code::already_exists)
    if (const auto found = detail_of<details::ActivityExecutionAlreadyStartedFailure>(status))
      return std::make_exception_ptr(activity_already_started_error{
          std::move(status), std::string{what.workflow_id}, found->run_id()});
  if (status.code == status_code::already_exists)
    if (const auto found = detail_of<details::NexusOperationExecutionAlreadyStartedFailure>(status))
      return std::make_exception_ptr(operation_already_started_error{
          std::move(status), std::string{what.workflow_id}, found->run_id()});
  if (status.code == status_code::invalid_argument)
    if (const auto found = detail_of<details::QueryFailedFailure>(status)) {
      auto cause = cause_of(*found, what.converter);
      return std::make_exception_ptr(
          workflow_query_failed_error{std::move(status), std::move(cause)});
    }
  return std::make_exception_ptr(rpc_error{std::move(status)});
}

} // namespace troupe::detail
