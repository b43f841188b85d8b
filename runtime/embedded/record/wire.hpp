// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/transaction.hpp"
#include "runtime/embedded/store/store.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::embedded {

struct record;

/// The rows that a decision changed: exactly those of the runs and entries that its transaction
/// names. `after` is the record right after the decision. The values are messages of
/// `troupe.embedded.v1`, events are what they are.
commit_batch rows_of(const record& after, const transaction& what);

/// Where all rows of a record lie.
std::vector<row_range> ranges_of(std::string_view namespace_id, std::string_view workflow_id);

/// A record as its rows say it is.
struct read_outcome {
  std::shared_ptr<record> rec; ///< null if there are no rows, or if they cannot be read
  std::string problem;         ///< why they cannot be read; empty if they could
};

/// The inverse of `rows_of`. `resume` then derives its deadlines and every effect again.
read_outcome read_record(const std::vector<row>& rows);

} // namespace troupe::embedded
