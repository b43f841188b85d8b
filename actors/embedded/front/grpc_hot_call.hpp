// SPDX-License-Identifier: Apache-2.0
#pragma once

// The calls that workers make all the time. gRPC's core API takes one batch for an answer, on
// objects that are used again, where the C++ API makes a context, a map of headers and several
// operation sets for each call. Their headers say nothing to the service, so nobody looks at them.
// Only polls wait, so only they are told when the client goes away: one completion less for the
// others.
//
// gRPC could deliver a call of a registered method together with its request, which would save a
// completion. But then nobody here knows of a call whose request never comes, and nobody ends it.

#include "actors/embedded/front/body_watch.hpp"
#include "actors/embedded/front/grpc_front.hpp"
#include "actors/embedded/front/unsent_answers.hpp"
#include "runtime/rpc/caller.hpp"
#include "runtime/rpc/completion_tag.hpp"
#include "runtime/rpc/transport.hpp"

#include <grpc/grpc.h>
#include <grpcpp/impl/codegen/completion_queue_tag.h>
#include <grpcpp/impl/service_type.h>

#include <string>
#include <string_view>
#include <vector>

namespace troupe::embedded {

struct grpc_front_context;

/// The hot methods as gRPC's server knows them: unary, messages as bytes.
class hot_methods final : public grpc::Service {
public:
  explicit hot_methods(std::vector<hot_method> methods);

  [[nodiscard]] int count() const noexcept { return static_cast<int>(methods_.size()); }
  [[nodiscard]] const hot_method& operator[](int method) const noexcept {
    return methods_[static_cast<std::size_t>(method)];
  }
  /// What the core API calls the method; once the server is built.
  [[nodiscard]] void* tag(int method) const noexcept;

private:
  std::vector<hot_method> methods_;
  std::vector<grpc::internal::RpcServiceMethod*> registered_; ///< owned by the base
};

/// One call of a hot method after the other.
///
///   state      event               next
///   waiting    called              reading (another one waits first)
///   waiting    server is stopping  gone
///   reading    request             serving | finishing (too large)
///   reading    no request, expired finishing
///   serving    answer              finishing
///   finishing  finished and done   spare | gone
///
/// Completions come on the queue's one thread; only the service's answer may come on another.
/// `done` (the client's cancel, or the end) comes for polls only, at any time after `called`,
/// exactly once.
class hot_call final : private rpc::caller, private awaited_body {
public:
  /// Waits for one call of this method. The object deletes itself, or lies among the spare ones.
  static void wait(grpc_front_context& front, int method);

  hot_call(const hot_call&) = delete;
  hot_call& operator=(const hot_call&) = delete;
  ~hot_call() override;

private:
  /// A completion of this call, as the queue returns it.
  struct tag final : rpc::completion_tag, grpc::internal::CompletionQueueTag {
    tag(hot_call* owner, void (hot_call::*handler)(bool)) : call(owner), on(handler) {}
    void complete(bool ok) override { (call->*on)(ok); }
    bool FinalizeResult(void** found, bool* /*ok*/) override {
      *found = static_cast<rpc::completion_tag*>(this);
      return true;
    }

    hot_call* call;
    void (hot_call::*on)(bool ok);
  };

  explicit hot_call(grpc_front_context& front);

  [[nodiscard]] std::string peer() const override;
  [[nodiscard]] std::optional<rpc::tls_identity> identity() const override;
  [[nodiscard]] std::string_view header(std::string_view name) const override;

  void request(int method);
  void called(bool ok);
  void expire() override;
  void request_read(bool ok);
  void done(bool ok);
  void finished(bool ok);
  void answer(const rpc_status& status, const rpc::bytes& message);
  void start_batch(const grpc_op* operations, std::size_t count, tag& completion);
  void release();
  void leave();
  [[nodiscard]] const hot_method& method() const noexcept;

  grpc_front_context& front_;
  int method_ = 0;
  grpc_call* call_ = nullptr;
  gpr_timespec deadline_{};
  grpc_metadata_array headers_{};
  grpc_byte_buffer* request_ = nullptr;
  grpc_byte_buffer* response_ = nullptr;
  int cancelled_ = 0;
  grpc_slice status_message_;
  grpc_metadata status_details_{};
  rpc::local_service::cancel_function cancel_;
  unsent_answer unsent_;
  tag step_{this, &hot_call::called};
  tag done_{this, &hot_call::done};
  bool is_expired_ = false;
  bool is_done_ = false;
  bool is_finished_ = false;
};

} // namespace troupe::embedded
