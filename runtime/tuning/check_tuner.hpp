// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace troupe {
struct worker_tuner;
}

namespace troupe::tuning {

/// Throws `std::invalid_argument` for a source that makes no sense, and says which and why.
void check(const worker_tuner& tuner);

} // namespace troupe::tuning
