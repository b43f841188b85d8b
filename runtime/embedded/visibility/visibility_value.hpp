// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/registry/namespaces.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace temporal::api::workflow::v1 {
class WorkflowExecutionInfo;
}

/// Values of rows and of filters, compared as the SQLite store of the real server compares them.
namespace troupe::embedded {

/// Absent, a number, a text (times too, in the store's form), or words in their order (attributes
/// of type Text and KeywordList, which match by words).
using attribute_value =
    std::variant<std::monostate, std::int64_t, double, std::string, std::vector<std::string>>;

/// What a filter's name stands for.
struct visibility_column {
  /// How the store keeps it, which says what a value is made into before it is compared.
  enum class store {
    text,     ///< numbers are compared as their digits
    number,   ///< texts that are numbers are compared as such
    time,     ///< texts `2026-01-31 12:00:00.5+00:00`
    open_end, ///< CloseTime: an open run closes at the end of year 9999
    words
  };
  std::string alias; ///< as it was asked for
  std::string name;  ///< of the attribute
  attribute_type type = attribute_type::unknown;
  store kept = store::text;
  bool is_custom = false;

  bool operator==(const visibility_column&) const = default;
};

/// Three-valued truth: a comparison with an absent value is neither.
enum class truth { no, yes, unknown };

/// Reads the column of a row. `work` grows by what that cost, as with `visibility_query::matches`.
attribute_value read_column(
    const temporal::api::workflow::v1::WorkflowExecutionInfo& row,
    const visibility_column& column,
    std::size_t& work);

/// Below zero, zero or above: numbers before texts. Neither may be absent or words.
int compare_values(const attribute_value& left, const attribute_value& right);
/// The literal as it is compared with a column kept like this.
attribute_value fit_literal(attribute_value literal, visibility_column::store kept);
/// As text, the way LIKE sees it.
std::string value_as_text(const attribute_value& value);
/// A prefix without regard to the case of ASCII letters.
bool has_prefix(std::string_view text, std::string_view prefix);

/// A time as the store keeps those of runs and as filters' times are written: microseconds.
std::string stored_time(std::int64_t seconds, std::int32_t nanos);

/// The words of a text: letters and digits, without case, Latin ones without accents.
std::vector<std::string> words_of_text(std::string_view text);
/// The words of one keyword, without case: itself, but for a heart, which is the store's separator.
void add_words_of_keyword(std::string_view keyword, std::vector<std::string>& to);

} // namespace troupe::embedded
