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
/// What a call ends with whose reply could not be read.
[[nodiscard]] rpc_status undecodable(std::string_view method);

/// One typed call: `on_reply(rpc_status, Response&&)`. `method` must be one of `methods.hpp`, or
/// outlive the call.
template <class Response, class Handler>
transport::call_id unary(
    transport& over,
    std::string_view method,
    const google::protobuf::MessageLite& request,
    std::chrono::milliseconds timeout,
    Handler on_reply,
    metadata headers = {}) {
  return over.start(
      {method, encode(request), timeout, std::move(headers)},
      [method, handler = std::move(on_reply)](rpc_status status, bytes reply) mutable {
        Response message;
        if (status.ok() && !decode(reply, message))
          status = undecodable(method);
        handler(std::move(status), std::move(message));
      });
}

/// One typed call for a caller that blocks; throws `rpc_error`.
template <class Response>
Response call_blocking(
    transport& over,
    const waiter& wait,
    std::string_view method,
    const google::protobuf::MessageLite& request,
    std::chrono::milliseconds timeout) {
  return wait.wait<Response>([&over, method, body = encode(request), timeout](auto done) mutable {
    over.start(
        {method, std::move(body), timeout, {}},
        [method, done](rpc_status status, bytes reply) mutable {
          Response message;
          if (status.ok() && !decode(reply, message))
            status = undecodable(method);
          if (status.ok())
            done(result<Response>{std::move(message)});
          else
            done(result<Response>{
                unexpected{std::make_exception_ptr(rpc_error{std::move(status)})}});
        });
  });
}

} // namespace troupe::rpc
