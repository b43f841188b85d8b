// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace troupe {

struct file_text {
  std::string bytes;
  std::string why_not;     ///< empty if `bytes` is the whole file
  bool is_missing = false; ///< there is no such file
};

/// Everything in a file, a pipe or a device, read to its end; blocks. A folder, a file that is not
/// readable and one of more than `most` bytes are named in `why_not` (without the path).
[[nodiscard]] file_text read_file(const std::string& path, std::size_t most);

} // namespace troupe
