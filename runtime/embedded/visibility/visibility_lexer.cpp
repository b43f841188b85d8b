// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/visibility/visibility_lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace troupe::embedded {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_bit(char c) {
  return is_hex(c) && (c == '0' || c == '1');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// What a backslash makes of a letter behind it; others stand for themselves.
char unescaped(char c) {
  switch (c) {
  case '0': return '\0';
  case 'b': return '\b';
  case 'n': return '\n';
  case 'r': return '\r';
  case 't': return '\t';
  case 'Z': return '\x1a';
  default: return c;
  }
}

// Longer ones first.
constexpr std::array<std::string_view, 13> long_symbols{
    "<=>", "->>", "->", "<=", ">=", "<>", "!=", "<<", ">>", "&&", "||", "", ""};

} // namespace

void visibility_lexer::finish(kind what, std::string text) {
  current_.what = what;
  current_.is_shown = what != kind::symbol && what != kind::end && !text.empty();
  current_.text = std::move(text);
}

/// The real server's lexer does not see a zero right behind a token or a comment.
void visibility_lexer::skip_zero() {
  if (at_ > 0 && at_ < text_.size() && text_[at_] == '\0')
    ++at_;
}

/// False: a comment is never closed, which is the current token then.
bool visibility_lexer::skip_blanks_and_comments() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    const auto two = text_.substr(at_, 2);
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at_;
    } else if (c == '#' || two == "--" || two == "//") {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (two == "/*") {
      const auto close = text_.find("*/", at_ + 2);
      if (close == std::string_view::npos) {
        finish(kind::bad, std::string{text_.substr(at_)});
        at_ = text_.size();
        return false;
      }
      auto inside = text_.substr(at_ + 2, close - at_ - 2);
      at_ = close + 2;
      if (!inside.starts_with('!')) {
        skip_zero();
        continue;
      }
      inside.remove_prefix(1);
      for (int digits = 0; digits < 5 && !inside.empty() && is_digit(inside.front()); ++digits)
        inside.remove_prefix(1);
      special_text_ = inside;
      special_ = std::make_unique<visibility_lexer>(special_text_);
      return true;
    } else {
      return true;
    }
  }
  return true;
}

void visibility_lexer::read_word() {
  const auto begin = at_;
  const bool is_system = text_.substr(at_, 2) == "@@";
  const auto is_part = [&](char c) {
    return is_letter(c) || is_digit(c)
           || (is_system && (c == '.' || c == '\'' || c == '"' || c == '`'));
  };
  while (at_ < text_.size() && is_part(text_[at_]))
    ++at_;
  std::string word{text_.substr(begin, at_ - begin)};
  std::string small = word;
  std::transform(small.begin(), small.end(), small.begin(), lower);
  if (is_sql_keyword(small))
    finish(kind::keyword, std::move(small));
  else
    finish(kind::name, small == "dual" ? std::move(small) : std::move(word));
}

void visibility_lexer::read_digits(kind what, bool (*is_one)(char)) {
  at_ += 2; // the letter and the quote
  const auto begin = at_;
  while (at_ < text_.size() && is_one(text_[at_]))
    ++at_;
  std::string digits{text_.substr(begin, at_ - begin)};
  const bool is_closed = peek() == '\'';
  if (is_closed)
    ++at_;
  const bool is_whole = what == kind::bits || digits.size() % 2 == 0;
  finish(is_closed && is_whole ? what : kind::bad, std::move(digits));
}

void visibility_lexer::read_number() {
  const auto begin = at_;
  auto what = kind::integer;
  const auto digits = [&] {
    while (is_digit(peek()))
      ++at_;
  };
  if (peek() == '0' && lower(peek(1)) == 'x') {
    what = kind::hex_number;
    at_ += 2;
    while (is_hex(peek()))
      ++at_;
  } else {
    digits();
    if (peek() == '.') {
      what = kind::real;
      ++at_;
      digits();
    }
    if (lower(peek()) == 'e') {
      what = kind::real;
      ++at_;
      if (peek() == '+' || peek() == '-')
        ++at_;
      digits();
    }
  }
  finish(is_letter(peek()) ? kind::bad : what, std::string{text_.substr(begin, at_ - begin)});
}

void visibility_lexer::read_text(char quote) {
  std::string text;
  ++at_;
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == quote) {
      if (peek() != quote || at_ >= text_.size())
        return finish(kind::text, std::move(text));
      ++at_; // a doubled quote stands for one
      text += quote;
    } else if (c == '\\') {
      if (at_ >= text_.size())
        break;
      text += unescaped(text_[at_++]);
    } else {
      text += c;
    }
  }
  finish(kind::bad, std::move(text)); // never closed
}

void visibility_lexer::read_quoted_name() {
  std::string name;
  ++at_;
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == '`') {
      if (peek() != '`')
        return finish(name.empty() ? kind::bad : kind::name, std::move(name));
      ++at_;
    }
    name += c;
  }
  finish(kind::bad, std::move(name));
}

void visibility_lexer::read_argument() {
  const auto begin = at_++;
  auto what = kind::argument;
  if (peek() == ':') {
    what = kind::list_argument;
    ++at_;
  }
  const bool is_named = is_letter(peek());
  while (is_named && (is_letter(peek()) || is_digit(peek()) || peek() == '.'))
    ++at_;
  finish(is_named ? what : kind::bad, std::string{text_.substr(begin, at_ - begin)});
}

void visibility_lexer::read_symbol() {
  for (const auto symbol : long_symbols) {
    if (symbol.empty() || !text_.substr(at_).starts_with(symbol))
      continue;
    at_ += symbol.size();
    if (symbol != "&&" && symbol != "||")
      return finish(kind::symbol, std::string{symbol});
    finish(kind::keyword, symbol == "&&" ? "and" : "or");
    current_.is_shown = false;
    return;
  }
  const char c = text_[at_++];
  constexpr std::string_view known = "=,;()+*%^~&|.-/<>!";
  finish(known.find(c) == std::string_view::npos ? kind::bad : kind::symbol, std::string{c});
}

void visibility_lexer::next() {
  while (true) {
    if (special_) {
      auto inside = special_->current();
      if (inside.what != kind::end) {
        special_->next();
        inside.begin = inside.end = at_;
        current_ = std::move(inside);
        return;
      }
      special_.reset();
    }
    current_ = {};
    skip_zero();
    if (!skip_blanks_and_comments())
      break;
    if (!special_)
      break;
  }
  if (current_.what != kind::bad) {
    current_.begin = at_;
    const char c = peek();
    if (at_ == text_.size())
      finish(kind::end, {});
    else if (lower(c) == 'x' && peek(1) == '\'')
      read_digits(kind::hex_bytes, is_hex);
    else if (lower(c) == 'b' && peek(1) == '\'')
      read_digits(kind::bits, is_bit);
    else if (is_letter(c))
      read_word();
    else if (is_digit(c) || (c == '.' && is_digit(peek(1))))
      read_number();
    else if (c == '\'' || c == '"')
      read_text(c);
    else if (c == '`')
      read_quoted_name();
    else if (c == ':')
      read_argument();
    else if (c == '?') {
      ++at_;
      finish(kind::argument, ":v1");
    } else
      read_symbol();
  }
  current_.end = at_;
}

} // namespace troupe::embedded
