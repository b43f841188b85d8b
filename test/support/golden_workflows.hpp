// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/definition.hpp>

#include <memory>
#include <vector>

namespace troupe::test {

/// The workflows of the recorded histories, written again in C++: they must ask for the same things
/// in the same order. Used by the replay test and by tests that run them against a service.
std::vector<std::shared_ptr<const workflow::definition>> golden_workflows();

/// From how many executions of its faulty code on `BugThenFixed` works, as its recording did; 0 =
/// it works at once. The counter is per process, so that a retried task finds the code repaired.
void set_golden_bugs(int count);

/// Whether `NonDeterministic` has its new code, which does not fit the old one's history; per
/// process.
void set_golden_change(bool changed);

} // namespace troupe::test
