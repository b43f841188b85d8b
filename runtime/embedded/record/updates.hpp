// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/held.hpp"
#include "runtime/embedded/record/tracked_map.hpp"
#include "runtime/embedded/update/update_machine.hpp"

#include <temporal/api/update/v1/message.pb.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::embedded {

/// An update that no event tells of yet: admitted, sent, or rejected by the completion under way.
struct waiting_update {
  std::string id;
  workflow_update::state state = workflow_update::state::admitted;
  held<temporal::api::update::v1::Request> request;
  held<temporal::api::update::v1::Outcome> rejection; ///< once rejected
  /// Further requests for it whose callbacks are attached once it is accepted.
  std::vector<held<temporal::api::update::v1::Request>> attached = {};
};

/// The updates of a run. None of it is kept in a store: what is accepted or completed follows from
/// the history, what waits is lost with the memory, and whoever waits for it asks again.
///
/// Not compared with others: to two states that differ in nothing else it makes no difference.
struct run_updates {
  tracked_map<std::int64_t, waiting_update> waiting; ///< in the order in which they were admitted
  /// By id: the Admitted event that a reset wrote; the worker sees that and is sent no request.
  tracked_map<std::string, std::int64_t> by_event;
  tracked_map<std::string, std::int64_t> accepted;  ///< by id: the event; those still at work
  tracked_map<std::string, std::int64_t> completed; ///< by id: the event with the outcome

  [[nodiscard]] std::size_t in_flight() const {
    return waiting.size() + by_event.size() + accepted.size();
  }
  [[nodiscard]] std::size_t total() const { return in_flight() + completed.size(); }

  /// The end of `waiting` if it is not there.
  [[nodiscard]] auto find_waiting(std::string_view id) const {
    auto at = waiting.begin();
    while (at != waiting.end() && at->second.id != id)
      ++at;
    return at;
  }

  void undo() {
    waiting.undo();
    by_event.undo();
    accepted.undo();
    completed.undo();
  }
  void forget_notes() noexcept {
    waiting.forget_notes();
    by_event.forget_notes();
    accepted.forget_notes();
    completed.forget_notes();
  }
};

} // namespace troupe::embedded
