// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/description.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace temporal::api::history::v1 {
class HistoryEvent;
}

namespace troupe {

/// One event of a workflow's history. A cheap value, immutable.
class history_event {
public:
  /// Shares the message.
  explicit history_event(std::shared_ptr<const temporal::api::history::v1::HistoryEvent> event)
      : event_(std::move(event)) {}

  /// 1 for the first of a run.
  [[nodiscard]] std::int64_t id() const noexcept;
  /// As the tools write it: `WorkflowExecutionStarted`, `NexusOperationScheduled`, ...
  [[nodiscard]] std::string type() const;
  /// When the service wrote it.
  [[nodiscard]] wall_time time() const noexcept;
  /// The whole event as JSON in protobuf's form (enums as names, payload data in base64).
  [[nodiscard]] std::string to_json() const;

  /// The message itself; include `temporal/api/history/v1/message.pb.h` to look inside.
  [[nodiscard]] const temporal::api::history::v1::HistoryEvent& message() const noexcept {
    return *event_;
  }

private:
  std::shared_ptr<const temporal::api::history::v1::HistoryEvent> event_;
};

/// The events of a run, all of them or as many as there were: what the replayer
/// (`<troupe/testing/replayer.hpp>`) reads. A value; events are shared.
struct workflow_history {
  std::string workflow_id;           ///< whose it is
  std::string run_id;                ///< of which run; as it was asked for
  std::vector<history_event> events; ///< in their order

  /// As `temporal workflow show --output json` writes it, and `replayer::replay_json` reads it.
  [[nodiscard]] std::string to_json() const;
  /// A serialised `temporal.api.history.v1.History`, as `replayer::replay_binary` reads it.
  [[nodiscard]] std::string to_binary() const;
};

} // namespace troupe
