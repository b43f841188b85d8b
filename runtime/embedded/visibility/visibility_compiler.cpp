// SPDX-License-Identifier: Apache-2.0
// What a filter means: names become columns, literals values, and whatever the real server refuses
// is refused. Recorded: test/runtime/embedded/data/visibility_filters.jsonl.
#include "runtime/base/text/utf8.hpp"
#include "runtime/base/time/time_text.hpp"
#include "runtime/embedded/record/status.hpp"
#include "runtime/embedded/standalone/operation_view.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/visibility/visibility_names.hpp"
#include "runtime/embedded/visibility/visibility_query.hpp"
#include "runtime/embedded/visibility/visibility_syntax.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace troupe::embedded {

namespace {

using node = visibility_query::node;
using syntax = visibility_syntax;
using rows_of = visibility_query::rows_of;
using token_kind = visibility_token::kind;
using store = visibility_column::store;

/// The store takes no tree higher than 1000, and the real server puts two levels around a filter.
constexpr std::size_t highest_tree = 998;

/// A row is asked about all of them in one go.
constexpr std::size_t most_words = 16 * 1024;

[[noreturn]] void fail(const std::string& why) {
  throw refused_filter{"invalid expression: " + why};
}
[[noreturn]] void not_supported(const std::string& what) {
  throw refused_filter{"operation is not supported: " + what};
}

/// A literal: what it is to the store, and how error texts show it.
struct literal {
  attribute_value value;
  std::string text;
  bool is_text = false;
};

/// A text as the real server hands it to its store. It escapes more than the store undoes, so a
/// text with a quote or a backslash finds nothing but texts with one more.
std::string as_handed_over(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
    case '"': out += "\\\""; break;
    case '\b': out += "\\b"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    case '\\': out += "\\\\"; break;
    default: out += c;
    }
  }
  return out;
}

std::string with_doubled_quotes(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '\'')
      out += c;
  }
  return out;
}

std::string_view without_quotes(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of('\''), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of('\'') + 1);
}

class compiler {
public:
  compiler(std::string_view filter, const namespace_entry& name_space, rows_of whose)
      : filter_(filter), name_space_(name_space), whose_(whose) {}

  struct built {
    node made;
    std::size_t height = 2; ///< of the tree that the store would see
  };

  built expression(const syntax& on) {
    switch (on.what) {
    case syntax::kind::parenthesised: return expression(*on.inner[0]);
    case syntax::kind::negation: {
      auto inner = expression(*on.inner[0]);
      inner.height += on.count;
      if (on.count % 2 == 0)
        return inner;
      node made;
      made.what = node::kind::negation;
      made.inner.push_back(std::move(inner.made));
      return {std::move(made), inner.height};
    }
    case syntax::kind::all:
    case syntax::kind::any: {
      built all;
      all.made.what = on.what == syntax::kind::all ? node::kind::all : node::kind::any;
      all.height = 0;
      for (const auto& each : on.inner) {
        auto inner = expression(*each);
        // The store's tree leans to the left.
        all.height = all.height == 0 ? inner.height : std::max(all.height, inner.height) + 1;
        all.made.inner.push_back(std::move(inner.made));
      }
      return all;
    }
    case syntax::kind::comparison: return comparison(on);
    case syntax::kind::range: return range(on);
    case syntax::kind::is_test: return is_test(on);
    case syntax::kind::function: not_supported("function expression");
    case syntax::kind::column: fail("incomplete expression");
    default: not_supported("expression of type " + std::string{type_of(on)});
    }
  }

  const visibility_column& column_of(const syntax& on, std::size_t& index) {
    if (on.what != syntax::kind::column)
      fail("must be a column name but was " + std::string{type_of(on)});
    auto name = on.text;
    std::erase(name, '`');
    const auto in_rows = name_in_rows(name);
    auto found = is_operation_column(in_rows)
                     ? visibility_column{name, in_rows, attribute_type::keyword, store::text, false}
                     : find_column(in_rows, name_space_);
    if (found && in_rows != name)
      found->alias = name;
    if (!found)
      fail("column name '" + name + "' is not a valid search attribute");
    if (found->name == "TemporalNamespaceDivision")
      sees_division_ = true;
    const auto known = std::find(columns.begin(), columns.end(), *found);
    index = static_cast<std::size_t>(known - columns.begin());
    if (known == columns.end())
      columns.push_back(std::move(*found));
    return columns[index];
  }

