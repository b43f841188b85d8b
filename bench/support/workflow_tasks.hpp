// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/support/task_bytes.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::bench {

/// Serialised workflow tasks whose histories a strict worker accepts: first tasks of new runs, and
/// sticky ones whose new events are the completion of the last task, a signal, and the next task.
class workflow_tasks {
public:
  workflow_tasks(const std::string& workflow_type, const std::string& task_queue);

  /// The first task of run `token.run`: started, scheduled, started.
  std::string first(const task_token& token) const;

  /// A later task of a run whose last event was `last_event`; adds four events to it.
  std::string sticky(const task_token& token, std::int64_t last_event);

  static constexpr std::int64_t first_events = 3;
  static constexpr std::int64_t sticky_events = 4;
  static constexpr std::string_view signal_name = "poke";

private:
  std::string first_;
  std::size_t token_at_ = 0;
  std::vector<std::size_t> run_id_at_; // a run id stands in several places

  // Kept as a message: event ids grow from one byte to several, which no template can take.
  temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse sticky_;
};

} // namespace troupe::bench
