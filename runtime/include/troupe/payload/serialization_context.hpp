// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace troupe {

/// Where a payload belongs: what a codec is told that wants to know
/// (`payload_codec::with_context`).
///
/// Who writes a payload and who reads it are told the same. Arguments, results, messages, memos,
/// side effects and failures of a workflow belong to that workflow, wherever they are written;
/// arguments, results, heartbeats and failures of an activity to the activity. Payloads of Nexus
/// operations belong to no workflow: their codec is asked as it is. The texts live only during the
/// call.
struct serialization_context {
  std::string_view name_space;  ///< of the workflow
  std::string_view workflow_id; ///< of the workflow, for an activity of the one that called it
  std::string_view workflow_type = {}; ///< only for activities
  std::string_view activity_type = {}; ///< empty: it belongs to the workflow itself
  std::string_view task_queue = {};    ///< that the activity was sent to; only for activities
  bool is_local = false;               ///< a local activity

  /// Of an activity, and not of a workflow.
  [[nodiscard]] bool is_activity() const noexcept { return !activity_type.empty(); }
};

} // namespace troupe
