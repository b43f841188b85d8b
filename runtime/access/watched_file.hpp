// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/file.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace troupe::access {

/// A file that is read again when it is another one than it was: by its time, size and place on the
/// disk. One thread at a time.
class watched_file {
public:
  explicit watched_file(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// What is in it, or why it cannot be read, if that has changed since it was asked last. A file
  /// that could not be read is tried again every two seconds.
  [[nodiscard]] std::optional<file_text> read_if_changed();

  /// Others than its owner may read it, as it was when it was read last.
  [[nodiscard]] bool is_open_to_others() const noexcept { return is_open_to_others_; }

private:
  struct stamp {
    std::int64_t seconds = -1;
    std::int64_t nanos = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    friend bool operator==(const stamp&, const stamp&) = default;
  };

  std::string path_;
  std::optional<stamp> last_;
  std::optional<std::chrono::steady_clock::time_point> next_try_; ///< the last one failed
  bool is_open_to_others_ = false;
};

} // namespace troupe::access
