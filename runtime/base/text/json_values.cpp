// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/text/json_values.hpp"

namespace troupe {

namespace {

/// Where the string ends that begins at `at`; the size of the text if it does not.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (;;) {
    at = json.find('"', at + 1);
    if (at == std::string_view::npos)
      return json.size();
    const auto before = json.find_last_not_of('\\', at - 1);
    if ((at - 1 - before) % 2 == 0) // no escape, or an escaped backslash
      return at;
  }
}

} // namespace

bool has_few_values(std::string_view json, std::size_t most) {
  // Each value but the first one of a list or an object has a comma before it.
  std::size_t values = 1;
  for (std::size_t at = 0; at < json.size() && values <= most; ++at) {
    switch (json[at]) {
    case ',':
    case '[':
    case '{': ++values; break;
    case '"': at = end_of_string(json, at); break; // what it holds does not count
    default: break;
    }
  }
  return values <= most;
}

} // namespace troupe
