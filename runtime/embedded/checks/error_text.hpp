// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/rpc_status.hpp>

#include <cstddef>

namespace troupe::embedded {

/// Errors travel in headers, of which clients take 8 KiB: so many bytes of the text as it travels,
/// where a byte that is not printable ASCII is three, and once more within the details.
inline constexpr std::size_t longest_error_text = 3000;
inline constexpr std::size_t largest_error_details = 64 * 1024;

/// The status as it may leave: its text valid UTF-8 and of bounded length, however much of a
/// request it cites; its details cut in the same way, or dropped if they are larger all the same.
rpc_status fit_to_send(rpc_status status);

} // namespace troupe::embedded
