// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace troupe {

/// A payload and a C++ type do not fit. The text says where: `at .lang: expected number, got string
/// "fr"`.
///
/// Nexus handlers answer a request whose input throws it with BAD_REQUEST, which is not retried.
class payload_error : public std::runtime_error {
public:
  /// One of the whole value.
  explicit payload_error(const std::string& problem) : payload_error({}, problem) {}
  /// One of the part that `path` names: `items[2].name`.
  payload_error(std::string path, std::string problem)
      : std::runtime_error(path.empty() ? problem : "at " + path + ": " + problem),
        path_(std::move(path)), problem_(std::move(problem)) {}

  /// The same one, of what `of` names: its text begins with that.
  payload_error(const std::string& of, const payload_error& inner)
      : std::runtime_error(of + ": " + inner.what()), path_(inner.path_), problem_(inner.problem_) {
  }

  /// Where in the value, e.g. `.items[3].name`; empty for the value itself.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// The text without the place.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
  std::string path_;
  std::string problem_;
};

} // namespace troupe
