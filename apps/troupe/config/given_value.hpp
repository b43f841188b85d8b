// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace troupe::cli {

/// The value of a property that a command sets. A key typed as `--value` stays in the history of
/// the shell; `--value-file` takes it from a file, a pipe or the terminal.
class given_value {
public:
  void add(CLI::App& command);

  [[nodiscard]] bool is_given() const { return typed_ || !file_.empty(); }
  /// Empty if it was not given. Throws `command_error` for both flags at once, and for a file that
  /// cannot be read; a terminal is asked for the value of `property`, and does not show it.
  [[nodiscard]] std::string read(const std::string& property) const;

private:
  std::optional<std::string> typed_;
  std::string file_;
};

} // namespace troupe::cli
