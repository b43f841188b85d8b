// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/nexus_failure.hpp"

#include <google/protobuf/util/json_util.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>

#include <string>

namespace troupe {

namespace failure_api = temporal::api::failure::v1;
namespace nexus_api = temporal::api::nexus::v1;

namespace {

/// Message, metadata `type`, and the rest as protobuf JSON in the details.
void pack(const failure_api::Failure& from, nexus_api::Failure& to) {
  to.set_message(from.message());
  to.set_stack_trace(from.stack_trace());
  (*to.mutable_metadata())["type"] = "temporal.api.failure.v1.Failure";
  failure_api::Failure rest = from;
  rest.clear_message();
  // Fails for no message that was read from the wire or written by us; the message then travels
  // alone.
  std::string details;
  if (google::protobuf::util::MessageToJsonString(rest, &details).ok())
    to.set_details(details);
}

} // namespace

void to_handler_error(const failure_api::Failure& from, nexus_api::HandlerError& to) {
  to.Clear();
  const auto& info = from.nexus_handler_failure_info();
  to.set_error_type(
      from.has_nexus_handler_failure_info() && !info.type().empty() ? info.type() : "INTERNAL");
  to.set_retry_behavior(info.retry_behavior());
  pack(from, *to.mutable_failure());
}

void to_operation_error(
    const failure_api::Failure& from, nexus_api::UnsuccessfulOperationError& to) {
  to.Clear();
  to.set_operation_state(from.has_canceled_failure_info() ? "canceled" : "failed");
  pack(from, *to.mutable_failure());
}

} // namespace troupe
