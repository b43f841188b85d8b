// SPDX-License-Identifier: Apache-2.0
// Nexus over HTTP as methods: see `runtime/gateway/nexus.hpp`.
#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/call/ways.hpp"
#include "actors/embedded/execution/execution_actor.hpp"
#include "actors/embedded/matching/task_queue_actor.hpp"
#include "runtime/base/text/go_quote.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/protocol/endpoint_access.hpp"
#include "runtime/protocol/links.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/embedded/v1/nexus.pb.h>

#include <temporal/api/nexus/v1/message.pb.h>

#include <optional>

namespace troupe::embedded {

namespace {

namespace wire = troupe::embedded::v1;
namespace names = rpc::methods::nexus_service;
using namespace ways;

/// Ends a call with a handler error that is the service's own.
void refuse(
    const call_ptr& from, const char* type, const char* message, std::optional<bool> is_retryable) {
  wire::DispatchNexusTaskResponse answer;
  auto& refusal = *answer.mutable_refusal();
  refusal.set_message(message);
  auto& info = *refusal.mutable_nexus_handler_failure_info();
  info.set_type(type);
  if (is_retryable)
    info.set_retry_behavior(
        *is_retryable ? temporal::api::enums::v1::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_RETRYABLE
                      : temporal::api::enums::v1::NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_NON_RETRYABLE);
  from->answer(answer);
}

void to_queue(directory& here, const call_ptr& from, const std::string& queue) {
  if (here.is_stopping)
    from->answer(plain_status(status_code::unavailable, "the service is shutting down"));
  else if (queue.empty() || queue.size() > here.settings.max_id_bytes)
    from->answer(
        bad_argument(queue.empty() ? "missing task queue name" : "taskQueue length exceeds limit"));
  else
    actors::tell(here.queue(from->name_space->id, queue, queue_kind::nexus), serve_call{from});
}

/// The queue of workers that the request names.
struct by_named_queue : in_namespace {
  template <class Request>
  static bool find(directory& here, const call_ptr& from) {
    const auto& name = from->as<Request>().namespace_();
    if (!name.empty() && here.namespaces.find(name) == nullptr) {
      from->answer(absent("namespace not found: " + quote_as_go(name)));
      return false;
    }
    return find_namespace(here, from, name);
  }
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    to_queue(here, from, from->as<Request>().task_queue());
  }
};

/// The queue that the endpoint leads to.
struct by_endpoint {
  template <class Request>
  static std::string_view name_space(const directory& here, const call& from) {
    const auto* found = here.endpoints.find(from.as<Request>().endpoint_id());
    return found == nullptr ? std::string_view{} : found->spec().target().worker().namespace_();
  }
  template <class Request>
  static bool find(directory& here, const call_ptr& from) {
    const auto* found = here.endpoints.find(from->as<Request>().endpoint_id());
    if (found == nullptr)
      refuse(from, "NOT_FOUND", "nexus endpoint not found", false);
    else if (!found->spec().target().has_worker())
      refuse(from, "BAD_REQUEST", "invalid endpoint target", {});
    else if (const auto callers = protocol::allowed_callers(found->spec());
             callers && !callers->empty())
      // Who calls over HTTP is of no namespace.
      refuse(
          from, "UNAUTHORIZED", "only workflows of certain namespaces may call this endpoint", {});
    else if (const auto& name = found->spec().target().worker().namespace_();
             here.namespaces.find(name) == nullptr)
      refuse(from, "NOT_FOUND", "invalid endpoint target", true); // another may come by that name
    else
      return find_namespace(here, from, name);
    return false;
  }
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    if (const auto* found = here.endpoints.find(from->as<Request>().endpoint_id()))
      to_queue(here, from, found->spec().target().worker().task_queue());
    else
      refuse(from, "NOT_FOUND", "nexus endpoint not found", false);
  }
};

void dispatch_to_queue(
    task_queue_actor& owner,
    const call_ptr& from,
    const wire::DispatchByNamespaceAndTaskQueueRequest& request) {
  owner.offer_for(from, request.request(), {});
}

