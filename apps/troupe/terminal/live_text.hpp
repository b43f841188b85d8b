// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace troupe::cli {

/// A text on stdout that takes the place of the one before it.
class live_text {
public:
  /// Of a text that is not the last one, a terminal is shown as many of the last lines as it has.
  void show(std::string_view text, bool is_last);

private:
  std::size_t lines_ = 0; ///< of the terminal, that the text before takes
};

/// While it lives, SIGINT and SIGTERM do not end the program: they are told here.
class interrupt {
public:
  interrupt();
  ~interrupt();
  interrupt(const interrupt&) = delete;
  interrupt& operator=(const interrupt&) = delete;

  [[nodiscard]] explicit operator bool() const noexcept;

private:
  struct handlers;
  std::unique_ptr<handlers> before_;
};

} // namespace troupe::cli
