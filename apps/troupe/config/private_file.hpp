// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace troupe::cli {

/// Replaces a file, or makes it and the folders above it, so that only its owner can read it: what
/// stands there may be a key. A reader sees the old bytes or the new ones, never a part. What it
/// returns is why not, empty if it did.
[[nodiscard]] std::string write_private_file(const std::string& path, std::string_view bytes);

} // namespace troupe::cli
