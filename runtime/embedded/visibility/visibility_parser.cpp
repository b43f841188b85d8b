// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/visibility/visibility_syntax.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::embedded {

namespace {

using kind = visibility_syntax::kind;
using token_kind = visibility_token::kind;

/// What is read of one filter before others have waited long enough: some milliseconds.
constexpr std::size_t longest_filter = 256 * 1024;
constexpr std::size_t most_tokens = 16 * 1024;
/// So many brackets are one too many; unary operators count too, as they nest as deep.
constexpr int too_deep = 200;
/// Of operators side by side, which make a tree as deep as the chain is long.
constexpr int longest_chain = 1000;

bool starts_with_words(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size())
    return false;
  return std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
    return a == (b >= 'A' && b <= 'Z' ? b - 'A' + 'a' : b);
  });
}

/// Recursive descent over one filter; errors leave as `refused_filter`.
class parser {
public:
  /// The real server parses a whole statement around the filter and counts from its start: `before`
  /// is how much of it stands before the filter.
  parser(std::string_view text, std::size_t before) : lexer_(text), before_(before) {}

  visibility_statement parse(bool has_where) {
    visibility_statement made;
    if (has_where)
      made.where = expression();
    if (take_keyword("group")) {
      expect_keyword("by");
      do
        made.group_by.push_back(expression());
      while (take_symbol(","));
    }
    if (take_keyword("having"))
      expression(); // read and never looked at, as there
    if (take_keyword("order")) {
      expect_keyword("by");
      made.has_order = true;
      do {
        expression();
        if (!take_keyword("asc"))
          take_keyword("desc");
      } while (take_symbol(","));
    }
    if (take_keyword("limit")) {
      made.has_limit = true;
      expression();
      if (take_symbol(",") || take_keyword("offset"))
        expression();
    }
    if (take_keyword("for")) {
      expect_keyword("update");
    } else if (take_keyword("lock")) {
      for (const auto* word : {"in", "share", "mode"})
        expect_keyword(word);
    }
    take_symbol(";");
    if (lexer_.current().what != token_kind::end)
      fail_syntax();
    return made;
  }

  /// True for what the real server does not put behind a WHERE.
  static bool is_clause(std::string_view text) {
    return text.empty() || starts_with_words(text, "order by")
           || starts_with_words(text, "group by");
  }

private:
  [[noreturn]] void fail_at(std::string what) {
    throw refused_filter{
        "malformed SQL query: " + std::move(what) + " at position "
        + std::to_string(before_ + lexer_.current().end + 1)};
  }
  [[noreturn]] void fail_syntax() {
    const auto& token = lexer_.current();
    auto text =
        "malformed SQL query: syntax error at position " + std::to_string(before_ + token.end + 1);
    if (token.is_shown)
      text += " near '" + token.text + '\'';
    throw refused_filter{std::move(text)};
  }

  void advance() {
    last_end_ = lexer_.current().end;
    if (++tokens_ > most_tokens)
      throw refused_filter{
          "the filter has more than " + std::to_string(most_tokens) + " words and signs"};
    lexer_.next();
  }
  bool take_keyword(std::string_view lower) {
    if (!lexer_.is_keyword(lower))
      return false;
    advance();
    return true;
  }
  void expect_keyword(std::string_view lower) {
    if (!take_keyword(lower))
      fail_syntax();
  }
  bool take_symbol(std::string_view symbol) {
    if (!lexer_.is_symbol(symbol))
      return false;
    advance();
    return true;
  }
  void expect_symbol(std::string_view symbol) {
    if (!take_symbol(symbol))
      fail_syntax();
  }
  void open() {
    if (++depth_ >= too_deep)
      fail_at("max nesting level reached");
    expect_symbol("(");
  }
  void close() {
    expect_symbol(")");
    --depth_;
  }

