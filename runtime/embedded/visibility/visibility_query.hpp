// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/registry/namespaces.hpp"

#include <troupe/result.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::embedded {

/// The value of an attribute of one row, or of a literal: absent, text, number (times and durations
/// are nanoseconds), real, truth, list of texts.
using attribute_value =
    std::variant<std::monostate, std::string, std::int64_t, double, bool, std::vector<std::string>>;

/// Reads an attribute of the row that a query is asked about.
using attribute_reader = std::function<attribute_value(std::string_view name, attribute_type type)>;

/// A compiled list filter: the WHERE part of the real server's SQL grammar, without functions and
/// LIKE.
///
///     expression := term { OR term }        term := factor { AND factor }
///     factor     := NOT factor | '(' expression ')' | comparison
///     comparison := name (= | != | <> | < | <= | > | >=) literal | name [NOT] IN '(' literal {,
///     literal} ')'
///                 | name [NOT] BETWEEN literal AND literal | name IS [NOT] NULL | name [NOT]
///                 STARTS_WITH text
///
/// Then, for counts only, `GROUP BY ExecutionStatus`.
class visibility_query {
public:
  /// Compiles `text`; the error is the message of the real server's `INVALID_ARGUMENT` answer.
  /// `attributes` are the custom ones of the namespace, besides the built-in ones.
  static result<visibility_query, std::string> compile(
      std::string_view text,
      const std::map<std::string, attribute_type, std::less<>>& attributes,
      bool allow_group_by);

  [[nodiscard]] bool matches(const attribute_reader& row) const;
  [[nodiscard]] bool groups_by_status() const noexcept { return groups_by_status_; }

  /// One node of the compiled tree; its kinds are known to the compiler and the evaluator only.
  struct node {
    enum class kind { all, any, negation, equal, less, less_equal, is_null, starts_with } what;
    std::vector<std::unique_ptr<node>> inner;
    std::string name;
    attribute_type type = attribute_type::unknown;
    attribute_value value;
  };

private:
  std::shared_ptr<const node> root_; ///< null matches everything
  bool groups_by_status_ = false;
};

} // namespace troupe::embedded
