// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/batch/batch.hpp"
#include "runtime/embedded/store/store.hpp"

#include <string>

namespace troupe::embedded {

/// The owner of the rows of a namespace's batch operations, as the store knows it.
std::string batch_owner(const std::string& namespace_id);

row_key batch_key(const std::string& namespace_id, const std::string& job_id);

/// The row of one as it is now.
row_change row_of(const std::string& namespace_id, const batch_operation& what);

} // namespace troupe::embedded
