// SPDX-License-Identifier: Apache-2.0
#pragma once

// The calls that workers make all the time. gRPC delivers a call of a registered method together
// with its request, where one of the generic service costs a read of its own: a sixth of what a call
// costs the server. Their headers say nothing to the service, so nobody looks at them. Only polls
// wait, so only they are told when the client goes away: one completion less for the others.

#include "actors/service/grpc_bytes.hpp"
#include "runtime/rpc/completion_tag.hpp"
#include "runtime/rpc/transport.hpp"

#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>
#include <grpcpp/support/byte_buffer.h>

#include <string_view>

namespace troupe::embedded {

struct grpc_front_context;

/// The hot methods as gRPC's server knows them: unary, messages as bytes.
class hot_methods final : public grpc::Service {
public:
  hot_methods();

  static constexpr int count = 4;
  [[nodiscard]] static std::string_view name(int method) noexcept;
  [[nodiscard]] static bool is_poll(int method) noexcept;

  using grpc::Service::RequestAsyncUnary;
};

/// One call of a hot method, from waiting for it to its last completion.
///
///   state      event               next
///   waiting    called              serving (waits for the next call first) | finishing (too large)
///   waiting    server is stopping  gone
///   serving    answer              finishing
///   finishing  finished and done   gone
///
/// Completions come on the queue's one thread; only the service's answer may come on another.
/// `done` (the client's cancel, or the end) comes for polls only, at any time after `called`, exactly
/// once.
class hot_call {
public:
  /// Waits for one call of this method. The object deletes itself.
  static void wait(grpc_front_context& front, int method);

private:
  /// A completion of this call, as the queue returns it.
  struct tag final : rpc::completion_tag {
    tag(hot_call* owner, void (hot_call::*handler)(bool)) : call(owner), on(handler) {}
    void complete(bool ok) override { (call->*on)(ok); }

    hot_call* call;
    void (hot_call::*on)(bool ok);
  };

  hot_call(grpc_front_context& front, int method);

  void called(bool ok);
  void done(bool ok);
  void finished(bool ok);
  void answer(const rpc_status& status, const rpc::bytes& message);
  void leave();

  grpc_front_context& front_;
  int method_;
  grpc::ServerContext context_;
  grpc::ServerAsyncResponseWriter<grpc::ByteBuffer> writer_;
  grpc::ByteBuffer message_;
  rpc::local_service::cancel_function cancel_;
  tag step_{this, &hot_call::called};
  tag done_{this, &hot_call::done};
  bool is_done_;
  bool is_finished_ = false;
};

} // namespace troupe::embedded