  /// A node that begins at `begin` and ends with the last token that was read.
  syntax_ptr make(kind what, std::size_t begin, std::string text = {}) const {
    auto made = std::make_unique<visibility_syntax>();
    made->what = what;
    made->text = std::move(text);
    made->begin = begin;
    made->end = std::max(begin, last_end_);
    return made;
  }
  template <class... Inner>
  syntax_ptr make(kind what, std::size_t begin, std::string text, Inner... inner) const {
    auto made = make(what, begin, std::move(text));
    (made->inner.push_back(std::move(inner)), ...);
    return made;
  }

  void check_chain(int length) {
    if (length > longest_chain)
      fail_at("too many operators in a row");
  }

  // -- truths

  syntax_ptr expression() {
    return list(
        "or", kind::any, [this] { return list("and", kind::all, [this] { return factor(); }); });
  }

  template <class Read>
  syntax_ptr list(std::string_view keyword, kind what, const Read& read) {
    const auto begin = lexer_.current().begin;
    auto first = read();
    if (!lexer_.is_keyword(keyword))
      return first;
    auto made = make(what, begin, {}, std::move(first));
    while (take_keyword(keyword))
      made->inner.push_back(read());
    made->end = last_end_;
    return made;
  }

  syntax_ptr factor() {
    const auto begin = lexer_.current().begin;
    std::size_t count = 0;
    for (; take_keyword("not"); ++count)
      ;
    auto inner = condition();
    for (int length = 0; lexer_.is_keyword("is"); ++length) {
      check_chain(length);
      inner = is_test(begin, std::move(inner));
    }
    if (count == 0)
      return inner;
    auto made = make(kind::negation, begin, {}, std::move(inner));
    made->count = count;
    return made;
  }

  syntax_ptr is_test(std::size_t begin, syntax_ptr subject) {
    advance();
    std::string text = take_keyword("not") ? "is not " : "is ";
    for (const auto* word : {"null", "true", "false"})
      if (take_keyword(word))
        return make(kind::is_test, begin, text + word, std::move(subject));
    fail_syntax();
  }

  syntax_ptr condition() {
    const auto begin = lexer_.current().begin;
    if (take_keyword("exists"))
      return subquery_of(begin, "*sqlparser.ExistsExpr");
    if (take_keyword("default")) {
      if (lexer_.is_symbol("("))
        skip_call();
      return make(kind::other, begin, "*sqlparser.Default");
    }
    auto left = value();
    static constexpr std::array<std::string_view, 8> comparisons{
        "=", "<", ">", "<=", ">=", "!=", "<>", "<=>"};
    for (const auto symbol : comparisons)
      if (take_symbol(symbol)) {
        auto right = value();
        return make(
            kind::comparison,
            begin,
            symbol == "<>" ? "!=" : std::string{symbol},
            std::move(left),
            std::move(right));
      }
    const bool is_negated = take_keyword("not");
    const std::string negation = is_negated ? "not " : "";
    if (take_keyword("in")) {
      auto right = in_list();
      return make(kind::comparison, begin, negation + "in", std::move(left), std::move(right));
    }
    if (take_keyword("between")) {
      auto from = value();
      expect_keyword("and");
      auto to = value();
      return make(
          kind::range,
          begin,
          negation + "between",
          std::move(left),
          std::move(from),
          std::move(to));
    }
    for (const auto* word : {"like", "regexp", "rlike", "starts_with"})
      if (take_keyword(word)) {
        std::string_view op = word;
        if (op == "rlike")
          op = "regexp";
        auto made =
            make(kind::comparison, begin, negation + std::string{op}, std::move(left), value());
        if (op == "like" && take_keyword("escape"))
          made->inner.push_back(value());
        made->end = last_end_;
        return made;
      }
    if (is_negated)
      fail_syntax();
    return left;
  }

  syntax_ptr in_list() {
    const auto begin = lexer_.current().begin;
    if (lexer_.current().what == token_kind::list_argument) {
      advance();
      return make(kind::list_argument, begin, "sqlparser.ListArg");
    }
    if (!lexer_.is_symbol("("))
      fail_syntax();
    return brackets(true);
  }

  // -- values

