// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>

namespace troupe {

namespace {

class descriptor {
public:
  explicit descriptor(int number) : number_(number) {}
  ~descriptor() {
    if (number_ >= 0)
      close(number_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }

private:
  int number_;
};

std::string reason(int error) {
  return std::generic_category().message(error);
}

} // namespace

file_text read_file(const std::string& path, std::size_t most) {
  file_text to;
  if (path.find('\0') != std::string::npos) {
    to.why_not = "its name holds a NUL";
    return to;
  }
  const descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.get() < 0) {
    to.why_not = reason(errno);
    to.is_missing = errno == ENOENT;
    return to;
  }
  std::array<char, std::size_t{64} * 1024> part;
  while (true) {
    const auto got = read(file.get(), part.data(), part.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0) {
      to.why_not = reason(errno);
      to.bytes.clear();
      return to;
    }
    if (got == 0)
      return to;
    to.bytes.append(part.data(), static_cast<std::size_t>(got));
    if (to.bytes.size() > most) {
      to.why_not = "it is larger than " + std::to_string(most) + " bytes";
      to.bytes.clear();
      return to;
    }
  }
}

} // namespace troupe
