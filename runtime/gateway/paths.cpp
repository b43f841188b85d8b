// SPDX-License-Identifier: Apache-2.0
#include "runtime/gateway/paths.hpp"

#include <algorithm>
#include <vector>

namespace troupe::gateway {

std::string clean_path(std::string_view path) {
  std::vector<std::string_view> kept;
  auto rest = path;
  while (!rest.empty()) {
    const auto segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(segment.size() + 1, rest.size()));
    if (segment == "..") {
      if (!kept.empty())
        kept.pop_back();
    } else if (!segment.empty() && segment != ".") {
      kept.push_back(segment);
    }
  }
  std::string out;
  for (const auto segment : kept)
    out.append("/").append(segment);
  if (out.empty() || path.ends_with('/'))
    out += '/';
  return out;
}

} // namespace troupe::gateway
