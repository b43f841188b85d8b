// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/activity/registry.hpp"

#include <memory>

namespace troupe::test {

/// The activities of the recordings, written again in C++: coroutines, so that their time is the
/// world's.
std::shared_ptr<const activity::registry> played_activities();

} // namespace troupe::test
