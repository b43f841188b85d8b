// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace troupe::embedded {

/// One piece of a list filter.
struct visibility_token {
  enum class kind {
    end,
    name,          ///< not a keyword, or back-quoted
    keyword,       ///< in lower case
    text,          ///< without quotes, escapes read
    integer,       ///< digits
    real,          ///< with a point or an exponent
    hex_number,    ///< `0x1f`
    hex_bytes,     ///< the digits of `X'1f'`
    bits,          ///< the digits of `B'01'`
    argument,      ///< `?` or `:name`
    list_argument, ///< `::name`
    symbol,        ///< operators and brackets, as written
    bad            ///< nothing that the grammar knows
  } what = kind::end;
  std::string text;
  /// Error texts show it (they leave out symbols and empty texts).
  bool is_shown = false;
  std::size_t begin = 0; ///< offsets of it in the filter; inside of `/*! */`, those of the comment
  std::size_t end = 0;
};

/// True for the words that the real server's SQL grammar keeps for itself, in lower case.
bool is_sql_keyword(std::string_view lower);
/// True for those of them that still may name a column.
bool is_sql_name(std::string_view lower);

/// Cuts a list filter into tokens, in MySQL's dialect as the real server reads it: comments
/// (`--`, `#`, `//`, `/* */`) are skipped, `/*! ... */` is read, `&&` and `||` are `and` and `or`.
class visibility_lexer {
public:
  explicit visibility_lexer(std::string_view text) : text_(text) { next(); }

  [[nodiscard]] const visibility_token& current() const noexcept { return current_; }
  void next();
  [[nodiscard]] bool is_keyword(std::string_view lower) const {
    return current_.what == visibility_token::kind::keyword && current_.text == lower;
  }
  [[nodiscard]] bool is_symbol(std::string_view symbol) const {
    return current_.what == visibility_token::kind::symbol && current_.text == symbol;
  }

private:
  using kind = visibility_token::kind;

  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void skip_zero();
  [[nodiscard]] bool skip_blanks_and_comments();
  void read_word();
  void read_digits(kind what, bool (*is_one)(char));
  void read_number();
  void read_text(char quote);
  void read_quoted_name();
  void read_argument();
  void read_symbol();
  void finish(kind what, std::string text);

  std::string_view text_;
  std::size_t at_ = 0;
  visibility_token current_;
  /// What a `/*! */` holds, while it is read.
  std::string special_text_;
  std::unique_ptr<visibility_lexer> special_;
};

} // namespace troupe::embedded
