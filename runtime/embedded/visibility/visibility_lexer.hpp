// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::embedded {

/// One piece of a list filter.
struct visibility_token {
  enum class kind { end, name, text, number, symbol, bad } what = kind::end;
  std::string text; ///< the name without back-quotes, the text without quotes, the number or symbol
                    ///< as written
  bool is_quoted = false; ///< a back-quoted name, which is never a keyword
  std::size_t end = 0;    ///< offset behind it
};

/// Cuts a list filter into tokens; knows SQL's quotes and nothing of the grammar.
class visibility_lexer {
public:
  explicit visibility_lexer(std::string_view text) : text_(text) { next(); }

  [[nodiscard]] const visibility_token& current() const noexcept { return current_; }
  void next();
  /// True if the current token is this keyword (any case).
  [[nodiscard]] bool is_keyword(std::string_view upper) const;
  [[nodiscard]] bool is_symbol(std::string_view symbol) const {
    return current_.what == visibility_token::kind::symbol && current_.text == symbol;
  }

private:
  void read_quoted(char quote);

  std::string_view text_;
  std::size_t at_ = 0;
  visibility_token current_;
};

/// RFC 3339 (`2006-01-02T15:04:05[.999999999](Z|+hh:mm)`) to time; false if it is none.
bool parse_rfc3339(std::string_view text, time_point& out);
/// `1h30m`, `1d`, `hh:mm:ss` or nanoseconds to a duration; false if it is none.
bool parse_duration_text(std::string_view text, std::int64_t& nanoseconds);

} // namespace troupe::embedded
