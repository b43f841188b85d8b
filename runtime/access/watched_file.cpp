// SPDX-License-Identifier: Apache-2.0
#include "runtime/access/watched_file.hpp"

#include <sys/stat.h>

namespace troupe::access {

namespace {

constexpr std::size_t largest = std::size_t{8} << 20;

} // namespace

std::optional<file_text> watched_file::read_if_changed() {
  stamp now;
  struct stat found{};
  if (::stat(path_.c_str(), &found) == 0) {
    now = {found.st_mtim.tv_sec, found.st_mtim.tv_nsec, found.st_ino, found.st_size};
    is_open_to_others_ = (found.st_mode & (S_IRWXG | S_IRWXO)) != 0;
  }
  if (last_ == now)
    return std::nullopt;
  last_ = now;
  return read_file(path_, largest);
}

} // namespace troupe::access
