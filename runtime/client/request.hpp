// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/text/uuid.hpp"
#include "runtime/client/call_job.hpp"
#include "runtime/client/client_connection.hpp"
#include "runtime/protocol/header_fields.hpp"
#include "runtime/rpc/call_links.hpp"

#include <troupe/client/basic_client.hpp>
#include <troupe/client/basic_workflow_handle.hpp>

#include <temporal/api/common/v1/message.pb.h>

namespace google::protobuf {
class FieldMask;
}
namespace temporal::api::workflow::v1 {
class WorkflowExecutionOptions;
}
namespace temporal::api::workflowservice::v1 {
class StartWorkflowExecutionRequest;
}

namespace troupe::detail {

inline void
name_execution(const workflow_ref& which, temporal::api::common::v1::WorkflowExecution& to) {
  to.set_workflow_id(which.id);
  to.set_run_id(which.run_id);
}

void name_execution(const auto& input, temporal::api::common::v1::WorkflowExecution& to)
  requires requires { input.workflow_id; }
{
  to.set_workflow_id(input.workflow_id);
  to.set_run_id(input.run_id);
}

/// Shows `in` to the client's interceptors; gives whom to tell how the call ended.
template <class Input>
[[nodiscard]] call_watchers
intercept(const call_origin& from, Input& in, void (client_interceptor::*member)(Input&) const) {
  const auto& all = settings_of(from).interceptors;
  if (all.empty())
    return {};
  if (from.scope && from.scope->is_open && from.scope->carried != nullptr)
    in.around = *from.scope->carried;
  for (const auto& each : all)
    ((*each).*member)(in);
  return in.take_ended();
}

inline void write_headers(headers&& from, auto& request) {
  if (!from.empty())
    protocol::write_headers(std::move(from), *request.mutable_header());
}

/// What ties a call to the request that is served meanwhile; null: nothing does.
[[nodiscard]] inline rpc::call_links* links_of(const call_origin& from) {
  return from.scope && from.scope->is_open ? from.scope->links : nullptr;
}

/// Tells where the request comes from that is served meanwhile.
void write_links(const call_origin& from, auto& request) {
  if (const auto* const links = links_of(from))
    links->write_to(*request.mutable_links());
}

/// What is to change, and what of it the service is to look at.
void write_options(
    const workflow_options_change& change,
    temporal::api::workflow::v1::WorkflowExecutionOptions& options,
    google::protobuf::FieldMask& mask);

/// The whole request, with new ids where the options say none, as the interceptors want it.
[[nodiscard]] temporal::api::workflowservice::v1::StartWorkflowExecutionRequest
start_request(const call_origin& from, encoded_start start, call_watchers& watched_by);

} // namespace troupe::detail
