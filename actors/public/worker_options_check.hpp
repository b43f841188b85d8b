// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/worker.hpp>

namespace troupe::detail {

/// The one place that says which options make no sense: throws `worker_error`.
void check(const worker_options& options);

} // namespace troupe::detail
