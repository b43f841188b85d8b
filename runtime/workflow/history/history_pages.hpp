// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <temporal/api/history/v1/message.pb.h>

#include <cstdint>
#include <string>

namespace temporal::api::workflowservice::v1 {
class GetWorkflowExecutionHistoryResponse;
}

namespace troupe::workflow {

/// A history that comes in pages, of which only what is not walked yet is kept.
class history_pages {
public:
  /// The task has the first page, and says which one is next.
  history_pages(temporal::api::history::v1::History&& first, std::string next_token);
  /// The pages come from the run's first event; behind them come those of the task, which are newer
  /// than what the service has written down.
  explicit history_pages(temporal::api::history::v1::History&& newest);

  /// The events that are there, in order and without gaps.
  [[nodiscard]] temporal::api::history::v1::History& events() noexcept { return events_; }
  [[nodiscard]] bool is_whole() const noexcept { return is_whole_; }
  /// Of the newest event that has come; 0 if none has.
  [[nodiscard]] std::int64_t last_event_id() const noexcept { return last_; }
  /// Of the page that is missing.
  [[nodiscard]] const std::string& next_token() const noexcept { return next_token_; }

  /// Appends a page and lets go of what was walked: all events up to `walked_to`. Events that were
  /// there already are dropped.
  void
  add(temporal::api::workflowservice::v1::GetWorkflowExecutionHistoryResponse&& page,
      std::int64_t walked_to);

private:
  void append(temporal::api::history::v1::History& from);

  temporal::api::history::v1::History events_;
  temporal::api::history::v1::History newest_;
  std::string next_token_;
  std::int64_t last_ = 0; ///< id of the last event that was there
  bool is_whole_ = false;
};

} // namespace troupe::workflow
