// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/directory/messages.hpp"
#include "runtime/embedded/store/store.hpp"

#include <memory>
#include <string>
#include <vector>

namespace troupe::embedded {

struct record;

/// What a transaction writes: the parts of the record that it touched, and the rows of its runs in
/// the visibility index.
commit_batch
rows_of_commit(const execution_key& whose, const record& after, const transaction& what);

/// Where the row of a run in the visibility index is.
row_key visibility_key(const std::string& namespace_id, const std::string& run_id);

} // namespace troupe::embedded
