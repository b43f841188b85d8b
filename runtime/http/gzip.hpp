// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::http {

/// A body as gzip, quickly rather than small.
[[nodiscard]] std::string to_gzip(std::string_view body);

/// Why there is nothing behind a gzip.
enum class gzip_problem : char {
  damaged, ///< or cut off, or followed by something else
  too_large,
};

/// What gzip holds, if that is at most `most` bytes: more is never held.
result<std::string, gzip_problem> from_gzip(std::string_view packed, std::size_t most);

} // namespace troupe::http
