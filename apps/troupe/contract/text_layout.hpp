// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace troupe::cli::contract {

/// C++ text in lines of at most 100 columns, broken as clang-format breaks them by the rules of
/// this project.
class text_layout {
public:
  void line(std::size_t indent, const std::string& text);
  void blank() { text_ += '\n'; }
  /// Lines of a `///` comment.
  void comment(std::size_t indent, const std::vector<std::string>& lines);
  /// `head = open a, b close`, where `open` and `close` are `f(` and `);`. With `braced`, the list
  /// is in braces of its own.
  void assignment(
      std::size_t indent,
      const std::string& head,
      const std::string& open,
      const std::vector<std::string>& items,
      const std::string& close,
      bool braced = false);
  /// `macro(name, middle(a, b))`; `middle` may be empty, and then the list has no parentheses.
  void macro_call(
      const std::string& macro,
      const std::vector<std::string>& first,
      const std::string& open,
      const std::vector<std::string>& items);

  [[nodiscard]] const std::string& text() const { return text_; }

private:
  void
  items(std::size_t indent, std::vector<std::string> all, const std::string& close, bool braced);

  std::string text_;
};

/// `a, b`.
std::string joined(const std::vector<std::string>& all);

/// A comment's line without what would end or break it. A backslash at the end would join the next
/// line to it.
std::string harmless(const std::string& line);

/// Whether this fits into a line.
bool fits(std::size_t indent, const std::string& text);

} // namespace troupe::cli::contract
