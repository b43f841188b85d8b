// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/call/ways.hpp"
#include "actors/embedded/visibility/visibility_actor.hpp"
#include "runtime/embedded/visibility/older_lists.hpp"
#include "runtime/embedded/visibility/visibility.hpp"
#include "runtime/rpc/methods.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace names = rpc::methods::workflow_service;
using namespace ways;

void list(
    visibility_actor& owner, const call_ptr& from, const wire::ListWorkflowExecutionsRequest&) {
  owner.scan_for(from, [](const call& asked) {
    return visibility_scan::list(
        asked.as<wire::ListWorkflowExecutionsRequest>(), *asked.name_space);
  });
}

/// The older lists: their answers are as bytes what the list's are.
template <class Request>
void list_as_query(visibility_actor& owner, const call_ptr& from, const Request&) {
  owner.scan_for(from, [](const call& asked) -> result<visibility_scan, rpc_status> {
    auto same = as_list(asked.as<Request>());
    if (!same)
      return unexpected{std::move(same.error())};
    return visibility_scan::list(*same, *asked.name_space);
  });
}

void count(
    visibility_actor& owner, const call_ptr& from, const wire::CountWorkflowExecutionsRequest&) {
  owner.scan_for(from, [](const call& asked) {
    return visibility_scan::count(
        asked.as<wire::CountWorkflowExecutionsRequest>(), *asked.name_space);
  });
}

constexpr std::array rows{
    row<by_visibility, list>(names::list_workflow_executions, role::read),
    row<by_visibility, list_as_query<wire::ListOpenWorkflowExecutionsRequest>>(
        names::list_open_workflow_executions, role::read),
    row<by_visibility, list_as_query<wire::ListClosedWorkflowExecutionsRequest>>(
        names::list_closed_workflow_executions, role::read),
    row<by_visibility, list_as_query<wire::ScanWorkflowExecutionsRequest>>(
        names::scan_workflow_executions, role::read),
    row<by_visibility, count>(names::count_workflow_executions, role::read),
};

} // namespace

std::span<const method_row> visibility_calls() {
  return rows;
}

} // namespace troupe::embedded
