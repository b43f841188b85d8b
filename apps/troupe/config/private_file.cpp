// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/config/private_file.hpp"

#include "apps/troupe/cli.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace troupe::cli {
namespace {

namespace fs = std::filesystem;

constexpr mode_t owner_only = 0600;

std::string reason(int error) {
  return std::generic_category().message(error);
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0;
}

// Folders that are missing are made for the owner only.
std::string make_folders(const fs::path& folder) {
  std::error_code failed;
  if (folder.empty() || fs::exists(folder, failed))
    return {};
  if (auto why = make_folders(folder.parent_path()); !why.empty())
    return why;
  // Another program may be making it, too.
  if (fs::create_directory(folder, failed); !failed)
    fs::permissions(folder, fs::perms::owner_all, failed);
  return failed ? failed.message() : std::string{};
}

// Where the file is or is to be: renaming onto a link would replace the link.
fs::path behind_links(fs::path path) {
  constexpr int most = 40; // as many as the system follows
  std::error_code failed;
  for (int i = 0; i < most && fs::is_symlink(path, failed); ++i)
    path = path.parent_path() / fs::read_symlink(path, failed);
  return path;
}

} // namespace

private_file_edit::private_file_edit(const std::string& path, std::string what)
    : path_(behind_links(path)), what_(std::move(what)) {
  std::error_code none;
  if (const auto there = fs::status(path_, none);
      fs::exists(there) && !fs::is_regular_file(there)) // a device would be replaced
    fail(fs::is_directory(there) ? reason(EISDIR) : "not a regular file");
  if (const auto why = make_folders(fs::path{path_}.parent_path()); !why.empty())
    fail(why);
  lock_ = ::open((path_ + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, owner_only);
  if (lock_ < 0)
    fail(reason(errno));
  while (::flock(lock_, LOCK_EX) != 0) {
    if (errno == EINTR)
      continue;
    const auto why = reason(errno);
    ::close(lock_);
    fail(why);
  }
}

private_file_edit::~private_file_edit() {
  ::close(lock_);
}

void private_file_edit::fail(const std::string& why) const {
  throw command_error("failed writing " + what_ + ": " + why);
}

void private_file_edit::write(std::string_view bytes) const {
  // The lock makes its name ours: what stands there is of a program that was killed.
  const auto beside = path_ + ".new";
  ::unlink(beside.c_str());
  const int file =
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, owner_only);
  if (file < 0)
    fail(reason(errno));
  std::string why;
  if (!write_all(file, bytes))
    why = reason(errno);
  if (::close(file) != 0 && why.empty())
    why = reason(errno);
  if (why.empty() && ::rename(beside.c_str(), path_.c_str()) != 0)
    why = reason(errno);
  if (why.empty())
    return;
  ::unlink(beside.c_str());
  fail(why);
}

} // namespace troupe::cli
