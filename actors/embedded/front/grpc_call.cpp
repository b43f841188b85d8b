// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/front/grpc_call.hpp"

#include "actors/embedded/front/grpc_bytes.hpp"
#include "actors/embedded/front/reflection.hpp"

#include <grpc/health/v1/health.pb.h>

#include <memory>
#include <string_view>
#include <utility>

namespace troupe::embedded {

namespace {

/// The queue hands back what it was given as a `void*`, so it must be the base's address.
void* tag_of(rpc::completion_tag& tag) {
  return &tag;
}

} // namespace

void grpc_call::wait(grpc_front_context& front) {
  auto* call = new grpc_call(front);
  call->context_.AsyncNotifyWhenDone(tag_of(call->done_));
  front.generic.RequestCall(
      &call->context_, &call->stream_, front.queue, front.queue, tag_of(call->step_));
}

grpc_call::grpc_call(grpc_front_context& front) : front_(front), stream_(&context_) {}

std::string grpc_call::peer() const {
  return peer_of(core_);
}

std::optional<rpc::tls_identity> grpc_call::identity() const {
  return identity_of(core_);
}

std::string_view grpc_call::header(std::string_view name) const {
  const auto& headers = context_.client_metadata();
  const auto found = headers.find(grpc::string_ref{name.data(), name.size()});
  return found == headers.end() ? std::string_view{}
                                : std::string_view{found->second.data(), found->second.size()};
}

void grpc_call::accepted(bool ok) {
  if (!ok) { // the done tag of a call that never began does not come
    delete this;
    return;
  }
  front_.live_calls.fetch_add(1, std::memory_order_relaxed);
  if (!front_.stopping.load(std::memory_order_acquire))
    wait(front_);
  core_ = context_.c_call();
  const std::string_view method = context_.method();
  if (method.starts_with("/grpc.health.v1.Health/"))
    kind_ = method.ends_with("/Watch")   ? kind::watch
            : method.ends_with("/Check") ? kind::health
                                         : kind::unary;
  else if (
      method == "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
      || method == "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
    kind_ = kind::reflection;
  step_.on = &grpc_call::request_read;
  deadline_ = deadline_of(context_);
  front_.bodies.watch(*this, deadline_);
  stream_.Read(&message_, tag_of(step_));
}

void grpc_call::expire() {
  is_expired_ = true;
  expire_call(core_);
}

void grpc_call::request_read(bool ok) {
  front_.bodies.forget(*this);
  if (is_expired_ || (ok && is_over(deadline_))) {
    finish({grpc::StatusCode::DEADLINE_EXCEEDED, deadline_exceeded_text});
    return;
  }
  if (!ok) {
    // The client half-closed without a (further) message, or is gone.
    finish(
        kind_ == kind::reflection
            ? grpc::Status::OK
            : grpc::Status{grpc::StatusCode::INTERNAL, "the call carries no request message"});
    return;
  }
  if (message_.Length() > front_.request_limit) {
    finish(request_too_large(message_.Length(), front_.request_limit));
    return;
  }
  switch (kind_) {
  case kind::unary: serve(); break;
  case kind::health: answer_health_check(); break;
  case kind::watch: start_watch(); break;
  case kind::reflection: answer_reflection_question(); break;
  }
}

void grpc_call::serve() {
  rpc::local_service::request request;
  request.method = context_.method();
  auto message = inflated(to_bytes(message_), front_.request_limit);
  if (!message) {
    finish(message.error());
    return;
  }
  if (front_.unsent.any() && front_.unsent.is_full(peer())) {
    finish({grpc::StatusCode::RESOURCE_EXHAUSTED, unsent_answers::refusal});
    return;
  }
  request.message = std::move(*message);
  request.deadline = deadline_;
  request.from = this;
  // The answer may come before handle() returns, on the service's thread. This object outlives
  // that: it is deleted on the queue's thread, which is here.
  cancel_ =
      front_.service.handle(std::move(request), [this](rpc_status status, rpc::bytes message) {
        answer(std::move(status), std::move(message));
      });
  if (is_done_ && cancel_)
    cancel_();
}

void grpc_call::answer(rpc_status status, rpc::bytes message) {
  step_.on = &grpc_call::finished;
  if (const auto size = message.size(); size >= unsent_answers::counted_from)
    unsent_ = {front_.unsent, peer(), size};
  if (status.ok())
    stream_.WriteAndFinish(
        to_buffer(message), grpc::WriteOptions{}, grpc::Status::OK, tag_of(step_));
  else
    stream_.Finish(to_status(status), tag_of(step_));
}

void grpc_call::answer_health_check() {
  grpc::health::v1::HealthCheckRequest request;
  std::string scratch;
  const auto raw = to_bytes(message_);
  const auto flat = raw.flatten(scratch);
  if (!request.ParseFromArray(flat.data(), static_cast<int>(flat.size()))) {
    finish({grpc::StatusCode::INTERNAL, "malformed health check request"});
    return;
  }
  bool is_known = request.service().empty();
  for (const auto& name : front_.service_names)
    is_known = is_known || name == request.service();
  if (!is_known) {
    finish({grpc::StatusCode::NOT_FOUND, "unknown service"});
    return;
  }
  grpc::health::v1::HealthCheckResponse response;
  response.set_status(
      front_.stopping ? grpc::health::v1::HealthCheckResponse::NOT_SERVING
                      : grpc::health::v1::HealthCheckResponse::SERVING);
  answer({}, response.SerializeAsString());
}

void grpc_call::start_watch() {
  grpc::health::v1::HealthCheckResponse response;
  response.set_status(grpc::health::v1::HealthCheckResponse::SERVING);
  step_.on = &grpc_call::stream_written;
  stream_.Write(to_buffer(rpc::bytes{response.SerializeAsString()}), tag_of(step_));
}

void grpc_call::answer_reflection_question() {
  std::string scratch;
  const auto raw = to_bytes(message_);
  std::string response;
  if (!answer_reflection(raw.flatten(scratch), front_.service_names, response)) {
    finish({grpc::StatusCode::INVALID_ARGUMENT, "malformed reflection request"});
    return;
  }
  step_.on = &grpc_call::stream_written;
  stream_.Write(to_buffer(rpc::bytes{std::move(response)}), tag_of(step_));
}

void grpc_call::stream_written(bool ok) {
  if (!ok) {
    finish(grpc::Status::CANCELLED);
  } else if (kind_ == kind::watch) {
    // The status of this server changes only by its end, so the stream is held until either side
    // leaves.
    is_held_ = true;
    if (is_done_)
      finish(grpc::Status::CANCELLED);
  } else {
    step_.on = &grpc_call::request_read;
    stream_.Read(&message_, tag_of(step_));
  }
}

void grpc_call::finish(const grpc::Status& status) {
  is_held_ = false;
  step_.on = &grpc_call::finished;
  stream_.Finish(status, tag_of(step_));
}

void grpc_call::done(bool) {
  is_done_ = true;
  if (is_finished_) {
    leave();
    return;
  }
  if (cancel_)
    cancel_();
  if (is_held_)
    finish(grpc::Status::CANCELLED);
}

void grpc_call::finished(bool) {
  is_finished_ = true;
  if (is_done_)
    leave();
}

void grpc_call::leave() {
  auto& front = front_;
  delete this;
  if (front.live_calls.fetch_sub(1, std::memory_order_acq_rel) == 1)
    front.live_calls.notify_all();
}

} // namespace troupe::embedded
