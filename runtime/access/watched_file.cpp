// SPDX-License-Identifier: Apache-2.0
#include "runtime/access/watched_file.hpp"

#include <sys/stat.h>

namespace troupe::access {

namespace {

constexpr std::chrono::seconds between_tries{2};
constexpr std::size_t largest = std::size_t{8} << 20;

} // namespace

std::optional<file_text> watched_file::read_if_changed() {
  stamp now;
  struct stat found{};
  if (::stat(path_.c_str(), &found) == 0) {
    now = {found.st_mtim.tv_sec, found.st_mtim.tv_nsec, found.st_ino, found.st_size};
    is_open_to_others_ = (found.st_mode & (S_IRWXG | S_IRWXO)) != 0;
  }
  const bool can_block = now != stamp{} && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode);
  const auto time = std::chrono::steady_clock::now();
  if (last_ == now && (!next_try_ || time < *next_try_))
    return std::nullopt;
  last_ = now;
  // A pipe would hold up the start of the service, or all files that are watched, until it is
  // written.
  auto read = can_block ? file_text{{}, "is no file but a pipe, a socket or a device", false}
                        : read_file(path_, largest);
  // What could not be read, as the process has no descriptor left for one, is there still.
  next_try_.reset();
  if (!read.why_not.empty() && !read.is_missing)
    next_try_ = time + between_tries;
  return read;
}

} // namespace troupe::access
