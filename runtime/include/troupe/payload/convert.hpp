// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/payload.hpp>

namespace troupe {

/// Encodes one value, without codec.
template <class T>
[[nodiscard]] payload encode_value(const T& value);

/// Decodes one value that no codec has touched. Throws `payload_error`.
template <class T>
[[nodiscard]] T decode_value(const payload_view& from);

/// One payload a value, without codec: for the details of errors.
template <class... Args>
[[nodiscard]] payloads make_payloads(const Args&... args);

/// Reads arguments into a `std::tuple`; see `data_converter::from_payloads`.
template <class Tuple>
[[nodiscard]] Tuple decode_values(const payloads& from);

} // namespace troupe
