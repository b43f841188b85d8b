// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/protocol/proto_json.hpp"

#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
}

namespace troupe::gateway {

/// Reads a message's JSON, the canonical form of protobuf. With `shorthand` a payload may also be
/// the JSON that it holds (with `_protoMessageType` in it, that of a message), null the payload of
/// nothing, and a list of payloads an array; enum values may have their short names (`Running`). An
/// empty text is an empty message. Returns the text for the client if it is no such JSON.
std::string
read_json(std::string_view text, protocol::payload_style payloads, google::protobuf::Message& to);

} // namespace troupe::gateway