  /// What is added if the filter does not ask for divisions: only rows of none. Lists of activities
  /// and of operations have rows of theirs alone.
  void leave_out_divisions(std::optional<built>& root) {
    if (sees_division_ && whose_ == rows_of::workflows)
      return;
    node none;
    none.what = node::kind::is_null;
    if (whose_ != rows_of::workflows) {
      none.what = node::kind::equal;
      none.values.emplace_back(
          std::string{whose_ == rows_of::activities ? activity_division : operation_division});
    }
    none.column = columns.size();
    columns.push_back(*find_column("TemporalNamespaceDivision", name_space_));
    if (!root) {
      root = built{std::move(none), 2};
      return;
    }
    node both;
    both.inner.push_back(std::move(none));
    both.inner.push_back(std::move(root->made));
    root->made = std::move(both);
  }

  /// The store's own refusal, if it would have one.
  [[nodiscard]] const std::string& store_problem() const { return store_problem_; }
  void note_store_problem(int rank, std::string text) {
    if (rank < store_problem_rank_)
      store_problem_ = std::move(text);
    store_problem_rank_ = std::min(rank, store_problem_rank_);
  }
  enum rank { bad_token, too_high, misused_row, bad_words };

  std::vector<visibility_column> columns;

private:
  /// Activities and operations without a workflow lie in the rows of workflows.
  [[nodiscard]] std::string name_in_rows(const std::string& name) const {
    if (whose_ == rows_of::activities && name == "ActivityId")
      return "WorkflowId";
    if (whose_ == rows_of::activities && name == "ActivityType")
      return "WorkflowType";
    if (whose_ == rows_of::operations)
      for (const auto& [called, column] : operation_columns)
        if (name == called)
          return std::string{column};
    return name;
  }

  // -- literals