  /// `( ... )`: one thing in brackets, several things, or a subquery.
  syntax_ptr brackets(bool one_is_a_tuple) {
    const auto begin = lexer_.current().begin;
    open();
    if (lexer_.is_keyword("select")) {
      skip_to_close();
      --depth_;
      return make(kind::other, begin, "*sqlparser.Subquery");
    }
    auto made = make(kind::tuple, begin);
    do
      made->inner.push_back(expression());
    while (take_symbol(","));
    close();
    made->end = last_end_;
    if (made->inner.size() == 1 && !one_is_a_tuple)
      made->what = kind::parenthesised;
    return made;
  }

  syntax_ptr subquery_of(std::size_t begin, std::string type) {
    open();
    if (!lexer_.is_keyword("select"))
      fail_syntax();
    skip_to_close();
    --depth_;
    return make(kind::other, begin, std::move(type));
  }

  /// Reads on to the bracket that closes the one that was read.
  void skip_to_close() {
    for (int depth = 1; depth > 0; advance()) {
      const auto what = lexer_.current().what;
      if (what == token_kind::end || what == token_kind::bad)
        fail_syntax();
      depth += lexer_.is_symbol("(") ? 1 : lexer_.is_symbol(")") ? -1 : 0;
    }
  }
  void skip_call() {
    expect_symbol("(");
    skip_to_close();
  }

  /// Binary operators, loosest first.
  syntax_ptr value(std::size_t level = 0) {
    static constexpr std::array<std::array<std::string_view, 5>, 6> levels{
        {{"|"}, {"&"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "%", "div", "mod"}, {"^"}}};
    if (level == levels.size())
      return collated();
    const auto begin = lexer_.current().begin;
    auto left = value(level + 1);
    for (int length = 0;; ++length) {
      check_chain(length);
      std::string found;
      for (const auto op : levels[level])
        if (!op.empty() && (lexer_.is_symbol(op) || lexer_.is_keyword(op)))
          found = op == "mod" ? "%" : op;
      if (found.empty())
        return left;
      advance();
      left = make(kind::binary, begin, found, std::move(left), value(level + 1));
    }
  }

  syntax_ptr collated() {
    const auto begin = lexer_.current().begin;
    auto made = unary();
    while (take_keyword("collate")) {
      const auto what = lexer_.current().what;
      if (what != token_kind::name && what != token_kind::text)
        fail_syntax();
      advance();
      made = make(kind::other, begin, "*sqlparser.CollateExpr");
    }
    return made;
  }

  syntax_ptr unary() {
    const auto begin = lexer_.current().begin;
    for (const auto* op : {"+", "-", "~", "!", "binary", "_binary"}) {
      if (!take_symbol(op) && !take_keyword(op))
        continue;
      if (++depth_ >= too_deep)
        fail_at("max nesting level reached");
      auto inner = unary();
      --depth_;
      const std::string_view sign = op;
      const bool is_integer = inner->what == kind::value && inner->literal == token_kind::integer;
      if (!is_integer || (sign != "+" && sign != "-"))
        return make(kind::unary, begin, op, std::move(inner));
      if (sign == "-")
        inner->text = inner->text.starts_with('-') ? inner->text.substr(1) : '-' + inner->text;
      return inner;
    }
    if (take_keyword("interval")) {
      value();
      read_name();
      return make(kind::other, begin, "*sqlparser.IntervalExpr");
    }
    return primary();
  }

  std::string read_name() {
    const auto& token = lexer_.current();
    if (token.what != token_kind::name
        && !(token.what == token_kind::keyword && is_sql_name(token.text)))
      fail_syntax();
    auto name = token.text;
    advance();
    return name;
  }

  syntax_ptr primary() {
    const auto token = lexer_.current();
    switch (token.what) {
    case token_kind::text:
    case token_kind::integer:
    case token_kind::real:
    case token_kind::hex_number:
    case token_kind::hex_bytes:
    case token_kind::bits:
    case token_kind::argument: {
      advance();
      auto made = make(kind::value, token.begin, token.text);
      made->literal = token.what;
      return made;
    }
    case token_kind::symbol:
      if (token.text == "(")
        return brackets(false);
      fail_syntax();
    case token_kind::name: return column();
    case token_kind::keyword: return word();
    default: fail_syntax();
    }
  }

