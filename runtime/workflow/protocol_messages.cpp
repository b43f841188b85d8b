// SPDX-License-Identifier: Apache-2.0
// The part of the engine that takes protocol messages, and sends them.

#include "runtime/payload/failure_converter.hpp"
#include "runtime/workflow/engine_extras.hpp"

#include <troupe/error.hpp>

#include <temporal/api/update/v1/message.pb.h>

namespace troupe::workflow {
namespace {

/// No update has a handler yet, so each is rejected before it is accepted: that leaves no trace in
/// the history.
void reject_update(
    const protocol_message& message,
    temporal::api::update::v1::Request&& request,
    machine_host& to) {
  temporal::api::update::v1::Rejection rejection;
  rejection.set_rejected_request_message_id(message.id());
  rejection.set_rejected_request_sequencing_event_id(message.event_id());
  to_failure(
      std::make_exception_ptr(application_error(
          "Update handler for '" + request.input().name()
          + "' expected but not found, and there is no dynamic handler. known updates: []")),
      to.payload_converter(),
      *rejection.mutable_failure());
  *rejection.mutable_rejected_request() = std::move(request);
  auto& out = to.send();
  out.set_id(message.protocol_instance_id() + "/reject");
  out.set_protocol_instance_id(message.protocol_instance_id());
  out.mutable_body()->PackFrom(rejection);
}

} // namespace

void engine::deliver_message(const protocol_message& message) {
  temporal::api::update::v1::Request request;
  if (message.body().UnpackTo(&request))
    reject_update(message, std::move(request), *this);
}

protocol_message& engine::send() {
  return with_extras().outgoing.emplace_back();
}

void engine::write_messages(google::protobuf::RepeatedPtrField<protocol_message>& to) {
  if (!extras_)
    return;
  for (auto& message : extras_->outgoing)
    *to.Add() = std::move(message);
  extras_->outgoing.clear();
}

} // namespace troupe::workflow