  /// The store reads a statement as far as a zero in a text.
  void refuse_zero(std::string_view text) {
    if (const auto zero = text.find('\0'); zero != std::string_view::npos)
      note_store_problem(
          bad_token, "unrecognized token: \"'" + with_doubled_quotes(text.substr(0, zero)) + '"');
  }
  literal of_text(const std::string& text, store kept = store::text) {
    if (kept != store::words)
      refuse_zero(as_handed_over(text));
    auto handed_over = as_handed_over(text);
    auto shown = '\'' + with_doubled_quotes(handed_over) + '\'';
    return {std::move(handed_over), std::move(shown), true};
  }
  static literal of_integer(std::int64_t value) { return {value, std::to_string(value), false}; }
  static literal of_real(double value) {
    // Written without an exponent and read again: a whole number becomes an integer.
    std::array<char, 400> digits{};
    const auto [end, error] = std::to_chars(
        digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
    std::string text{digits.data(), end};
    constexpr double limit = 9223372036854775808.0;
    if (value == std::trunc(value) && value >= -limit && value < limit)
      return {static_cast<std::int64_t>(value), std::move(text), false};
    return {value, std::move(text), false};
  }

  /// A literal before anybody asks what it is compared with: text, integer or real.
  static attribute_value plain(const syntax& on) {
    if (on.literal == token_kind::text)
      return std::string{without_quotes(on.text)};
    if (on.text.empty())
      return std::string{};
    const auto* end = on.text.data() + on.text.size();
    std::int64_t whole = 0;
    if (const auto [at, error] = std::from_chars(on.text.data(), end, whole);
        error == std::errc{} && at == end)
      return whole;
    double real = 0;
    // `1e` and `1e+` are numbers to the grammar, but not to what reads them then.
    if (const auto [at, error] = std::from_chars(on.text.data(), end, real);
        error == std::errc{} && at == end)
      return real;
    throw refused_filter{"invalid expression: unable to parse " + on.text, false};
  }

  literal convert(const syntax& on, const visibility_column& to) {
    auto value = plain(on);
    const auto* text = std::get_if<std::string>(&value);
    const auto* whole = std::get_if<std::int64_t>(&value);
    if (to.type == attribute_type::datetime) {
      if (text != nullptr) {
        const auto time = parse_time(*text);
        if (!time)
          fail("unable to parse datetime '" + *text + "'");
        return of_text(*time);
      }
      if (whole == nullptr)
        fail("unexpected value type float64 for search attribute " + to.alias);
      constexpr std::int64_t second = 1'000'000'000;
      auto seconds = *whole / second;
      auto nanos = *whole % second;
      if (nanos < 0) {
        nanos += second;
        --seconds;
      }
      return of_text(stored_time(seconds, static_cast<std::int32_t>(nanos)));
    }
    if (to.name == "ExecutionStatus" && !to.is_custom) {
      if (whole != nullptr)
        return of_integer(*whole);
      if (text == nullptr)
        fail("unexpected value type float64 for search attribute " + to.alias);
      const auto status = status_number(*text);
      if (!status)
        fail("invalid ExecutionStatus value '" + *text + "'");
      return of_integer(*status);
    }
    if (to.name == "ExecutionDuration" && !to.is_custom && text != nullptr) {
      std::string problem;
      const auto nanos = duration_of_filter(*text, problem);
      if (!nanos)
        throw refused_filter{
            "invalid value for search attribute " + to.alias + ": " + *text + " (" + problem + ')'};
      return of_integer(*nanos);
    }
    if (to.alias == "ScheduleId" && !to.is_custom)
      return of_text("temporal-sys-scheduler:" + value_as_text(value));
    if (text != nullptr)
      return of_text(*text, to.kept);
    return whole != nullptr ? of_integer(*whole) : of_real(std::get<double>(value));
  }

  static std::optional<std::string> parse_time(const std::string& text);

  /// A value or, for `IN`, several; `is_tuple` says which it was.
  std::vector<literal>
  values(const syntax& on, const visibility_column& to, bool& is_tuple, int depth = 0) {
    switch (on.what) {
    case syntax::kind::value: return {convert(on, to)};
    case syntax::kind::truth: return {literal{std::int64_t{on.text == "true"}, on.text, false}};
    case syntax::kind::tuple: {
      is_tuple = true;
      std::vector<literal> all;
      for (const auto& each : on.inner) {
        bool is_nested = false;
        auto some = values(*each, to, is_nested, depth + 1);
        if (is_nested)
          note_store_problem(misused_row, "row value misused");
        std::move(some.begin(), some.end(), std::back_inserter(all));
      }
      return all;
    }
    case syntax::kind::function: not_supported("nested func");
    case syntax::kind::column:
      not_supported(
          "column name on the right side of comparison expression (did you forget to quote '"
          + on.text + "'?)");
    default:
      if (type_of(on) == "*sqlparser.GroupConcatExpr")
        not_supported("'group_concat'");
      fail("unexpected value type " + std::string{type_of(on)});
    }
  }

  static std::string shown(const std::vector<literal>& all, bool is_tuple) {
    if (!is_tuple)
      return all.front().text;
    std::string text;
    for (const auto& each : all)
      text += (text.empty() ? "" : ", ") + each.text;
    return '(' + text + ')';
  }

  // -- comparisons

  static std::size_t height_on(const visibility_column& column) {
    return column.kept == store::open_end || column.kept == store::words ? 3 : 2;
  }

  built comparison(const syntax& on) {
    const auto& op = on.text;
    static constexpr std::array<std::string_view, 10> known{
        "=", "!=", "<", ">", "<=", ">=", "in", "not in", "starts_with", "not starts_with"};
    if (std::find(known.begin(), known.end(), op) == known.end())
      fail("invalid operator '" + op + "' in `" + to_text(on, filter_) + '`');
    built made;
    const auto column = column_of(*on.inner[0], made.made.column);
    made.height = height_on(column);
    bool is_tuple = false;
    auto literals = values(*on.inner[1], column, is_tuple);
    const bool is_list = op == "in" || op == "not in";
    if (column.kept == store::words) {
      words(made.made, column, op, literals, is_tuple);
      return made;
    }
    if (op == "starts_with" || op == "not starts_with") {
      if (is_tuple || !literals.front().is_text)
        fail(
            "right-hand side of '" + op
            + "' must be a literal string (got: " + shown(literals, is_tuple) + ')');
      made.made.what = node::kind::prefix;
      made.made.is_negated = op != "starts_with";
      made.made.values.push_back(std::move(literals.front().value));
      return made;
    }
    if (is_tuple != is_list)
      note_store_problem(misused_row, "row value misused");
    for (auto& each : literals)
      made.made.values.push_back(fit_literal(std::move(each.value), column.kept));
    made.made.is_negated = op == "!=" || op == ">" || op == ">=" || op == "not in";
    if (is_list) {
      made.made.what = node::kind::one_of;
      std::sort(made.made.values.begin(), made.made.values.end(), [](const auto& a, const auto& b) {
        return compare_values(a, b) < 0;
      });
    } else if (op == "=" || op == "!=") {
      made.made.what = node::kind::equal;
    } else {
      made.made.what = op == "<" || op == ">=" ? node::kind::less : node::kind::less_or_equal;
    }
    return made;
  }

  /// Attributes that match by words.
  void words(
      node& made,
      const visibility_column& column,
      const std::string& op,
      const std::vector<literal>& literals,
      bool is_tuple) {
    const bool is_text = column.type == attribute_type::text;
    const bool is_list = op == "in" || op == "not in";
    if ((op != "=" && op != "!=" && !is_list) || (is_list && is_text))
      fail(
          "operator '" + op + "' not supported for " + (is_text ? "Text" : "KeywordList")
          + " type search attribute in `" + column.alias + ' ' + op + ' '
          + shown(literals, is_tuple) + '`');
    for (const auto& each : literals)
      if (!each.is_text && is_list)
        fail("unexpected value type in tuple (expected string, got " + each.text + ')');
    if (!is_list && (is_tuple || !literals.front().is_text))
      fail("unexpected value type (expected string, got " + shown(literals, is_tuple) + ')');
    made.what = node::kind::phrases;
    made.is_negated = op == "!=" || op == "not in";
    refuse_zero(as_looked_for(column, literals));
    std::size_t quotes = 0;
    for (const auto& each : literals) {
      const auto& text = std::get<std::string>(each.value);
      quotes += static_cast<std::size_t>(std::count(text.begin(), text.end(), '"'));
      if (!is_text) {
        std::vector<std::string> phrase;
        add_words_of_keyword(text, phrase);
        add_phrase(made, std::move(phrase));
        continue;
      }
      if (text.find_first_not_of(' ') == std::string::npos)
        fail(
            "unexpected value for Text type search attribute (no tokens found in " + each.text
            + ')');
      for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        add_phrase(made, words_of_text(std::string_view{text}.substr(at, end - at)));
        at = end + 1;
      }
    }
    if (quotes > 0)
      note_store_problem(
          bad_words, quotes % 2 == 1 ? "unterminated string" : "fts5: syntax error near \"\\\"");
  }

