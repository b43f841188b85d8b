// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace google::protobuf {
class Message;
}

namespace troupe::protocol {

/// How payloads are printed: as they travel (`metadata` and base64 `data`), or as the JSON they
/// hold.
enum class payload_style { raw, shorthand };

/// Any protobuf message as canonical protojson on one line: fields in declaration order, enum
/// names, 64-bit integers as strings, map keys sorted. With `shorthand`, as the Temporal CLI prints
/// them: a `Payload` of encoding json/plain without other metadata is the value itself with sorted
/// names, one of json/protobuf too with its `_protoMessageType`, and a `Payloads` is an array if
/// all its payloads have such a short form. Everything else is printed as it travels.
std::string to_json(const google::protobuf::Message& message, payload_style payloads);

} // namespace troupe::protocol
