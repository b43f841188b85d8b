// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
class MessageLite;
} // namespace google::protobuf

/// Large messages are read and written part by part, each a spending (`slice.hpp`).
namespace troupe {

/// The same as `ParseFromArray`, and with the same depth where none is given: how many messages may
/// lie in each other.
bool read_in_slices(std::string_view bytes, google::protobuf::Message& to, int deepest = 100);

/// The same at once.
bool read_at_once(std::string_view bytes, google::protobuf::Message& to, int deepest);

/// The same as `SerializeAsString`; nothing if the message cannot be written, as it is too large.
std::optional<std::string> write_in_slices(const google::protobuf::MessageLite& from);

/// `to` becomes the same as `from`. Small messages, and all where the work does not run in slices,
/// are copied as ever.
void copy_in_slices(const google::protobuf::Message& from, google::protobuf::Message& to);

} // namespace troupe
