// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
}

namespace troupe::cli {

/// How payloads are printed: as they travel (`metadata` and base64 `data`), or as the JSON they
/// hold.
enum class payload_style { raw, shorthand };

/// Any protobuf message as canonical protojson on one line: fields in declaration order, enum
/// names, 64-bit integers as strings, map keys sorted. With `shorthand`, as the Temporal CLI prints
/// them: a `Payload` of encoding json/plain without other metadata is the value itself with sorted
/// names, one of json/protobuf too with its `_protoMessageType`, and a `Payloads` is an array if
/// all its payloads have such a short form. Everything else is printed as it travels.
std::string to_json(const google::protobuf::Message& message, payload_style payloads);

/// The same JSON over several lines, two spaces a level. `text` must be valid JSON.
std::string indent_json(std::string_view text);

/// A JSON string literal of this text.
std::string quote_json(std::string_view text);

/// RFC 3339 with 0, 3, 6 or 9 digits, and seconds with an `s`: protojson's forms of Timestamp and
/// Duration.
std::string timestamp_text(std::int64_t seconds, std::int32_t nanos);
std::string duration_text(std::int64_t seconds, std::int32_t nanos);

} // namespace troupe::cli
