// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace google::protobuf {
class Descriptor;
class Message;
} // namespace google::protobuf

namespace troupe {

/// How deep the messages lie in each other that the service takes. Protobuf reads 100 levels and no
/// more. What lies in a request lies some levels deeper in an event, and deeper again in a page of
/// a history: with this limit all of that can be read again, here and by whoever asks for it.
inline constexpr int max_message_depth = 90;

/// Reads a message that was sent to us. What is nested deeper is cut where the real server would
/// take it, which is up to 10,000 levels: chains of causes as by `cut_causes`, and groups, which no
/// message of Temporal has, are left out. False for what is deeper, or no such message. The stack
/// that this takes does not depend on what is read.
bool read_message(std::string_view bytes, google::protobuf::Message& to);

/// The same part by part, each a spending (`runtime/base/slices`).
bool read_message_in_slices(std::string_view bytes, google::protobuf::Message& to);

/// The message of this type with what is too deep cut; nothing if there is nothing to cut, or if
/// the message cannot be read anyway. Texts in what is left out are not looked at.
std::optional<std::string>
with_depth_cut(std::string_view message, const google::protobuf::Descriptor& type);

} // namespace troupe
