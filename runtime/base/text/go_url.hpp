// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace troupe {

/// A URL as the real server reads it, which does so by Go's `net/url`.
struct go_url {
  std::string problem; ///< in Go's words; the others are empty then
  std::string scheme;  ///< in small letters; empty if it has none
  std::string host;    ///< with its port; empty if it has none
  std::string text;    ///< put together again, escaped where it has to be
};

[[nodiscard]] go_url read_go_url(std::string_view text);

} // namespace troupe
