// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/batch/batch_actor.hpp"
#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/call/ways.hpp"
#include "runtime/rpc/methods.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace names = rpc::methods::workflow_service;
using namespace ways;

/// The batch operations of the request's namespace.
struct by_batch : in_namespace {
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    actors::tell(here.batches(from->name_space->id), serve_call{from});
  }
};

/// What requests about one have in common.
template <class Request>
bool has_id(const call_ptr& from, const Request& request) {
  if (!request.job_id().empty())
    return true;
  from->answer(bad_argument("JobId is not set on request."));
  return false;
}

void start(
    batch_actor& owner, const call_ptr& from, const wire::StartBatchOperationRequest& request) {
  owner.start_for(from, request);
}

void stop(
    batch_actor& owner, const call_ptr& from, const wire::StopBatchOperationRequest& request) {
  if (!has_id(from, request))
    return;
  if (request.reason().empty())
    return from->answer(bad_argument("Reason is not set on request."));
  owner.stop_for(from, request);
}

void describe(
    batch_actor& owner, const call_ptr& from, const wire::DescribeBatchOperationRequest& request) {
  if (!has_id(from, request))
    return;
  const auto* const found = owner.all().find(request.job_id());
  if (found == nullptr)
    return from->answer(absent("workflow not found for ID: " + request.job_id()));
  wire::DescribeBatchOperationResponse response;
  show(owner.progress_of(*found), response);
  from->answer(response);
}

void list(
    batch_actor& owner, const call_ptr& from, const wire::ListBatchOperationsRequest& request) {
  wire::ListBatchOperationsResponse response;
  if (auto status = owner.all().list(request, response); !status.ok())
    from->answer(std::move(status));
  else
    from->answer(response);
}

constexpr std::array rows{
    row<by_batch, start>(names::start_batch_operation, role::write),
    row<by_batch, stop>(names::stop_batch_operation, role::write),
    row<by_batch, describe>(names::describe_batch_operation, role::read),
    row<by_batch, list>(names::list_batch_operations, role::read),
};

} // namespace

std::span<const method_row> batch_calls() {
  return rows;
}

} // namespace troupe::embedded
