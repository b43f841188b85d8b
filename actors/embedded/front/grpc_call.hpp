// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/front/body_watch.hpp"
#include "actors/embedded/front/grpc_hot_call.hpp"
#include "actors/embedded/front/unsent_answers.hpp"
#include "runtime/rpc/completion_tag.hpp"
#include "runtime/rpc/transport.hpp"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe::embedded {

/// What all calls of one listener share. Lives longer than each of them.
struct grpc_front_context {
  grpc_front_context(rpc::local_service& to, std::vector<hot_method> hot_methods)
      : service(to), hot(std::move(hot_methods)) {}

  rpc::local_service& service;
  grpc::AsyncGenericService generic;
  hot_methods hot;
  grpc_server* server = nullptr;                      ///< once it is built
  std::vector<std::unique_ptr<hot_call>> spare_calls; ///< the queue's thread only
  grpc::ServerCompletionQueue* queue = nullptr;
  std::size_t request_limit = 0;
  std::chrono::seconds body_patience{};
  std::size_t most_awaited = 0;
  std::vector<std::string> service_names; ///< what reflection lists
  std::atomic<bool> stopping = false;
  std::atomic<int> live_calls = 0; ///< accepted and not yet gone
  body_watch bodies{*this};
  unsent_answers unsent;
};

/// One call on the wire, from waiting for it to its last completion.
///
///   state      event               next
///   waiting    accepted            reading (waits for the next call first)
///   waiting    server is stopping  gone
///   reading    request             serving (unary) | writing (reflection, watch)
///   reading    half-close          finishing
///   serving    answer              finishing
///   writing    written             reading (reflection) | held (watch)
///   held       client gone         finishing
///   finishing  finished and done   gone
///
/// Completions come on the queue's one thread; only the service's answer comes on another. `done`
/// (the client's cancel, or the end) comes at any time after `accepted`, exactly once, and may come
/// before `finished`.
class grpc_call final : private rpc::caller, private awaited_body {
public:
  /// Waits for one call. The object deletes itself.
  static void wait(grpc_front_context& front);

  /// A completion of this call, as the queue returns it.
  struct tag final : rpc::completion_tag {
    tag(grpc_call* owner, void (grpc_call::*handler)(bool)) : call(owner), on(handler) {}
    void complete(bool ok) override { (call->*on)(ok); }

    grpc_call* call;
    void (grpc_call::*on)(bool ok);
  };

private:
  explicit grpc_call(grpc_front_context& front);

  [[nodiscard]] std::string peer() const override;
  [[nodiscard]] std::optional<rpc::tls_identity> identity() const override;
  [[nodiscard]] std::string_view header(std::string_view name) const override;

  void accepted(bool ok);
  void expire() override;
  void done(bool ok);
  void request_read(bool ok);
  void stream_written(bool ok);
  void finished(bool ok);

  void serve();
  void answer(rpc_status status, rpc::bytes message);
  void answer_health_check();
  void start_watch();
  void answer_reflection_question();
  void finish(const grpc::Status& status);
  void leave();

  grpc_front_context& front_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_;
  ::grpc_call* core_ = nullptr; ///< once it is accepted
  grpc::ByteBuffer message_;
  rpc::local_service::cancel_function cancel_;
  unsent_answer unsent_;
  tag step_{this, &grpc_call::accepted};
  tag done_{this, &grpc_call::done};
  enum class kind { unary, health, watch, reflection } kind_ = kind::unary;
  time_point deadline_ = time_point::max();
  bool is_expired_ = false;
  bool is_held_ = false;
  bool is_done_ = false;
  bool is_finished_ = false;
};

} // namespace troupe::embedded
