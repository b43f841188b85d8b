// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/blocking.hpp"
#include "runtime/rpc/transport.hpp"

#include <google/protobuf/message_lite.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::rpc {

/// The wire form of a message.
[[nodiscard]] bytes encode(const google::protobuf::MessageLite& message);
/// False if `from` is no such message.
[[nodiscard]] bool decode(const bytes& from, google::protobuf::MessageLite& to);
/// What is wrong with the texts of a message that has been encoded: `field x.y is not valid UTF-8`;
/// empty if nothing is. To be asked before anything leaves that users wrote.
[[nodiscard]] std::string
text_problem(const google::protobuf::MessageLite& message, const bytes& encoded);
/// What a call ends with whose reply could not be read.
[[nodiscard]] rpc_status undecodable(std::string_view method);

/// One call with this request, or with the reason why it must not be sent.
[[nodiscard]] call make_call(
    std::string_view method,
    const google::protobuf::MessageLite& request,
    std::chrono::milliseconds timeout,
    metadata headers = {});

/// One typed call: `on_reply(rpc_status, Response&&)`. `method` must be one of `methods.hpp`, or
/// outlive the call. Text that is not UTF-8 ends it with `invalid_argument`; `over` has to be a
/// retrying transport for that.
template <class Response, class Handler>
transport::call_id unary(
    transport& over,
    std::string_view method,
    const google::protobuf::MessageLite& request,
    std::chrono::milliseconds timeout,
    Handler on_reply,
    metadata headers = {},
    bool is_long_poll = false) {
  auto what = make_call(method, request, timeout, std::move(headers));
  what.is_long_poll = is_long_poll;
  return over.start(
      std::move(what),
      [method, handler = std::move(on_reply)](rpc_status status, bytes reply) mutable {
        Response message;
        if (status.ok() && !decode(reply, message))
          status = undecodable(method);
        handler(std::move(status), std::move(message));
      });
}

enum class call_kind {
  plain,
  long_poll,
  once, ///< whoever asks wants to know at once
};

/// One typed call for a caller that blocks; throws `rpc_error`.
template <class Response>
Response call_blocking(
    transport& over,
    const waiter& wait,
    std::string_view method,
    const google::protobuf::MessageLite& request,
    std::chrono::milliseconds timeout,
    call_kind kind = call_kind::plain) {
  auto what = make_call(method, request, timeout);
  if (!what.problem.empty())
    throw rpc_error{{status_code::invalid_argument, std::move(what.problem), {}}};
  what.is_long_poll = kind == call_kind::long_poll;
  what.is_tried_once = kind == call_kind::once;
  return wait.wait<Response>([&over, method, what = std::move(what)](auto done) mutable {
    over.start(std::move(what), [method, done](rpc_status status, bytes reply) mutable {
      Response message;
      if (status.ok() && !decode(reply, message))
        status = undecodable(method);
      if (status.ok())
        done(result<Response>{std::move(message)});
      else
        done(result<Response>{unexpected{std::make_exception_ptr(rpc_error{std::move(status)})}});
    });
  });
}

} // namespace troupe::rpc
