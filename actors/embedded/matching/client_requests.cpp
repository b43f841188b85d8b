// SPDX-License-Identifier: Apache-2.0
// Nexus requests that clients make themselves, over HTTP, and wait for.
#include "actors/embedded/matching/client_requests.hpp"

#include "actors/embedded/matching/task_queue_actor.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/wire/wire_writer.hpp"
#include "runtime/embedded/record/status.hpp"
#include "runtime/nexus_http/headers.hpp"

#include <troupe/embedded/v1/nexus.pb.h>

#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <utility>

namespace troupe::embedded {

namespace {

using answer = v1::DispatchNexusTaskResponse;
using completed = temporal::api::workflowservice::v1::RespondNexusTaskCompletedRequest;
using failed = temporal::api::workflowservice::v1::RespondNexusTaskFailedRequest;

/// The outcome as bytes: it may be large, and is only passed on.
template <class Message>
void answer_outcome(call& waiting, int field, const Message& what) {
  std::string bytes;
  wire_writer to{bytes};
  to.message(static_cast<std::uint32_t>(field), what);
  waiting.answer(std::move(bytes));
}

/// The handler, who may be somebody else, does not get what the caller is known by here.
temporal::api::nexus::v1::Request
without_credentials(const temporal::api::nexus::v1::Request& from) {
  auto made = from;
  for (const auto* name :
       {"authorization",
        "authorization-extras",
        "grpc-metadata-authorization",
        "grpc-metadata-authorization-extras"})
    made.mutable_header()->erase(name);
  return made;
}

} // namespace

void answer_with(call& waiting, const call& said, bool is_failure) {
  if (!is_failure)
    answer_outcome(waiting, answer::kResponseFieldNumber, said.as<completed>().response());
  else if (said.as<failed>().has_failure())
    answer_outcome(waiting, answer::kFailureFieldNumber, said.as<failed>().failure());
  else
    answer_outcome(waiting, answer::kHandlerErrorFieldNumber, said.as<failed>().error());
}

void answer_late(call& waiting) {
  answer_outcome(waiting, answer::kTimeoutFieldNumber, answer::Timeout::default_instance());
}

void task_queue_actor::offer_for(
    const call_ptr& from, const temporal::api::nexus::v1::Request& request, std::string endpoint) {
  if (request.start_operation().payload().ByteSizeLong() > settings().max_blob_bytes) {
    from->answer(bad_argument("input exceeds size limit"));
    return;
  }
  if (from->is_cancelled() || from->is_answered())
    return;
  offer_request made;
  made.task_id = directory_.ids->uuid();
  made.caller = from;
  const auto timeout = request.header().find(std::string{nexus_http::operation_timeout_header});
  if (timeout != request.header().end())
    if (const auto span = nexus_http::parse_duration(timeout->second))
      made.operation_ends = later(directory_.now(), *span);
  auto bytes = std::make_shared<std::string>(
      directory_.door->reads_credentials() ? without_credentials(request).SerializeAsString()
                                           : request.SerializeAsString());
  wire_writer{*bytes}.text(temporal::api::nexus::v1::Request::kEndpointFieldNumber, endpoint);
  made.what.request = std::move(bytes);
  // As for those of workflows: what is kept back lets the answer be told before the client is gone.
  made.what.dispatch_timeout = std::max(
      between(directory_.now(), from->deadline()) - settings().nexus_dispatch_reserve,
      duration::zero());
  withdraw_when_cancelled(from, made.task_id);
  const auto patience = made.what.dispatch_timeout;
  auto task_id = made.task_id;
  add_offer(std::move(task_id), std::move(made), patience);
}

void task_queue_actor::withdraw_when_cancelled(const call_ptr& from, const std::string& task_id) {
  from->on_cancel([weak = caf::actor_cast<caf::actor_addr>(this), task_id] {
    if (auto self = caf::actor_cast<task_queue_handle>(weak))
      actors::tell(self, withdraw_query{task_id});
  });
}

} // namespace troupe::embedded
