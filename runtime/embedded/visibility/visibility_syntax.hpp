// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/visibility/visibility_lexer.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::embedded {

/// A node of a list filter as it is written, before anybody asks what its names mean.
struct visibility_syntax {
  enum class kind {
    value, ///< a literal; `literal` says which
    truth, ///< `true`, `false`
    null,
    column,        ///< `text` is the name, parts joined with points
    parenthesised, ///< one inner
    tuple,
    list_argument,
    comparison, ///< left, right and perhaps the escape; `text` is the operator in lower case
    range,      ///< subject, from, to; `text` is `between` or `not between`
    is_test,    ///< subject; `text` is `is null`, `is not true`...
    all,        ///< two or more
    any,
    negation, ///< one inner, `count` times
    binary,   ///< arithmetic, `text` is the operator
    unary,
    function, ///< a call; only that it is one matters
    other     ///< anything else that the grammar takes; `text` is what the real server calls it
  };
  kind what = kind::other;
  visibility_token::kind literal = visibility_token::kind::end;
  std::string text;
  std::vector<std::unique_ptr<visibility_syntax>> inner;
  std::size_t count = 1;
  std::size_t begin = 0; ///< where it stands in the filter
  std::size_t end = 0;
};

using syntax_ptr = std::unique_ptr<visibility_syntax>;

/// A whole filter.
struct visibility_statement {
  syntax_ptr where; ///< null: everything
  std::vector<syntax_ptr> group_by;
  bool has_order = false;
  bool has_limit = false;
};

/// Why a filter is refused.
struct refused_filter {
  std::string text;             ///< behind `invalid query: `
  bool is_query_problem = true; ///< false: without those words
};

/// Reads a filter by the real server's grammar: what stands behind WHERE in MySQL's dialect, with
/// STARTS_WITH. Throws `refused_filter` with its words for what it refuses; throws in our own words
/// if a filter is so long that it would hold up others.
visibility_statement parse_visibility_filter(std::string_view text);

/// What the grammar has against a filter as the condition of a batch operation, whatever its words
/// mean: one that names no workflows (`GROUP BY ...` alone, blanks) is refused. Empty: nothing.
std::string malformed_condition(std::string_view text);

/// The filter without what is around it: that is what is read, and what places in it count from.
std::string_view without_blanks(std::string_view filter);

/// The node as error texts show it.
std::string to_text(const visibility_syntax& node, std::string_view filter);
/// What the real server calls this kind of node.
std::string_view type_of(const visibility_syntax& node);
/// A name, back-quoted if it would not be read as one otherwise.
std::string quote_name(std::string_view name);
/// A text literal with the escapes of MySQL.
std::string quote_text(std::string_view text);

} // namespace troupe::embedded
