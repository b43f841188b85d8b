// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace troupe {

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// The text itself if it is valid UTF-8, or else with every byte beyond ASCII replaced by `?`:
/// protobuf refuses to send anything else as a string, and an error text is better damaged than
/// lost.
[[nodiscard]] std::string to_valid_utf8(std::string text);

} // namespace troupe