  /// What the store is asked for, of attributes that match by words.
  [[nodiscard]] std::string
  as_looked_for(const visibility_column& column, const std::vector<literal>& literals) const {
    const auto custom = name_space_.custom_attributes.find(column.name);
    const bool is_custom = custom != name_space_.custom_attributes.end();
    std::string out = (is_custom ? custom->second.first : column.name) + " : (";
    bool is_first = true;
    for (const auto& each : literals) {
      out.append(std::exchange(is_first, false) ? "\"" : " OR \"");
      for (const char c : std::get<std::string>(each.value))
        if (c == ' ' && column.type == attribute_type::text)
          out += "\" OR \"";
        else
          out += c;
      out += '"';
    }
    return out + ')';
  }

  void add_phrase(node& to, std::vector<std::string> words) {
    words_ += words.size();
    if (words_ > most_words)
      throw refused_filter{
          "the filter looks for more than " + std::to_string(most_words) + " words"};
    to.values.emplace_back(std::move(words));
  }

  built range(const syntax& on) {
    built made;
    const auto column = column_of(*on.inner[0], made.made.column);
    made.height = height_on(column);
    const bool is_ordered =
        column.type == attribute_type::datetime || column.type == attribute_type::real
        || column.type == attribute_type::integer || column.type == attribute_type::keyword;
    if (!is_ordered)
      fail(
          "cannot do range condition on search attribute '" + column.alias + "' of type "
          + std::string{name_of(column.type)});
    made.made.what = node::kind::between;
    made.made.is_negated = on.text != "between";
    for (std::size_t at : {1, 2}) {
      bool is_tuple = false;
      auto literals = values(*on.inner[at], column, is_tuple);
      if (is_tuple)
        note_store_problem(misused_row, "row value misused");
      made.made.values.push_back(fit_literal(std::move(literals.front().value), column.kept));
    }
    return made;
  }

