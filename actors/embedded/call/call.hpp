// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/transaction.hpp"
#include "runtime/embedded/workflow_task/workflow_token.hpp"
#include "runtime/rpc/caller.hpp"
#include "runtime/rpc/transport.hpp"

#include <google/protobuf/arena.h>
#include <google/protobuf/message.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace troupe::embedded {

struct method_row;
struct namespace_entry;

/// One call of a client on its way through the actors of the service: its request, and the duty to
/// answer it once.
///
/// Passed from actor to actor as a shared pointer; the last one answers. Dropping it unanswered is
/// a bug, which is logged and answered `unavailable`. Lives on the service's shard.
class call {
public:
  call(rpc::local_service::request request, rpc::reply_handler on_reply);
  ~call();
  call(const call&) = delete;
  call& operator=(const call&) = delete;

  /// The parsed request; the method's row guarantees its type.
  template <class Request>
  [[nodiscard]] const Request& as() const {
    return static_cast<const Request&>(*message_);
  }
  /// Takes the request in, as a message that lies in `arena`; its bytes are let go.
  void set_message(const google::protobuf::Message* message);
  /// What the request is parsed into: as long as the call lives, mostly inside it.
  [[nodiscard]] google::protobuf::Arena& arena() noexcept { return arena_; }

  [[nodiscard]] const std::string& method() const noexcept { return request_.method; }
  [[nodiscard]] const rpc::bytes& body() const noexcept { return request_.message; }
  /// Bytes of the request.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] time_point deadline() const noexcept { return request_.deadline; }
  /// Who makes the call; not once it is answered.
  [[nodiscard]] const rpc::caller& who() const noexcept;
  [[nodiscard]] std::string_view header(std::string_view name) const { return who().header(name); }

  void answer(rpc_status failed);
  void answer(const google::protobuf::Message& response);
  void answer(std::string response); ///< A serialised message.
  void answer(const reply& from);
  /// Success with a message that says nothing.
  void answer_empty();
  /// Ends a long poll as if its time were over.
  void answer_idle() { answer(idle); }

  [[nodiscard]] bool is_answered() const noexcept { return !on_reply_; }

  /// From now on an answer waits for `release_answer`: it tells of what is not durable yet.
  void hold_answer() { is_held_ = true; }
  void release_answer();
  /// What was to be answered is not so: says `why` instead.
  void replace_answer(rpc_status why);

  /// The client is gone. Runs the hook of whoever holds the call.
  void cancel();
  [[nodiscard]] bool is_cancelled() const noexcept { return is_cancelled_; }
  /// What to do when the client goes away while the call waits; replaces the hook that was there.
  void on_cancel(unique_function<void()> hook) { on_cancel_ = std::move(hook); }

  const method_row* row = nullptr;                   ///< of the method
  std::shared_ptr<const namespace_entry> name_space; ///< of the request, if the method has one
  workflow_token token;          ///< of the request, if the method takes a workflow task's
  operation_token_ref operation; ///< the same, if it takes a completion callback's
  std::string task_id;           ///< of the request's token, if the method takes one of matching
  std::string task_queue;        ///< the same
  /// The answer while it goes from actor to actor that each add their part.
  std::unique_ptr<google::protobuf::Message> draft;
  bool is_long_poll = false; ///< may be answered with `idle` at any time
  reply idle;                ///< what a long poll is told when nothing happened while it waited

private:
  /// Who calls without a network.
  struct neighbour final : rpc::caller {
    explicit neighbour(const rpc::metadata& of) : headers(of) {}
    [[nodiscard]] std::string peer() const override { return "in-process"; }
    [[nodiscard]] bool is_inside() const noexcept override { return true; }
    [[nodiscard]] std::optional<rpc::tls_identity> identity() const override { return {}; }
    [[nodiscard]] std::string_view header(std::string_view name) const override;

    const rpc::metadata& headers;
  };

  void finish(rpc_status status, rpc::bytes message);

  rpc::local_service::request request_;
  neighbour neighbour_{request_.headers};
  rpc::reply_handler on_reply_;
  unique_function<void()> on_cancel_;
  /// Enough for the requests of workers but for large payloads.
  alignas(8) std::array<char, 1024> first_block_;
  google::protobuf::Arena arena_{first_block_.data(), first_block_.size()};
  const google::protobuf::Message* message_ = nullptr; ///< in `arena_`
  std::size_t size_ = 0;
  bool is_cancelled_ = false;
  bool is_held_ = false;
  std::optional<std::pair<rpc_status, rpc::bytes>> held_;
};

using call_ptr = std::shared_ptr<call>;

/// An ok status, or why an answer of so many bytes cannot be sent, as gRPC itself words it.
rpc_status check_answer_size(std::size_t bytes);

} // namespace troupe::embedded