void dispatch_to_endpoint(
    task_queue_actor& owner, const call_ptr& from, const wire::DispatchByEndpointRequest& request) {
  const auto* const by = owner.here().endpoints.find(request.endpoint_id());
  owner.offer_for(from, request.request(), by == nullptr ? std::string{} : by->spec().name());
}

/// The record whose operation the callback's token names.
struct by_callback_token {
  template <class Request>
  static std::string_view name_space(const directory& here, const call& from) {
    if (const auto& named = from.as<Request>().namespace_(); !named.empty())
      return named; // which the token must not contradict
    const auto token = token_of<Request>(here, from);
    const auto* found = token ? here.namespaces.find_by_id(token->namespace_id) : nullptr;
    return found == nullptr ? std::string_view{} : found->name;
  }
  template <class Request>
  static bool find(directory& here, const call_ptr& from) {
    auto token = token_of<Request>(here, *from);
    if (!token) {
      from->answer(bad_argument("invalid callback token"));
      return false;
    }
    from->name_space = here.namespaces.share_by_id(token->namespace_id);
    if (from->name_space == nullptr) {
      from->answer(absent("namespace " + quote_as_go(token->namespace_id) + " not found"));
      return false;
    }
    const auto& request = from->as<Request>();
    if (!request.namespace_().empty() && request.namespace_() != from->name_space->name) {
      from->answer(bad_argument("invalid callback token"));
      return false;
    }
    if (request.operation_token().size() > here.settings.max_operation_token_bytes) {
      from->answer(bad_argument(
          "operation token length exceeds allowed limit ("
          + std::to_string(request.operation_token().size()) + '/'
          + std::to_string(here.settings.max_operation_token_bytes) + ')'));
      return false;
    }
    if (request.result().ByteSizeLong() > here.settings.max_blob_bytes) {
      from->answer(bad_argument("result exceeds size limit"));
      return false;
    }
    if (request.failure().ByteSizeLong() > here.settings.max_blob_bytes) {
      from->answer(bad_argument("failure exceeds size limit"));
      return false;
    }
    from->operation = std::move(*token);
    return find_namespace(here, from, std::string{from->name_space->name});
  }
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    to_record(here, from, from->operation.workflow_id);
  }

private:
  template <class Request>
  static std::optional<operation_token_ref> token_of(const directory& here, const call& from) {
    return decode_callback_token(from.as<Request>().callback_token(), here.settings.token_key);
  }
};

void complete(
    execution_actor& owner,
    const call_ptr& from,
    const wire::CompleteNexusOperationRequest& request) {
  using state = nexus_completion::state;
  nexus_completion what;
  what.operation_token = request.operation_token();
  if (request.has_start_time())
    what.start_time = from_proto(request.start_time());
  if (request.has_close_time())
    what.close_time = from_proto(request.close_time());
  for (const auto& each : request.links()) {
    auto link = std::make_shared<temporal::api::common::v1::Link>();
    if (protocol::from_nexus_link(each.url(), each.type(), *link))
      what.links.push_back(std::move(link));
  }
  if (request.state() == "succeeded") {
    what.outcome = state::succeeded;
    if (request.has_result())
      what.result = std::make_shared<const temporal::api::common::v1::Payload>(request.result());
  } else {
    what.outcome = request.state() == "canceled" ? state::canceled : state::failed;
    what.failure = std::make_shared<const temporal::api::failure::v1::Failure>(request.failure());
  }
  owner.decide_for(from, complete_nexus_operation{from->operation, std::move(what)});
}

constexpr std::array rows{
    row<by_named_queue, dispatch_to_queue>(names::dispatch_by_task_queue, role::write),
    row<by_endpoint, dispatch_to_endpoint>(names::dispatch_by_endpoint, role::write),
    row<by_callback_token, complete>(names::complete_operation, role::write),
};

} // namespace

std::span<const method_row> nexus_calls() {
  return rows;
}

} // namespace troupe::embedded
