// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/definition.hpp>

#include <memory>
#include <vector>

namespace troupe::test {

/// The workflows of the recorded histories that call activities; part of `golden_workflows`.
std::vector<std::shared_ptr<const workflow::definition>> golden_activity_workflows();

} // namespace troupe::test
