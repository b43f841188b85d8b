// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/headers.hpp>

namespace temporal::api::common::v1 {
class Header;
}

namespace troupe::protocol {

/// Adds ours to what is there.
void write_headers(headers&& from, temporal::api::common::v1::Header& to);
/// Takes what came.
[[nodiscard]] headers read_headers(const temporal::api::common::v1::Header& from);

} // namespace troupe::protocol