  built is_test(const syntax& on) {
    built made;
    const auto& column = column_of(*on.inner[0], made.made.column);
    if (on.text != "is null" && on.text != "is not null")
      fail("'IS' operator can only be used with 'NULL' or 'NOT NULL'");
    made.made.what = node::kind::is_null;
    made.made.is_negated = on.text == "is not null";
    if (column.kept == store::open_end) {
      auto bare = column;
      bare.kept = store::time;
      const auto known = std::find(columns.begin(), columns.end(), bare);
      made.made.column = static_cast<std::size_t>(known - columns.begin());
      if (known == columns.end())
        columns.push_back(std::move(bare));
    }
    return made;
  }

  static std::string_view name_of(attribute_type type) {
    switch (type) {
    case attribute_type::text: return "Text";
    case attribute_type::boolean: return "Bool";
    case attribute_type::keyword_list: return "KeywordList";
    default: return "Unspecified";
    }
  }

  std::string_view filter_;
  const namespace_entry& name_space_;
  const rows_of whose_;
  bool sees_division_ = false;
  std::size_t words_ = 0; ///< in all phrases
  std::string store_problem_;
  int store_problem_rank_ = 100;
};

std::optional<std::string> compiler::parse_time(const std::string& text) {
  const auto time = parse_rfc3339(text);
  return time ? std::optional{stored_time(time->seconds, time->nanos)} : std::nullopt;
}

} // namespace

result<visibility_query, rpc_status> visibility_query::compile(
    std::string_view text, const namespace_entry& name_space, purpose why, rows_of whose) {
  try {
    const auto read = parse_visibility_filter(text);
    if (read.has_order)
      not_supported("'ORDER BY' clause");
    if (read.has_limit)
      not_supported("'LIMIT' clause");
    const bool is_list = why == purpose::list;
    compiler to{text, name_space, whose};
    std::optional<compiler::built> root;
    if (read.where)
      root = to.expression(*read.where);
    if (root && root->height > highest_tree)
      to.note_store_problem(
          compiler::too_high, "Expression tree is too large (maximum depth 1000)");
    to.leave_out_divisions(root);
    if (read.group_by.size() > 1)
      not_supported("'GROUP BY' clause supports only a single field");
    visibility_query made;
    if (!read.group_by.empty()) {
      std::size_t index = 0;
      const auto column = to.column_of(*read.group_by.front(), index);
      if (column.name != "ExecutionStatus" || column.is_custom)
        not_supported("'GROUP BY' clause is only supported for ExecutionStatus");
      if (is_list)
        not_supported("'GROUP BY' clause");
      made.groups_by_status_ = true;
    }
    if (!to.store_problem().empty())
      return unexpected{plain_status(
          status_code::unavailable,
          std::string{
              is_list                  ? "ListWorkflowExecutions"
              : made.groups_by_status_ ? "CountExecutions"
                                       : "CountWorkflowExecutions"}
              + " operation failed.: SQL logic error: " + to_valid_utf8(to.store_problem())
              + " (1)")};
    made.root_ = std::make_shared<const node>(std::move(root->made));
    made.columns_ = std::move(to.columns);
    return made;
  } catch (refused_filter& refused) {
    // What is cited may end in the middle of a letter.
    return unexpected{bad_argument(to_valid_utf8(
        (refused.is_query_problem ? "invalid query: " : "") + std::move(refused.text)))};
  }
}

} // namespace troupe::embedded
