// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/nexus/system_endpoint.hpp"

#include "runtime/embedded/record/errors.hpp"
#include "runtime/payload/deep_message.hpp"

#include <google/protobuf/util/json_util.h>
#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>

namespace troupe::embedded {
namespace {

using request = api::workflowservice::v1::SignalWithStartWorkflowExecutionRequest;

constexpr std::string_view service_name = "temporal.api.workflowservice.v1.WorkflowService";
constexpr std::string_view operation_name = "SignalWithStartWorkflowExecution";

bool read_request(const api::common::v1::Payload& from, request& to) {
  const auto found = from.metadata().find("encoding");
  if (found == from.metadata().end())
    return false;
  const auto& encoding = found->second;
  if (encoding == "binary/protobuf")
    return read_message_in_slices(from.data(), to);
  google::protobuf::util::JsonParseOptions lenient;
  lenient.ignore_unknown_fields = true;
  return encoding == "json/protobuf"
         && google::protobuf::util::JsonStringToMessage(from.data(), &to, lenient).ok();
}

} // namespace

rpc_status check_system_call(
    const change& ch, const api::command::v1::ScheduleNexusOperationCommandAttributes& what) {
  if (!what.nexus_header().empty())
    return invalid_argument(
        "ScheduleNexusOperationCommandAttributes.NexusHeader must be empty when using "
        + std::string{system_endpoint} + " endpoint");
  if (what.service() != service_name)
    return not_found("service \"" + what.service() + "\" not found");
  if (what.operation() != operation_name)
    return not_found("operation \"" + what.operation() + "\" not found");
  if (!ch.settings().signal_with_start_from_workflow)
    return unimplemented("SignalWithStart operation is disabled");
  request asked;
  if (!read_request(what.input(), asked))
    return invalid_argument("the input is no SignalWithStartWorkflowExecutionRequest");
  if (!asked.namespace_().empty() && asked.namespace_() != ch.rec.name_space)
    return invalid_argument(
        "Namespace in request \"" + asked.namespace_() + "\" does not match namespace in context \""
        + ch.rec.name_space + '"');
  if (!asked.request_id().empty())
    return invalid_argument("RequestID should not be set on the request");
  if (asked.links_size() > 0)
    return invalid_argument("Links should not be set on the request");
  if (asked.workflow_id().empty())
    return invalid_argument("WorkflowId is not set on request.");
  if (asked.workflow_id().size() > ch.settings().max_id_bytes)
    return invalid_argument("WorkflowId length exceeds limit.");
  return {};
}

std::shared_ptr<const request>
system_request(const change& ch, const run& on, const nexus_operation_state& operation) {
  auto made = std::make_shared<request>();
  const auto& from = operation.scheduled->nexus_operation_scheduled_event_attributes();
  read_request(from.input(), *made);
  made->set_namespace_(ch.rec.name_space);
  made->set_request_id(operation.request_id);
  auto& link = *made->add_links()->mutable_workflow_event();
  link.set_namespace_(ch.rec.name_space);
  link.set_workflow_id(ch.rec.workflow_id);
  link.set_run_id(on.id);
  link.mutable_event_ref()->set_event_id(operation.scheduled_event_id);
  link.mutable_event_ref()->set_event_type(enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED);
  return made;
}

std::shared_ptr<api::common::v1::Payload>
system_result(const api::workflowservice::v1::SignalWithStartWorkflowExecutionResponse& response) {
  auto made = std::make_shared<api::common::v1::Payload>();
  auto& metadata = *made->mutable_metadata();
  metadata["encoding"] = "binary/protobuf";
  metadata["messageType"] = response.GetDescriptor()->full_name();
  made->set_data(response.SerializeAsString());
  return made;
}

} // namespace troupe::embedded
