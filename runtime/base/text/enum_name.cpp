// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/enum_name.hpp"

namespace troupe {

std::string camel_case(std::string_view enum_name, std::string_view prefix) {
  if (enum_name.starts_with(prefix))
    enum_name.remove_prefix(prefix.size());
  std::string out;
  out.reserve(enum_name.size());
  bool begins_word = true;
  for (const char c : enum_name) {
    if (c == '_') {
      begins_word = true;
      continue;
    }
    out += !begins_word && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    begins_word = false;
  }
  return out;
}

std::string enum_name(std::string_view camel_case, std::string_view prefix) {
  if (camel_case.starts_with(prefix))
    return std::string{camel_case};
  std::string out{prefix};
  for (const char c : camel_case) {
    if (c >= 'A' && c <= 'Z' && out.size() > prefix.size())
      out += '_';
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

} // namespace troupe
