// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace troupe::test {

/// A folder that goes when the test ends.
class temporary_folder {
public:
  temporary_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "troupe-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw std::runtime_error{"no temporary folder"};
    path_ = pattern;
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  [[nodiscard]] std::string path(std::string_view name) const { return (path_ / name).string(); }

  /// As programs replace files: by another one of the same name. Returns its path.
  std::string write(std::string_view name, std::string_view text) const {
    const auto beside = path("." + std::string{name});
    {
      std::ofstream out{beside, std::ios::binary};
      out << text;
      if (!out.flush())
        throw std::runtime_error{"cannot write " + beside};
    }
    std::filesystem::permissions(
        beside, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::filesystem::rename(beside, path(name));
    return path(name);
  }

private:
  std::filesystem::path path_;
};

} // namespace troupe::test
