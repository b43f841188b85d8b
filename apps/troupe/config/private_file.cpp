// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/config/private_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace troupe::cli {
namespace {

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
std::string make_folders(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::error_code failed;
  if (folder.empty() || fs::exists(folder, failed))
    return {};
  if (auto why = make_folders(folder.parent_path()); !why.empty())
    return why;
  fs::create_directory(folder, failed);
  if (!failed)
    fs::permissions(folder, fs::perms::owner_all, failed);
  return failed ? failed.message() : std::string{};
}

} // namespace

std::string write_private_file(const std::string& path, std::string_view bytes) {
  if (auto why = make_folders(std::filesystem::path{path}.parent_path()); !why.empty())
    return why;
  // `mkostemp` makes it for the owner only.
  auto beside = path + ".XXXXXX";
  const int file = ::mkostemp(beside.data(), O_CLOEXEC);
  if (file < 0)
    return reason(errno);
  std::string why;
  if (!write_all(file, bytes))
    why = reason(errno);
  if (::close(file) != 0 && why.empty())
    why = reason(errno);
  if (why.empty() && ::rename(beside.c_str(), path.c_str()) != 0)
    why = reason(errno);
  if (!why.empty())
    ::unlink(beside.c_str());
  return why;
}

} // namespace troupe::cli
