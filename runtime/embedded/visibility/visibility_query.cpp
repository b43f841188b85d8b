// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/visibility/visibility_query.hpp"

#include "runtime/embedded/visibility/visibility_lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace troupe::embedded {

namespace {

using node = visibility_query::node;
using node_ptr = std::unique_ptr<node>;
using token_kind = visibility_token::kind;

/// The real server parses a whole statement around the filter and counts positions from its start.
constexpr std::size_t statement_before = 27;
/// Deeper nesting than anybody writes; more would be an attack on the stack.
constexpr int deepest_nesting = 200;

constexpr std::array<std::string_view, 9> statuses{
    "",
    "Running",
    "Completed",
    "Failed",
    "Canceled",
    "Terminated",
    "ContinuedAsNew",
    "TimedOut",
    "Paused"};

struct failed_query {
  std::string text;
};

node_ptr make(node::kind what) {
  auto made = std::make_unique<node>();
  made->what = what;
  return made;
}

node_ptr negated(node_ptr inner) {
  auto made = make(node::kind::negation);
  made->inner.push_back(std::move(inner));
  return made;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// Recursive descent over one filter; errors leave as `failed_query`, caught in `compile`.
class parser {
public:
  parser(
      std::string_view text, const std::map<std::string, attribute_type, std::less<>>& attributes)
      : lexer_(text), attributes_(attributes) {}

  node_ptr parse(bool allow_group_by, bool& groups_by_status) {
    node_ptr root;
    if (lexer_.current().what != token_kind::end && !lexer_.is_keyword("GROUP")
        && !lexer_.is_keyword("ORDER") && !lexer_.is_keyword("LIMIT"))
      root = expression();
    if (lexer_.is_keyword("GROUP")) {
      lexer_.next();
      if (!lexer_.is_keyword("BY"))
        fail_syntax();
      lexer_.next();
      const auto field = lexer_.current();
      if (field.what != token_kind::name)
        fail_syntax();
      lexer_.next();
      if (!allow_group_by)
        throw failed_query{"invalid query: operation is not supported: 'GROUP BY' clause"};
      attribute_type type{};
      const auto name = resolve(field.text, type);
      if (name != "ExecutionStatus")
        throw failed_query{"invalid query: operation is not supported: 'GROUP BY' clause is only "
                           "supported for ExecutionStatus"};
      groups_by_status = true;
    }
    if (lexer_.is_keyword("ORDER"))
      throw failed_query{"invalid query: operation is not supported: 'ORDER BY' clause"};
    if (lexer_.is_keyword("LIMIT"))
      throw failed_query{"invalid query: operation is not supported: 'LIMIT' clause"};
    if (lexer_.current().what != token_kind::end)
      fail_syntax();
    return root;
  }

private:
  [[noreturn]] void fail_syntax() {
    const auto& token = lexer_.current();
    auto text = "invalid query: malformed SQL query: syntax error at position "
                + std::to_string(statement_before + token.end + 1);
    if (token.what != token_kind::end)
      text += " near '" + (token.is_quoted ? token.text : lower(token.text)) + "'";
    throw failed_query{std::move(text)};
  }

  [[noreturn]] static void fail(const std::string& why) {
    throw failed_query{"invalid query: invalid expression: " + why};
  }

  node_ptr expression() {
    if (++depth_ > deepest_nesting)
      fail("the expression is nested too deeply");
    auto first = term();
    if (lexer_.is_keyword("OR")) {
      auto any = make(node::kind::any);
      any->inner.push_back(std::move(first));
      while (lexer_.is_keyword("OR")) {
        lexer_.next();
        any->inner.push_back(term());
      }
      first = std::move(any);
    }
    --depth_;
    return first;
  }

  node_ptr term() {
    auto first = factor();
    if (!lexer_.is_keyword("AND"))
      return first;
    auto all = make(node::kind::all);
    all->inner.push_back(std::move(first));
    while (lexer_.is_keyword("AND")) {
      lexer_.next();
      all->inner.push_back(factor());
    }
    return all;
  }

  node_ptr factor() {
    bool is_negated = false;
    for (; lexer_.is_keyword("NOT"); lexer_.next())
      is_negated = !is_negated;
    node_ptr inner;
    if (lexer_.is_symbol("(")) {
      lexer_.next();
      inner = expression();
      if (!lexer_.is_symbol(")"))
        fail_syntax();
      lexer_.next();
    } else {
      inner = comparison();
    }
    return is_negated ? negated(std::move(inner)) : std::move(inner);
  }

  /// The attribute that a name stands for: custom ones first, with and without `Temporal` in front.
  std::string resolve(const std::string& written, attribute_type& type) {
    const auto try_name = [&](const std::string& name) {
      if (auto custom = attributes_.find(name); custom != attributes_.end()) {
        type = custom->second;
        return true;
      }
      if (auto system = system_attributes().find(name); system != system_attributes().end()) {
        type = system->second;
        return true;
      }
      return false;
    };
    if (try_name(written))
      return written;
    if (try_name("Temporal" + written))
      return "Temporal" + written;
    if (written.starts_with("Temporal") && try_name(written.substr(8)))
      return written.substr(8);
    if (written == "ScheduleId") {
      type = attribute_type::keyword;
      return "WorkflowId";
    }
    fail("column name '" + written + "' is not a valid search attribute");
  }

  node_ptr comparison() {
    const auto subject = lexer_.current();
    static constexpr std::array<std::string_view, 5> statement_words{
        "SELECT", "FROM", "WHERE", "AND", "OR"};
    for (auto word : statement_words)
      if (lexer_.is_keyword(word))
        fail_syntax();
    if (subject.what == token_kind::text || subject.what == token_kind::number) {
      lexer_.next();
      if (lexer_.current().what == token_kind::end)
        fail("incomplete expression");
      fail("left side of the comparison must be a column name");
    }
    if (subject.what != token_kind::name)
      fail_syntax();
    lexer_.next();
    if (lexer_.current().what == token_kind::end || lexer_.is_keyword("AND")
        || lexer_.is_keyword("OR") || lexer_.is_symbol(")"))
      fail("incomplete expression");
    if (lexer_.is_symbol("("))
      throw failed_query{"invalid query: operation is not supported: function expression"};
    bool is_negated = false;
    std::string op = lexer_.current().text;
    if (lexer_.is_keyword("NOT")) {
      is_negated = true;
      lexer_.next();
      op = "not " + lexer_.current().text;
    }
    node_ptr made;
    if (lexer_.is_keyword("IN"))
      made = in_list(subject.text, lower(op));
    else if (lexer_.is_keyword("BETWEEN"))
      made = between(subject.text, lower(op));
    else if (lexer_.is_keyword("STARTS_WITH"))
      made = prefix(subject.text, lower(op));
    else if (lexer_.is_keyword("LIKE"))
      fail_like(subject.text, lower(op));
    else if (is_negated)
      fail_syntax();
    else if (lexer_.is_keyword("IS"))
      return null_test(subject.text);
    else
      return simple(subject.text);
    return is_negated ? negated(std::move(made)) : std::move(made);
  }

  [[noreturn]] void fail_like(const std::string& subject, const std::string& op) {
    lexer_.next();
    const auto value = lexer_.current();
    if (value.what != token_kind::text)
      fail_syntax();
    fail("invalid operator '" + op + "' in `" + subject + " " + op + " '" + value.text + "'`");
  }

  void check_operator(const std::string& subject, attribute_type type, const std::string& op) {
    const bool is_equality = op == "=" || op == "!=" || op == "<>";
    const bool is_list = op == "in" || op == "not in";
    if (type == attribute_type::keyword_list && !is_equality && !is_list)
      fail(
          "operator '" + op + "' not supported for KeywordList type search attribute in `" + subject
          + " " + op + "`");
    if (type == attribute_type::text && !is_equality)
      fail(
          "operator '" + op + "' not supported for Text type search attribute in `" + subject + " "
          + op + "`");
  }

  node_ptr
  leaf(node::kind what, std::string name, attribute_type type, attribute_value value = {}) {
    auto made = make(what);
    made->name = std::move(name);
    made->type = type;
    made->value = std::move(value);
    return made;
  }

  node_ptr null_test(const std::string& subject) {
    attribute_type type{};
    auto name = resolve(subject, type);
    lexer_.next();
    const bool is_negated = lexer_.is_keyword("NOT");
    if (is_negated)
      lexer_.next();
    if (!lexer_.is_keyword("NULL"))
      fail_syntax();
    lexer_.next();
    auto made = leaf(node::kind::is_null, std::move(name), type);
    return is_negated ? negated(std::move(made)) : std::move(made);
  }

  node_ptr simple(const std::string& subject) {
    static constexpr std::array<std::string_view, 7> known{"=", "!=", "<>", "<", "<=", ">", ">="};
    const auto op = lexer_.current().text;
    if (lexer_.current().what != token_kind::symbol
        || std::find(known.begin(), known.end(), std::string_view{op}) == known.end())
      fail_syntax();
    lexer_.next();
    const auto written = literal();
    attribute_type type{};
    auto name = resolve(subject, type);
    check_operator(subject, type, op);
    auto value = convert(name, type, written);
    if (op == "=" || op == "!=" || op == "<>") {
      auto made = leaf(node::kind::equal, std::move(name), type, std::move(value));
      return op == "=" ? std::move(made) : negated(std::move(made));
    }
    // a > b is not a <= b, but an absent value satisfies neither.
    if (op == "<" || op == "<=")
      return leaf(
          op == "<" ? node::kind::less : node::kind::less_equal,
          std::move(name),
          type,
          std::move(value));
    auto all = make(node::kind::all);
    all->inner.push_back(negated(leaf(node::kind::is_null, name, type)));
    all->inner.push_back(negated(leaf(
        op == ">" ? node::kind::less_equal : node::kind::less,
        std::move(name),
        type,
        std::move(value))));
    return all;
  }

  node_ptr in_list(const std::string& subject, const std::string& op) {
    lexer_.next();
    if (!lexer_.is_symbol("("))
      fail_syntax();
    attribute_type type{};
    auto name = resolve(subject, type);
    check_operator(subject, type, op);
    auto any = make(node::kind::any);
    do {
      lexer_.next();
      any->inner.push_back(leaf(node::kind::equal, name, type, convert(name, type, literal())));
    } while (lexer_.is_symbol(","));
    if (!lexer_.is_symbol(")"))
      fail_syntax();
    lexer_.next();
    return any;
  }

  node_ptr between(const std::string& subject, const std::string& op) {
    lexer_.next();
    const auto low = literal();
    if (!lexer_.is_keyword("AND"))
      fail_syntax();
    lexer_.next();
    const auto high = literal();
    attribute_type type{};
    auto name = resolve(subject, type);
    check_operator(subject, type, op);
    auto all = make(node::kind::all);
    all->inner.push_back(negated(leaf(node::kind::is_null, name, type)));
    all->inner.push_back(negated(leaf(node::kind::less, name, type, convert(name, type, low))));
    all->inner.push_back(leaf(node::kind::less_equal, name, type, convert(name, type, high)));
    return all;
  }

  node_ptr prefix(const std::string& subject, const std::string& op) {
    lexer_.next();
    const auto value = literal();
    attribute_type type{};
    auto name = resolve(subject, type);
    check_operator(subject, type, op);
    if (type != attribute_type::keyword || value.what != token_kind::text)
      fail(
          "right-hand side of '" + op
          + "' operator must be a string literal of a Keyword search attribute");
    return leaf(node::kind::starts_with, std::move(name), type, value.text);
  }

  visibility_token literal() {
    auto token = lexer_.current();
    if (token.what == token_kind::name) {
      if (lexer_.is_keyword("TRUE") || lexer_.is_keyword("FALSE")) {
        lexer_.next();
        return token;
      }
      throw failed_query{
          "invalid query: operation is not supported: column name on the right side of comparison "
          "expression (did you forget to quote '"
          + token.text + "'?)"};
    }
    if (token.what != token_kind::text && token.what != token_kind::number)
      fail_syntax();
    lexer_.next();
    return token;
  }

  attribute_value
  convert(const std::string& name, attribute_type type, const visibility_token& written) {
    std::int64_t number = 0;
    const auto* begin = written.text.data();
    const auto* end = begin + written.text.size();
    const auto [at, error] = std::from_chars(begin, end, number);
    const bool is_integer = error == std::errc{} && at == end;
    if (name == "ExecutionStatus")
      return status(written, is_integer, number);
    if (name == "ExecutionDuration") {
      if (!parse_duration_text(written.text, number))
        fail("invalid value for search attribute ExecutionDuration: '" + written.text + "'");
      return number;
    }
    switch (type) {
    case attribute_type::datetime: {
      time_point when{};
      if (written.what == token_kind::number && is_integer)
        return number;
      if (!parse_rfc3339(written.text, when))
        fail("unable to parse datetime '" + written.text + "'");
      return std::int64_t{when.time_since_epoch().count()};
    }
    case attribute_type::integer:
      if (is_integer)
        return number;
      return written.text;
    case attribute_type::real: {
      double real = 0;
      const auto [stop, problem] = std::from_chars(begin, end, real);
      if (problem == std::errc{} && stop == end)
        return real;
      return written.text;
    }
    case attribute_type::boolean: return lower(written.text) == "true";
    default: return written.text;
    }
  }

  attribute_value status(const visibility_token& written, bool is_integer, std::int64_t number) {
    if (is_integer && number > 0 && number < static_cast<std::int64_t>(statuses.size()))
      return std::string{statuses[static_cast<std::size_t>(number)]};
    for (auto name : statuses)
      if (!name.empty() && name == written.text)
        return written.text;
    fail("invalid ExecutionStatus value '" + written.text + "'");
  }

  visibility_lexer lexer_;
  const std::map<std::string, attribute_type, std::less<>>& attributes_;
  int depth_ = 0;
};

std::optional<int> compare(const attribute_value& left, const attribute_value& right) {
  const auto order = [](const auto& a, const auto& b) { return a < b ? -1 : b < a ? 1 : 0; };
  if (left.index() == right.index() && !std::holds_alternative<std::monostate>(left))
    return std::visit(
        [&](const auto& value) -> int {
          using held = std::decay_t<decltype(value)>;
          if constexpr (std::is_same_v<held, std::monostate>)
            return 0;
          else
            return order(value, std::get<held>(right));
        },
        left);
  const auto as_real = [](const attribute_value& value) -> std::optional<double> {
    if (const auto* integer = std::get_if<std::int64_t>(&value))
      return static_cast<double>(*integer);
    if (const auto* real = std::get_if<double>(&value))
      return *real;
    return std::nullopt;
  };
  const auto a = as_real(left);
  const auto b = as_real(right);
  return a && b ? std::optional{order(*a, *b)} : std::nullopt;
}

bool holds(const node& rule, const attribute_reader& row) {
  switch (rule.what) {
  case node::kind::all:
    return std::all_of(
        rule.inner.begin(), rule.inner.end(), [&](const auto& each) { return holds(*each, row); });
  case node::kind::any:
    return std::any_of(
        rule.inner.begin(), rule.inner.end(), [&](const auto& each) { return holds(*each, row); });
  case node::kind::negation: return !holds(*rule.inner.front(), row);
  default: break;
  }
  const auto value = row(rule.name, rule.type);
  if (rule.what == node::kind::is_null)
    return std::holds_alternative<std::monostate>(value);
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    const auto* wanted = std::get_if<std::string>(&rule.value);
    return rule.what == node::kind::equal && wanted != nullptr
           && std::find(list->begin(), list->end(), *wanted) != list->end();
  }
  if (rule.what == node::kind::starts_with) {
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr && text->starts_with(std::get<std::string>(rule.value));
  }
  const auto order = compare(value, rule.value);
  if (!order)
    return false;
  return rule.what == node::kind::equal  ? *order == 0
         : rule.what == node::kind::less ? *order < 0
                                         : *order <= 0;
}

} // namespace

result<visibility_query, std::string> visibility_query::compile(
    std::string_view text,
    const std::map<std::string, attribute_type, std::less<>>& attributes,
    bool allow_group_by) {
  try {
    visibility_query compiled;
    compiled.root_ = parser{text, attributes}.parse(allow_group_by, compiled.groups_by_status_);
    return compiled;
  } catch (failed_query& failed) {
    return unexpected{std::move(failed.text)};
  }
}

bool visibility_query::matches(const attribute_reader& row) const {
  return !root_ || holds(*root_, row);
}

} // namespace troupe::embedded
