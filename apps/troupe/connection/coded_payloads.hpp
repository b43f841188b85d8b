// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/codec.hpp>

namespace google::protobuf {
class Message;
}

namespace troupe::cli {

/// Sends every payload in `what` through the codec, each list together, and each payload that
/// stands alone; but for search attributes, which the service reads. Throws what the codec throws.
void encode_payloads(const payload_codec& with, google::protobuf::Message& what);
/// The reverse.
void decode_payloads(const payload_codec& with, google::protobuf::Message& what);

} // namespace troupe::cli
