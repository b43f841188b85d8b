// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/definition.hpp>

#include <memory>
#include <vector>

namespace troupe::test {

/// The workflows of the recorded histories that start children; part of `golden_workflows`.
std::vector<std::shared_ptr<const workflow::definition>> golden_child_workflows();

/// Those of the histories that have patches, versions, side effects and upserts; as well.
std::vector<std::shared_ptr<const workflow::definition>> golden_version_workflows();

} // namespace troupe::test
