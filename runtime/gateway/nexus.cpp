// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/nexus.hpp"

#include "runtime/base/text/percent.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/base/time/saturate.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/base/wire/wire_reader.hpp"
#include "runtime/gateway/http_caller.hpp"
#include "runtime/nexus_http/completing.hpp"
#include "runtime/nexus_http/serving.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/embedded/v1/nexus.pb.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace troupe::gateway {

namespace {

namespace wire = troupe::embedded::v1;
namespace names = rpc::methods::nexus_service;

/// Of a client that says nothing of its patience.
constexpr std::chrono::seconds longest_wait{60};

time_point now() {
  return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
}

http::response refused(const rpc_status& why) {
  switch (why.code) {
  case status_code::ok: break;
  case status_code::invalid_argument:
  case status_code::already_exists:
  case status_code::failed_precondition:
  case status_code::out_of_range: return nexus_http::refusal("BAD_REQUEST", why.message);
  case status_code::aborted:
  case status_code::unavailable: return nexus_http::refusal("UNAVAILABLE", why.message);
  case status_code::unauthenticated: return nexus_http::refusal("UNAUTHENTICATED", why.message);
  case status_code::permission_denied: // in the real server's words
    return nexus_http::refusal("UNAUTHORIZED", "permission denied");
  case status_code::not_found: return nexus_http::refusal("NOT_FOUND", why.message);
  case status_code::resource_exhausted:
    return nexus_http::refusal("RESOURCE_EXHAUSTED", why.message);
  case status_code::unimplemented: return nexus_http::refusal("NOT_IMPLEMENTED", why.message);
  case status_code::deadline_exceeded: return nexus_http::refusal("UPSTREAM_TIMEOUT", why.message);
  case status_code::cancelled:
  case status_code::unknown:
  case status_code::internal:
  case status_code::data_loss: break;
  }
  return nexus_http::refusal("INTERNAL", "internal error");
}

http::response unreadable() {
  return nexus_http::refusal("INTERNAL", "the service's answer cannot be read");
}

http::response outcome_of(const rpc::bytes& bytes, bool reads_new_failures) {
  using response = wire::DispatchNexusTaskResponse;
  std::string scratch;
  const auto flat = bytes.flatten(scratch);
  // What a worker said is written from where it lies.
  if (const auto answer = only_field(flat, response::kResponseFieldNumber))
    return nexus_http::write_answer(*answer, reads_new_failures);
  response outcome;
  if (!outcome.ParseFromArray(flat.data(), static_cast<int>(flat.size())))
    return unreadable();
  switch (outcome.outcome_case()) {
  case response::kResponse: return nexus_http::write_answer(outcome.response(), reads_new_failures);
  case response::kFailure: return nexus_http::write_answer(outcome.failure(), reads_new_failures);
  case response::kHandlerError:
    return nexus_http::write_answer(outcome.handler_error(), reads_new_failures);
  case response::kTimeout:
    return nexus_http::worker_refusal("UPSTREAM_TIMEOUT", "upstream timeout");
  case response::kRefusal: {
    using namespace temporal::api::enums::v1;
    const auto& info = outcome.refusal().nexus_handler_failure_info();
    std::optional<bool> is_retryable;
    if (info.retry_behavior() != NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_UNSPECIFIED)
      is_retryable = info.retry_behavior() == NEXUS_HANDLER_ERROR_RETRY_BEHAVIOR_RETRYABLE;
    return nexus_http::refusal(info.type(), outcome.refusal().message(), is_retryable);
  }
  case response::OUTCOME_NOT_SET: break;
  }
  return unreadable();
}

unique_function<void()> at_once(http::answer_function answer, http::response what) {
  answer([what = std::move(what)]() mutable { return std::move(what); });
  return {};
}

} // namespace

http::response nexus::forbidden(std::string_view why) {
  return nexus_http::refusal("UNAUTHORIZED", why);
}

bool nexus::serves(std::string_view path) {
  const auto parts = nexus_http::split_path(path);
  if (parts[0] != "namespaces" || parts.size() < 4)
    return parts[0] == "nexus";
  return parts[2] == "nexus"
         || (parts[2] == "task-queues" && parts.size() > 5 && parts[4] == "nexus-services");
}

/// What the parts of a path in front of the service say.
struct nexus::route {
  std::optional<std::string> endpoint_id; ///< else the next two
  std::string name_space;
  std::string task_queue;
};

