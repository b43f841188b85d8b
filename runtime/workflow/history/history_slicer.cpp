// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/history/history_slicer.hpp"

#include "runtime/workflow/history/event_table.hpp"

#include <temporal/api/history/v1/message.pb.h>

namespace troupe::workflow {

using temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_STARTED;

std::optional<history_step>
next_step(const temporal::api::history::v1::History& history, int from) {
  const auto& events = history.events();
  for (int i = from; i < events.size(); ++i) {
    const auto type = events[i].event_type();
    if (type == EVENT_TYPE_WORKFLOW_TASK_STARTED) {
      const auto* next = i + 1 < events.size() ? find_event(events[i + 1].event_type()) : nullptr;
      if (next == nullptr || !next->undoes_task)
        return history_step{i, true};
    } else if (const auto* row = find_event(type); row != nullptr && row->ends_run) {
      return history_step{i, false};
    }
  }
  return std::nullopt;
}

} // namespace troupe::workflow
