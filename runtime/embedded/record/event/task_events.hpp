// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/record.hpp"

namespace troupe::embedded {

/// The events of a pending workflow task, without an id: written now, or made up for a task that is
/// transient or speculative.
event_ptr scheduled_event(const workflow_task& task, const run& on);
event_ptr started_event(const workflow_task& task);

} // namespace troupe::embedded
