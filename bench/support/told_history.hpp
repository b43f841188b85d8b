// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::bench {

/// The history of one run as a service tells it, step by step, as long as it has to be. Every step
/// begins with the completion of the last workflow task and ends with the start of the next one.
class told_history {
public:
  enum class kind {
    timers,     ///< `sleep(1s)` again and again, 5 events a step
    activities, ///< activity `echo` of the step's number, which it returns; 6 events a step
    children,   ///< child `child` with the id `child-N`, of the step's number; 9 events, 2 tasks
  };
  using events = std::vector<temporal::api::history::v1::HistoryEvent>;

  told_history(kind what, std::string workflow_type);

  /// Appends one step and returns its events.
  events step();
  [[nodiscard]] std::size_t size() const { return events_.size(); }

  /// The workflow task that brings these events, the last of which is the history's last.
  [[nodiscard]] temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse
  task(const events& brought) const;
  /// A task with all of the history, as a worker gets it that does not know the run.
  [[nodiscard]] temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse
  full_task() const {
    return task(events_);
  }

private:
  temporal::api::history::v1::HistoryEvent& add(temporal::api::enums::v1::EventType type);
  /// Gives the event's id.
  std::int64_t complete_task();
  void schedule_and_start();
  void fire_timer();
  void run_activity();
  void run_child();

  kind kind_;
  std::string workflow_type_;
  events events_;
  std::int64_t steps_ = 0;
  std::int64_t previous_started_ = 0; ///< of the workflow task before the last one
  std::int64_t started_ = 0;          ///< of the last workflow task
};

} // namespace troupe::bench
