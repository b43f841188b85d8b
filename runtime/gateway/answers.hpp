// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/http/message.hpp"
#include "runtime/http/server.hpp"
#include "runtime/protocol/proto_json.hpp"

#include <troupe/rpc_status.hpp>

#include <string>

namespace google::protobuf {
class Message;
}

namespace troupe::gateway {

/// How JSON is written, and a request's payloads are read.
struct json_form {
  protocol::payload_style payloads = protocol::payload_style::shorthand;
  bool is_pretty = false;
  std::string content_type = "application/json"; ///< by which the client asked for it
};

/// What the client sends, by its `Content-Type`.
json_form form_of_body(const http::incoming& request);
/// What it wants to get: by the query's `pretty` and `noPayloadShorthand`, by its `Accept`, else as
/// it sends.
json_form form_of_answer(const http::incoming& request);

/// 200 with a message.
http::response answer_with(const google::protobuf::Message& message, const json_form& form);
/// An error: its HTTP status, and `{code, message, details}`.
http::response answer_with(const rpc_status& status, const json_form& form);

/// The HTTP status of a code.
unsigned http_status(status_code code) noexcept;

} // namespace troupe::gateway
