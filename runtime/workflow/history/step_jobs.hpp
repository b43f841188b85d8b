// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/history/event_table.hpp"
#include "runtime/workflow/machines/machine.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace google::protobuf {
template <class T>
class RepeatedPtrField;
}

namespace troupe::workflow {

/// What the code is told in one step, in the order in which it is told: signals and protocol
/// messages first, then all else.
///
/// Refers to events and messages; used again for the next step, so that steps cost no allocations.
class step_jobs {
public:
  using protocol_messages = google::protobuf::RepeatedPtrField<protocol_message>;

  struct message {
    history_event* event;             ///< a signal or an update; null if it is the other one
    const protocol_message* protocol; ///< null if it is the other one
  };
  struct resolution {
    const history_event* event;
    const event_row* row;
  };

  /// Forgets the last step. `to_deliver` (or null) are the messages of the task that this step is:
  /// each gets its place behind the event that it names.
  void begin(const protocol_messages* to_deliver);
  /// In a replay: the event that says that an update came with the task of this step; its place is
  /// behind the event that it names. Before the step's own events.
  void add_accepted(history_event& event);
  /// The step's events, in the order of the history, whether or not the code is told of them.
  void add(history_event& event, const event_row& row);
  /// No events come any more.
  void end();

  [[nodiscard]] const std::vector<message>& messages() const noexcept { return messages_; }
  [[nodiscard]] const std::vector<resolution>& resolutions() const noexcept { return resolutions_; }

private:
  void place_messages_before(std::int64_t event_id);

  std::vector<message> messages_;
  std::vector<resolution> resolutions_;
  struct place {
    std::int64_t behind; ///< the event that it names
    message what;
  };
  void place_later(std::int64_t behind, message what);

  std::vector<place> to_place_; ///< by the event that they name
  std::size_t placed_ = 0;
};

} // namespace troupe::workflow
