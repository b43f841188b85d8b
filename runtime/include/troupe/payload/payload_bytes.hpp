// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/payload.hpp>

#include <string>
#include <string_view>

namespace troupe {

/// A payload as the bytes of its Protobuf message, metadata and all: what the codecs of all SDKs
/// encrypt or compress.
[[nodiscard]] std::string to_bytes(const payload& from);
/// The reverse; throws `payload_error` for bytes that are none.
[[nodiscard]] payload payload_from_bytes(std::string_view bytes);

} // namespace troupe
