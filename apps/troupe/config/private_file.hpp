// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace troupe::cli {

/// The right to read a file, change what it says and write it back. Only one program at a time has
/// it, so that none takes back what another one has just written. It lies in a lock of the file
/// `PATH.lock` beside it, which stays there empty; a program that is killed leaves no lock behind.
///
/// Whoever only reads needs none: a reader sees the old bytes or the new ones, never a part.
class private_file_edit {
public:
  /// Makes the folders above it for their owner only, and waits for whoever edits the file now.
  /// Throws `command_error`, which names `what` it is ("config file").
  private_file_edit(const std::string& path, std::string what);
  ~private_file_edit();
  private_file_edit(const private_file_edit&) = delete;
  private_file_edit& operator=(const private_file_edit&) = delete;

  /// Replaces the file, or makes it, so that only its owner can read it: what stands there may be a
  /// key. A path that is a link stays one. Throws `command_error`.
  void write(std::string_view bytes) const;

private:
  [[noreturn]] void fail(const std::string& why) const;

  std::string path_, what_;
  int lock_ = -1;
};

} // namespace troupe::cli
