// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace troupe::embedded {
struct record;
}

namespace troupe::test {

/// What is wrong with a record, whatever happened to it; empty if nothing is: ids of events are
/// consecutive, a run ends with its one closing event, what is pending is what the history says is
/// pending.
std::vector<std::string> broken_invariants(const embedded::record& rec);

} // namespace troupe::test
