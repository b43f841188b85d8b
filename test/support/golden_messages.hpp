// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/definition.hpp>

#include <memory>
#include <vector>

namespace troupe::test {

/// The workflows of the recorded histories that handle updates; part of `golden_workflows`.
std::vector<std::shared_ptr<const workflow::definition>> golden_message_workflows();

/// From which execution on the handler of the update `crash` works, as its recording did; 0 = it
/// works at once. The counter is per process, so that a retried task finds the code repaired.
void set_golden_update_bugs(int count);

} // namespace troupe::test
