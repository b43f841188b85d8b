// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/wire/wire_reader.hpp"

#include <algorithm>
#include <vector>

namespace troupe {

wire_reader::group_walk
wire_reader::walk_group(std::string_view inside, std::uint64_t field) noexcept {
  wire_reader in{inside};
  std::vector<std::uint64_t> open{field};
  std::size_t depth = 1;
  while (in.at_ != in.end_) {
    std::uint64_t tag = 0;
    std::uint64_t value = 0;
    if (!in.read_tag(tag))
      return {};
    bool is_whole = false;
    switch (tag & 7) {
    case varint_type: is_whole = in.varint(value); break;
    case fixed64_type: is_whole = in.skip(8); break;
    case text_type:
      is_whole = in.varint(value) && value <= static_cast<std::uint64_t>(in.end_ - in.at_)
                 && in.skip(static_cast<std::ptrdiff_t>(value));
      break;
    case group_type:
      is_whole = open.size() < deepest_group;
      open.push_back(tag >> 3);
      depth = std::max(depth, open.size());
      break;
    case group_end_type:
      if (open.back() != tag >> 3)
        return {};
      open.pop_back();
      if (open.empty())
        return {in.at_, depth};
      continue;
    case fixed32_type: is_whole = in.skip(4); break;
    default: break;
    }
    if (!is_whole)
      return {};
  }
  return {};
}

std::size_t wire_reader::group_depth(std::string_view group) noexcept {
  wire_reader in{group};
  std::uint64_t tag = 0;
  if (!in.read_tag(tag) || (tag & 7) != group_type)
    return 0;
  return walk_group({in.at_, static_cast<std::size_t>(in.end_ - in.at_)}, tag >> 3).depth;
}

} // namespace troupe
