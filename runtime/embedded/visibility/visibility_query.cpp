// SPDX-License-Identifier: Apache-2.0
// Asks a compiled filter about rows.
#include "runtime/embedded/visibility/visibility_query.hpp"

#include "runtime/embedded/visibility/word_index.hpp"

#include <temporal/api/workflow/v1/message.pb.h>

#include <algorithm>
#include <optional>

namespace troupe::embedded {

namespace {

using node = visibility_query::node;
using row_info = temporal::api::workflow::v1::WorkflowExecutionInfo;

/// Asks a tree about one row; reads each column once.
class evaluator {
public:
  evaluator(const row_info& row, const std::vector<visibility_column>& columns, std::size_t& work)
      : row_(row), columns_(columns), work_(work), cells_(columns.size()) {}

  truth ask(const node& on) {
    ++work_;
    switch (on.what) {
    case node::kind::all:
    case node::kind::any: {
      const auto decides = on.what == node::kind::all ? truth::no : truth::yes;
      auto result = on.what == node::kind::all ? truth::yes : truth::no;
      for (const auto& each : on.inner) {
        const auto one = ask(each);
        if (one == decides)
          return one;
        if (one == truth::unknown)
          result = one;
      }
      return result;
    }
    case node::kind::negation: return negated(ask(on.inner.front()), true);
    default: break;
    }
    auto& asked = cell_of(on.column);
    const auto& value = asked.value;
    const bool is_absent = std::holds_alternative<std::monostate>(value);
    if (on.what == node::kind::is_null)
      return negated(is_absent ? truth::yes : truth::no, on.is_negated);
    if (on.what == node::kind::phrases)
      return negated(has_words(on, asked) ? truth::yes : truth::no, on.is_negated);
    if (is_absent)
      return truth::unknown;
    return negated(compare(on, value) ? truth::yes : truth::no, on.is_negated);
  }

private:
  static truth negated(truth value, bool is_negated) {
    if (!is_negated || value == truth::unknown)
      return value;
    return value == truth::yes ? truth::no : truth::yes;
  }

  /// A column of the row.
  struct cell {
    attribute_value value;
    std::optional<word_index> words; ///< of `value`, once it is asked for them
  };

  bool has_words(const node& on, cell& asked) {
    const auto* words = std::get_if<std::vector<std::string>>(&asked.value);
    if (words == nullptr)
      return false;
    if (!asked.words)
      asked.words.emplace(*words, work_);
    return std::any_of(on.values.begin(), on.values.end(), [&](const auto& each) {
      return asked.words->has(std::get<std::vector<std::string>>(each), work_);
    });
  }

  static bool compare(const node& on, const attribute_value& value) {
    const auto order = [&](std::size_t at) { return compare_values(value, on.values[at]); };
    switch (on.what) {
    case node::kind::equal: return order(0) == 0;
    case node::kind::less: return order(0) < 0;
    case node::kind::less_or_equal: return order(0) <= 0;
    case node::kind::between: return order(0) >= 0 && order(1) <= 0;
    case node::kind::prefix:
      return has_prefix(value_as_text(value), std::get<std::string>(on.values[0]));
    case node::kind::one_of:
      return std::binary_search(
          on.values.begin(), on.values.end(), value, [](const auto& a, const auto& b) {
            return compare_values(a, b) < 0;
          });
    default: return false;
    }
  }

  cell& cell_of(std::size_t column) {
    auto& known = cells_[column];
    if (!known)
      known = cell{read_column(row_, columns_[column], work_), std::nullopt};
    return *known;
  }

  const row_info& row_;
  const std::vector<visibility_column>& columns_;
  std::size_t& work_;
  std::vector<std::optional<cell>> cells_;
};

} // namespace

bool visibility_query::matches(const row_info& row, std::size_t& work) const {
  ++work;
  return !root_ || evaluator{row, columns_, work}.ask(*root_) == truth::yes;
}

} // namespace troupe::embedded
