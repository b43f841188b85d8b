// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/convert.hpp>

#include <google/protobuf/message.h>

#include <concepts>
#include <string_view>

/// Opt-in: protobuf messages as arguments, results and details. The only header besides
/// `<troupe/caf.hpp>` that shows a library beneath. Include it before the conversion of a message
/// is compiled.
namespace troupe {

/// A message that travels as `binary/protobuf`, smaller and faster than `json/protobuf`, the
/// default of all SDKs.
template <std::derived_from<google::protobuf::Message> M>
struct binary_proto {
  M message; ///< what is sent as bytes
};

namespace detail {
payload encode_message_as_json(const google::protobuf::Message& message);
payload encode_message_as_binary(const google::protobuf::Message& message);
// Either encoding; unknown JSON members are ignored. Throws payload_error.
void decode_message(const payload_view& from, google::protobuf::Message& to);
} // namespace detail

/// Messages travel as JSON (`json/protobuf`).
template <std::derived_from<google::protobuf::Message> M>
struct payload_traits<M> {
  /// As protobuf's JSON.
  static payload encode(const M& message) { return detail::encode_message_as_json(message); }
  /// From JSON or bytes, whichever came.
  static M decode(const payload_view& from) {
    M message;
    detail::decode_message(from, message);
    return message;
  }
};

/// These travel as bytes (`binary/protobuf`).
template <class M>
struct payload_traits<binary_proto<M>> {
  /// As bytes.
  static payload encode(const binary_proto<M>& value) {
    return detail::encode_message_as_binary(value.message);
  }
  /// From JSON or bytes, whichever came.
  static binary_proto<M> decode(const payload_view& from) {
    binary_proto<M> value;
    detail::decode_message(from, value.message);
    return value;
  }
};

} // namespace troupe
