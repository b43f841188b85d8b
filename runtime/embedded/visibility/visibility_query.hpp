// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/registry/namespaces.hpp"
#include "runtime/embedded/visibility/visibility_value.hpp"

#include <troupe/result.hpp>
#include <troupe/rpc_status.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::embedded {

/// A compiled list filter: the real server's grammar (`visibility_syntax.hpp`), meaning what its
/// SQLite store makes of it. Pure; may be asked about rows from one thread at a time.
class visibility_query {
public:
  enum class purpose { list, count };
  /// Whose rows are asked for: activities and operations are those without a workflow.
  enum class rows_of { workflows, activities, operations };

  /// The error is the real server's answer: INVALID_ARGUMENT, or UNAVAILABLE where its store is
  /// what refuses. Names are the built-in ones and the custom ones of the namespace.
  static result<visibility_query, rpc_status> compile(
      std::string_view text,
      const namespace_entry& name_space,
      purpose why,
      rows_of whose = rows_of::workflows);

  /// `work` grows by what that cost: a unit is about half a microsecond.
  [[nodiscard]] bool
  matches(const temporal::api::workflow::v1::WorkflowExecutionInfo& row, std::size_t& work) const;
  [[nodiscard]] bool groups_by_status() const noexcept { return groups_by_status_; }

  /// One node of the compiled tree; known to the compiler and the evaluator only.
  struct node {
    enum class kind {
      all,
      any,
      negation,
      equal,
      less,
      less_or_equal,
      one_of,  ///< `values` sorted
      between, ///< two `values`
      is_null,
      prefix,
      phrases ///< one of them is in the words of the column; never unknown
    } what = kind::all;
    bool is_negated = false;
    std::vector<node> inner;
    std::size_t column = 0;
    std::vector<attribute_value> values;
  };

private:
  std::shared_ptr<const node> root_; ///< null matches everything
  std::vector<visibility_column> columns_;
  bool groups_by_status_ = false;
};

} // namespace troupe::embedded
