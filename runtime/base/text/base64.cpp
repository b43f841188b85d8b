// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/base64.hpp"

#include <absl/strings/escaping.h>

#include <algorithm>

namespace troupe {

std::string to_base64(std::string_view bytes) {
  return absl::Base64Escape({bytes.data(), bytes.size()});
}

std::string to_base64url(std::string_view bytes, bool padded) {
  auto text = absl::WebSafeBase64Escape({bytes.data(), bytes.size()});
  if (padded)
    text.resize((text.size() + 3) / 4 * 4, '=');
  return text;
}

bool decode_base64(std::string_view text, std::string& bytes) {
  // Abseil reads over white space and takes a dot for padding.
  const auto is_foreign = [](char c) { return c == '.' || c == ' ' || (c >= '\t' && c <= '\r'); };
  if (std::ranges::any_of(text, is_foreign))
    return false;
  const absl::string_view from{text.data(), text.size()};
  return text.find_first_of("-_") == std::string_view::npos
             ? absl::Base64Unescape(from, &bytes)
             : absl::WebSafeBase64Unescape(from, &bytes);
}

} // namespace troupe
