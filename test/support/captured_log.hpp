// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/log/log.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::test {

/// Takes what is logged while it lives, from warnings on if not told otherwise. One at a time; any
/// thread may log.
class captured_log {
public:
  /// Lines below `least` are not taken.
  explicit captured_log(log::level least = log::level::warn) {
    log::configure(least, log::format::text);
    log::set_sink(lines_);
  }
  captured_log(const captured_log&) = delete;
  captured_log& operator=(const captured_log&) = delete;
  ~captured_log() { log::configure(log::level::warn, log::format::text); }

  /// How many lines have this in their message or fields.
  [[nodiscard]] std::size_t count(const std::string& text) const {
    log::flush();
    const std::lock_guard guard{lines_->mutex};
    return static_cast<std::size_t>(
        std::count_if(lines_->all.begin(), lines_->all.end(), [&](const auto& line) {
          return line.find(text) != std::string::npos;
        }));
  }

  /// The fields of the lines with exactly this message, in their order.
  [[nodiscard]] std::vector<std::map<std::string, std::string>>
  lines_of(std::string_view message) const {
    log::flush();
    const std::lock_guard guard{lines_->mutex};
    std::vector<std::map<std::string, std::string>> found;
    for (const auto& [text, fields] : lines_->fields)
      if (text == message)
        found.push_back(fields);
    return found;
  }

private:
  struct recorder final : log::sink {
    void write(const log::line& what) override {
      std::string line{what.message};
      std::map<std::string, std::string> named;
      for (const auto& each : what.fields) {
        line.append(" ").append(each.key).append("=").append(each.value);
        named.emplace(each.key, each.value);
      }
      const std::lock_guard guard{mutex};
      all.push_back(std::move(line));
      fields.emplace_back(what.message, std::move(named));
    }
    std::mutex mutex;
    std::vector<std::string> all;
    std::vector<std::pair<std::string, std::map<std::string, std::string>>> fields;
  };
  std::shared_ptr<recorder> lines_ = std::make_shared<recorder>();
};

} // namespace troupe::test
