// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace troupe::rpc {

/// The largest request that the service takes, as gRPC servers are by default; the real one is not
/// told otherwise.
inline constexpr std::size_t most_bytes_of_message = std::size_t{4} << 20;

} // namespace troupe::rpc