  syntax_ptr word() {
    const auto begin = lexer_.current().begin;
    if (lexer_.is_keyword("true") || lexer_.is_keyword("false")) {
      auto text = lexer_.current().text;
      advance();
      return make(kind::truth, begin, std::move(text));
    }
    if (take_keyword("null"))
      return make(kind::null, begin);
    if (take_keyword("case")) {
      for (int depth = 1; depth > 0; advance()) {
        const auto what = lexer_.current().what;
        if (what == token_kind::end || what == token_kind::bad)
          fail_syntax();
        depth += lexer_.is_keyword("case") ? 1 : lexer_.is_keyword("end") ? -1 : 0;
      }
      return make(kind::other, begin, "*sqlparser.CaseExpr");
    }
    struct call {
      const char* name;
      const char* type;
    };
    static constexpr std::array<call, 13> calls{
        {{"left", ""},
         {"right", ""},
         {"if", ""},
         {"database", ""},
         {"mod", ""},
         {"replace", ""},
         {"convert", "*sqlparser.ConvertExpr"},
         {"cast", "*sqlparser.ConvertExpr"},
         {"substr", "*sqlparser.SubstrExpr"},
         {"substring", "*sqlparser.SubstrExpr"},
         {"match", "*sqlparser.MatchExpr"},
         {"group_concat", "*sqlparser.GroupConcatExpr"},
         {"values", "*sqlparser.ValuesFuncExpr"}}};
    for (const auto& each : calls)
      if (take_keyword(each.name)) {
        const std::string_view name = each.name;
        skip_call();
        if (name == "match") {
          expect_keyword("against");
          skip_call();
        }
        return *each.type == '\0' ? make(kind::function, begin)
                                  : make(kind::other, begin, each.type);
      }
    for (const auto* name :
         {"current_timestamp",
          "current_date",
          "current_time",
          "utc_timestamp",
          "utc_time",
          "utc_date",
          "localtime",
          "localtimestamp"})
      if (take_keyword(name)) {
        if (take_symbol("("))
          expect_symbol(")");
        return make(kind::function, begin);
      }
    return column();
  }

  syntax_ptr column() {
    const auto begin = lexer_.current().begin;
    auto name = quote_name(read_name());
    for (int parts = 1; parts < 3 && lexer_.is_symbol("."); ++parts) {
      advance();
      const auto token = lexer_.current();
      if (token.what != token_kind::name && token.what != token_kind::keyword)
        fail_syntax();
      advance();
      name += '.' + quote_name(token.text);
    }
    if (lexer_.is_symbol("(")) {
      skip_call();
      return make(kind::function, begin);
    }
    auto made = make(kind::column, begin, std::move(name));
    for (const auto* op : {"->", "->>"})
      if (take_symbol(op)) {
        auto path = primary();
        return make(kind::binary, begin, op, std::move(made), std::move(path));
      }
    return made;
  }

  visibility_lexer lexer_;
  std::size_t before_;
  std::size_t last_end_ = 0;
  std::size_t tokens_ = 0;
  int depth_ = 0;
};

} // namespace

visibility_statement parse_visibility_filter(std::string_view text) {
  text = without_blanks(text);
  if (text.size() > longest_filter)
    throw refused_filter{"the filter is longer than " + std::to_string(longest_filter) + " bytes"};
  const bool has_where = !parser::is_clause(text);
  const auto before =
      std::string_view{has_where ? "select * from table1 where " : "select * from table1 "};
  return parser{text, before.size()}.parse(has_where);
}

std::string malformed_condition(std::string_view text) {
  constexpr std::string_view mark = "malformed SQL query: ";
  if (text.size() > longest_filter)
    return {}; // whoever lists by it refuses it
  try {
    parser{text, std::string_view{"select * from dummy where "}.size()}.parse(true);
  } catch (const refused_filter& refused) {
    if (refused.text.starts_with(mark))
      return refused.text.substr(mark.size());
  }
  return {};
}

} // namespace troupe::embedded
