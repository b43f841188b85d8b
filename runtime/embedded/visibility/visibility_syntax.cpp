// SPDX-License-Identifier: Apache-2.0
// How error texts show what was read.
#include "runtime/embedded/visibility/visibility_syntax.hpp"

#include <algorithm>
#include <string>

namespace troupe::embedded {

namespace {

using kind = visibility_syntax::kind;
using token_kind = visibility_token::kind;

} // namespace

std::string_view without_blanks(std::string_view filter) {
  constexpr std::string_view blanks = " \t\n\v\f\r";
  const auto begin = std::min(filter.find_first_not_of(blanks), filter.size());
  filter.remove_prefix(begin);
  return filter.substr(0, filter.find_last_not_of(blanks) + 1);
}

std::string quote_name(std::string_view name) {
  bool is_plain = !name.empty() && !(name.front() >= '0' && name.front() <= '9');
  const bool is_system = name.starts_with("@@");
  std::string small;
  for (const char c : name) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@';
    const bool is_digit = c >= '0' && c <= '9';
    is_plain = is_plain
               && (is_letter || is_digit
                   || (is_system && (c == '.' || c == '\'' || c == '"' || c == '`')));
    small += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  if (is_plain && !is_sql_keyword(small))
    return std::string{name};
  std::string quoted{'`'};
  for (const char c : name) {
    quoted += c;
    if (c == '`')
      quoted += c;
  }
  return quoted + '`';
}

std::string quote_text(std::string_view text) {
  std::string quoted{'\''};
  for (const char c : text) {
    switch (c) {
    case '\0': quoted += "\\0"; break;
    case '\b': quoted += "\\b"; break;
    case '\n': quoted += "\\n"; break;
    case '\r': quoted += "\\r"; break;
    case '\t': quoted += "\\t"; break;
    case '\x1a': quoted += "\\Z"; break;
    case '\'':
    case '"':
    case '\\': quoted += '\\'; [[fallthrough]];
    default: quoted += c;
    }
  }
  return quoted + '\'';
}

std::string to_text(const visibility_syntax& node, std::string_view filter) {
  const auto inner = [&](std::size_t at) { return to_text(*node.inner[at], filter); };
  switch (node.what) {
  case kind::value:
    switch (node.literal) {
    case token_kind::text: return quote_text(node.text);
    case token_kind::hex_bytes: return "X'" + node.text + '\'';
    case token_kind::bits: return "B'" + node.text + '\'';
    default: return node.text;
    }
  case kind::truth:
  case kind::column: return node.text;
  case kind::null: return "null";
  case kind::parenthesised: return '(' + inner(0) + ')';
  case kind::tuple: {
    std::string text;
    for (std::size_t at = 0; at < node.inner.size(); ++at)
      text += (at == 0 ? "" : ", ") + inner(at);
    return '(' + text + ')';
  }
  case kind::comparison:
    return inner(0) + ' ' + node.text + ' ' + inner(1)
           + (node.inner.size() > 2 ? " escape " + inner(2) : "");
  case kind::binary: return inner(0) + ' ' + node.text + ' ' + inner(1);
  default: return std::string{without_blanks(filter).substr(node.begin, node.end - node.begin)};
  }
}

std::string_view type_of(const visibility_syntax& node) {
  switch (node.what) {
  case kind::value: return "*sqlparser.SQLVal";
  case kind::truth: return "sqlparser.BoolVal";
  case kind::null: return "*sqlparser.NullVal";
  case kind::column: return "*sqlparser.ColName";
  case kind::parenthesised: return "*sqlparser.ParenExpr";
  case kind::tuple: return "sqlparser.ValTuple";
  case kind::list_argument: return "sqlparser.ListArg";
  case kind::comparison: return "*sqlparser.ComparisonExpr";
  case kind::range: return "*sqlparser.RangeCond";
  case kind::is_test: return "*sqlparser.IsExpr";
  case kind::all: return "*sqlparser.AndExpr";
  case kind::any: return "*sqlparser.OrExpr";
  case kind::negation: return "*sqlparser.NotExpr";
  case kind::binary: return "*sqlparser.BinaryExpr";
  case kind::unary: return "*sqlparser.UnaryExpr";
  case kind::function: return "*sqlparser.FuncExpr";
  case kind::other: return node.text;
  }
  return "";
}

} // namespace troupe::embedded
