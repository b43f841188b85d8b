// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/headers.hpp>
#include <troupe/nexus/backing.hpp>
#include <troupe/nexus/context.hpp>
#include <troupe/nexus/operation_token.hpp>
#include <troupe/nexus/workflow_run.hpp>
#include <troupe/payload/payload.hpp>

#include <exception>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

/// Handlers without their types: what `handler_for` makes and a worker serves. Users rarely need
/// this header.
namespace troupe::nexus {

/// The operation goes on; the service is told its outcome later, and cancels it by this token.
struct async_started {
  std::string token; ///< what the caller's side knows the operation by
};

namespace detail {

struct sync_success {
  payload value;
};

/// A workflow start, ready to be sent.
struct encoded_workflow_start {
  std::string workflow_type;
  workflow_run_options options;
  payloads arguments;
  troupe::headers headers = {};
};

/// An update, ready to be sent.
struct encoded_update_start {
  std::string name;
  workflow_update_options options;
  payloads arguments;
  troupe::headers headers = {};
};

/// A start of an activity without a workflow, ready to be sent.
struct encoded_activity_start {
  std::string activity_type;
  start_activity_options options;
  payloads arguments;
  troupe::headers headers = {};
};

using start_outcome = std::variant<
    sync_success,
    async_started,
    encoded_workflow_start,
    encoded_update_start,
    encoded_activity_start>;

/// A request's input as it lies in the received message.
struct operation_input {
  payload_view view;
  std::span<const header_entry> metadata;

  /// A copy that owns its bytes.
  [[nodiscard]] payload to_payload() const;
};

/// Throws the BAD_REQUEST `handler_error` for input that does not fit, with `problem` as its cause.
[[noreturn]] void throw_undecodable_input(const std::exception& problem);

/// Throws the INTERNAL error, not retried, for what a handler returned and no payload can hold.
[[noreturn]] void throw_unencodable(const char* what, const std::exception& problem);

/// Where user code runs.
enum class place {
  shard, ///< a coroutine, on the thread that polled
  pool,  ///< a plain function that may block
};

/// One operation's handler. Const and shared: several requests run through it at the same time.
class handler_base {
public:
  virtual ~handler_base() = default;

  [[nodiscard]] virtual place start_place() const noexcept = 0;
  /// Called if `start_place` is `pool`; may block, may throw anything.
  virtual start_outcome start(start_context context, operation_input input) const;
  /// Called if `start_place` is `shard`; may throw before the first suspension too.
  virtual async<start_outcome> start_async(start_context context, operation_input input) const;

  /// What a cancel request does.
  enum class cancel_kind {
    unsupported,  ///< NOT_IMPLEMENTED
    workflow_run, ///< the runtime cancels the workflow that the token names
    by_token,     ///< the runtime cancels what the token names, or as `cancels_itself` says
    by_handler,   ///< `cancel` or `cancel_async`
  };
  [[nodiscard]] virtual cancel_kind cancels() const noexcept { return cancel_kind::unsupported; }
  /// Of `by_token`: `cancel` or `cancel_async` is called for what this token names.
  [[nodiscard]] virtual bool cancels_itself(const operation_token&) const noexcept { return false; }
  [[nodiscard]] virtual place cancel_place() const noexcept { return place::pool; }
  virtual void cancel(cancel_context context) const;
  virtual async<void> cancel_async(cancel_context context) const;
};

} // namespace detail

/// One operation of a service as a worker serves it.
struct operation_entry {
  std::string name; ///< as it is on the wire
  /// Called by any number of requests at a time.
  std::shared_ptr<const detail::handler_base> handler;
};

/// A whole service as a worker serves it: what `worker.add` takes. A value; copies share the
/// handlers.
struct service_handler {
  std::string name;                        ///< as it is on the wire
  std::vector<operation_entry> operations; ///< each name once
  /// Serves operations that are not listed (for gateways); null: they are NOT_FOUND.
  std::shared_ptr<const detail::handler_base> fallback = nullptr;
};

} // namespace troupe::nexus
