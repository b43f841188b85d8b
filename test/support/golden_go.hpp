// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/definition.hpp>

#include <memory>
#include <vector>

namespace troupe::test {

/// The workflows of the histories that a Go worker recorded; part of `golden_workflows`. They ask
/// for the same things as the Go code, in the order in which it asks.
std::vector<std::shared_ptr<const workflow::definition>> golden_go_workflows();

} // namespace troupe::test
