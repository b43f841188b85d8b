// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace troupe {

/// The text in quotes with escapes, as Go's `%q` prints it: errors of the real server cite so.
/// `text` is valid UTF-8.
[[nodiscard]] std::string quote_as_go(std::string_view text);

} // namespace troupe
