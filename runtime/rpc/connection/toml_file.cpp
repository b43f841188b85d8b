// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/connection/toml_file.hpp"

#include "runtime/base/file.hpp"
#include "runtime/base/text/printable.hpp"
#include "runtime/base/text/utf8.hpp"

#include <troupe/connection.hpp>

#include <algorithm>
#include <sstream>
#include <string_view>

namespace troupe::rpc {

namespace {

constexpr std::size_t largest = 1U << 20U;
constexpr std::size_t deepest = 512;

[[noreturn]] void
fail(const std::string& name, const std::string& text, std::size_t at, const char* what) {
  const auto before = std::string_view{text}.substr(0, at);
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto column = at - (before.rfind('\n') + 1) + 1;
  throw connection_error(
      "cannot read " + printable(name) + ": line " + std::to_string(line) + ", column "
      + std::to_string(column) + ": " + what);
}

/// Counts how deep values and keys nest, over strings and comments. It need not know all of the
/// grammar: where it is wrong about text that is not TOML, the parser says so afterwards.
class depth_check {
public:
  depth_check(const std::string& text, const std::string& name) : text_(text), name_(name) {}

  void run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (c == '"' || c == '\'')
        skip_string(c);
      else
        count(c);
    }
  }

private:
  void count(char c) {
    switch (c) {
    case '[':
    case '{':
      ++brackets_;
      dots_ = 0;
      break;
    case ']':
    case '}':
      brackets_ -= brackets_ > 0 ? 1 : 0;
      dots_ = 0;
      break;
    case '.': ++dots_; break;
    case '=':
    case ',':
    case '\n': dots_ = 0; break;
    default: break;
    }
    if (brackets_ + dots_ > deepest)
      fail(name_, text_, at_, "nested too deeply");
    ++at_;
  }

  void skip_string(char quote) {
    const std::string triple(3, quote);
    const bool is_long = text_.compare(at_, 3, triple) == 0;
    at_ += is_long ? 3 : 1;
    while (at_ < text_.size()) {
      if (quote == '"' && text_[at_] == '\\') {
        at_ += 2;
      } else if (is_long && text_.compare(at_, 3, triple) == 0) {
        at_ += 3;
        while (at_ < text_.size() && text_[at_] == quote) // quotes before the closing three
          ++at_;
        return;
      } else if (!is_long && (text_[at_] == quote || text_[at_] == '\n')) {
        ++at_;
        return;
      } else {
        ++at_;
      }
    }
  }

  const std::string& text_;
  const std::string& name_;
  std::size_t at_ = 0, brackets_ = 0, dots_ = 0;
};

// Where the text stops being UTF-8.
std::size_t first_bad_byte(const std::string& text) {
  std::size_t good = 0, bad = text.size();
  while (good < bad) { // the longest beginning that is valid, by whole characters
    const auto middle = good + (bad - good + 1) / 2;
    const auto cut = cut_utf8(text, middle).size();
    if (is_utf8(std::string_view{text}.substr(0, std::max(cut, good))) && cut > good)
      good = cut;
    else
      bad = middle - 1;
  }
  return good;
}

/// Where the first mistake is; toml11 3 and 4 say it in different ways.
template <class Mistake>
std::string place_of(const Mistake& bad) {
  const auto words = [](auto line, auto column) {
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
  };
  if constexpr (requires { bad.location().line(); }) {
    return words(bad.location().line(), bad.location().column());
  } else {
    const auto& where = bad.errors().front().locations().front().first;
    return words(where.first_line_number(), where.first_column_number());
  }
}

} // namespace

toml::value parse_toml(const std::string& given, const std::string& name) {
  static constexpr std::string_view mark = "\xEF\xBB\xBF";
  const auto text = given.starts_with(mark) ? given.substr(mark.size()) : given;
  if (text.size() > largest)
    throw connection_error("cannot read " + printable(name) + ": it is larger than a megabyte");
  if (!is_utf8(text))
    fail(name, text, first_bad_byte(text), "not UTF-8");
  if (const auto nul = text.find('\0'); nul != std::string::npos)
    fail(name, text, nul, "a NUL");
  depth_check{text, name}.run();
  std::istringstream from{text};
  try {
    return toml::parse(from, name);
  } catch (const toml::syntax_error& bad) {
    // Its text shows the line.
    throw connection_error("cannot read " + printable(name) + ": " + place_of(bad) + ": not TOML");
  } catch (const std::exception&) {
    throw connection_error("cannot read " + printable(name) + ": not TOML");
  }
}

std::optional<toml::value> read_toml_file(const std::string& path) {
  const auto file = read_file(path, largest);
  if (file.is_missing)
    return std::nullopt;
  if (!file.why_not.empty())
    throw connection_error("cannot read " + printable(path) + ": " + file.why_not);
  return parse_toml(file.bytes, path);
}

} // namespace troupe::rpc