unique_function<void()>
nexus::serve(std::shared_ptr<const http::incoming> request, http::answer_function answer) {
  using parts = std::vector<std::string_view>;
  const auto path = nexus_http::split_path(request->path);
  const auto rest = [&](std::size_t from) {
    return parts{path.begin() + static_cast<std::ptrdiff_t>(from), path.end()};
  };
  const bool is_ours = path[0] == "nexus" || (path[0] == "namespaces" && path.size() > 3);
  if (is_ours && !path_segment_text(request->path)) // as the real server's router
    return at_once(std::move(answer), {.status = 400, .body = "400 Bad Request"});
  if (path.size() > 4 && path[0] == "nexus" && path[1] == "endpoints" && path[3] == "services") {
    route by;
    by.endpoint_id = path_segment_text(path[2]).value_or("");
    return dispatch(std::move(request), by, rest(4), std::move(answer));
  }
  if (path.size() > 5 && path[0] == "namespaces" && path[2] == "task-queues"
      && path[4] == "nexus-services") {
    return dispatch(
        std::move(request),
        {std::nullopt,
         path_segment_text(path[1]).value_or(""),
         path_segment_text(path[3]).value_or("")},
        rest(5),
        std::move(answer));
  }
  if (path == parts{"nexus", "callback"})
    return complete(std::move(request), {}, std::move(answer));
  if (path.size() == 4 && path[0] == "namespaces" && path[2] == "nexus" && path[3] == "callback") {
    const auto name_space = path_segment_text(path[1]).value_or("");
    return complete(std::move(request), name_space, std::move(answer));
  }
  return otherwise_.serve(std::move(request), std::move(answer));
}

unique_function<void()> nexus::dispatch(
    std::shared_ptr<const http::incoming> request,
    const route& by,
    std::vector<std::string_view> rest,
    http::answer_function answer) {
  auto target = nexus_http::parse_target(*request, std::move(rest));
  if (!target)
    return at_once(std::move(answer), std::move(target.error()));
  const auto began = now();
  auto read = nexus_http::read_request(*request, std::move(*target), began);
  if (!read)
    return at_once(std::move(answer), std::move(read.error()));
  rpc::local_service::request what;
  what.deadline = later(began, read->timeout.value_or(longest_wait));
  if (by.endpoint_id) {
    wire::DispatchByEndpointRequest message;
    message.set_endpoint_id(*by.endpoint_id);
    *message.mutable_request() = std::move(*read->message);
    what.method = names::dispatch_by_endpoint;
    what.message = message.SerializeAsString();
  } else {
    wire::DispatchByNamespaceAndTaskQueueRequest message;
    message.set_namespace_(by.name_space);
    message.set_task_queue(by.task_queue);
    *message.mutable_request() = std::move(*read->message);
    what.method = names::dispatch_by_task_queue;
    what.message = message.SerializeAsString();
  }
  return call(
      std::move(request),
      std::move(what),
      std::move(answer),
      [reads_new_failures =
           read->reads_new_failures](const rpc_status& status, const rpc::bytes& bytes) {
        return status.ok() ? outcome_of(bytes, reads_new_failures) : refused(status);
      });
}

unique_function<void()> nexus::complete(
    std::shared_ptr<const http::incoming> request,
    std::string_view name_space,
    http::answer_function answer) {
  auto read = nexus_http::read_completion(*request);
  if (!read)
    return at_once(std::move(answer), std::move(read.error()));
  wire::CompleteNexusOperationRequest message;
  message.set_namespace_(std::string{name_space});
  const auto token = request->header("temporal-callback-token");
  message.set_callback_token(is_utf8(token) ? std::string{token} : std::string{});
  message.set_state(read->state);
  message.set_operation_token(std::move(read->operation_token));
  if (read->start_time)
    to_proto(*read->start_time, *message.mutable_start_time());
  if (read->close_time)
    to_proto(*read->close_time, *message.mutable_close_time());
  for (const auto& each : read->links) {
    auto& added = *message.add_links();
    added.set_url(each.url);
    added.set_type(each.type);
  }
  if (read->result)
    *message.mutable_result() = *read->result;
  if (read->failure)
    *message.mutable_failure() = *read->failure;
  rpc::local_service::request what;
  what.method = names::complete_operation;
  what.message = message.SerializeAsString();
  what.deadline = later(now(), longest_wait);
  return call(
      std::move(request),
      std::move(what),
      std::move(answer),
      [](const rpc_status& status, const rpc::bytes&) {
        return status.ok() ? http::response{.content_type = {}} : refused(status);
      });
}

unique_function<void()> nexus::call(
    std::shared_ptr<const http::incoming> request,
    rpc::local_service::request what,
    http::answer_function answer,
    made_answer read) {
  auto from = std::make_unique<http_caller>(std::move(request));
  what.from = from.get();
  return service_.handle(
      std::move(what),
      [from = std::move(from), answer = std::move(answer), read = std::move(read)](
          rpc_status status, rpc::bytes bytes) mutable {
        answer([read = std::move(read),
                status = std::move(status),
                bytes = std::move(bytes)]() mutable { return read(std::move(status), bytes); });
      });
}

} // namespace troupe::gateway
