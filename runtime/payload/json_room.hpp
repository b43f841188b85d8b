// SPDX-License-Identifier: Apache-2.0
// Room for the text of large documents, one piece for each thread and use, so that a thread that
// reads (or writes) them all day does not allocate. More than one at a time is fine, the others are
// then allocated.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace troupe {

struct json_room {
  std::unique_ptr<char[]> bytes;
  std::size_t size = 0;

  /// At least `size` bytes: the one that was put back last, if it is large enough.
  static json_room borrow(json_room& spare, std::size_t size) {
    if (spare.size >= size)
      return {std::move(spare.bytes), std::exchange(spare.size, 0)};
    return {std::unique_ptr<char[]>{new char[size]}, size};
  }

  static void put_back(json_room& spare, json_room room) {
    // Very large documents are rare; their room is not kept on every thread.
    constexpr std::size_t largest_kept = 1 << 20;
    if (room.size > spare.size && room.size <= largest_kept)
      spare = std::move(room);
  }
};

} // namespace troupe
