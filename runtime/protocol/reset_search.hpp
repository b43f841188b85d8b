// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace temporal::api::history::v1 {
class HistoryEvent;
}

namespace troupe::protocol {

/// Looks through a run's history for the event that a reset goes back to: the first completed
/// workflow task that it is shown, so the first of the history or, shown from its end, the last.
/// Without one, what would have been behind the first task that was scheduled. Pure.
class reset_search {
public:
  /// The next event, in either direction. True: it is the one, and no more need be shown.
  bool see(const temporal::api::history::v1::HistoryEvent& event);

  /// The completed task; 0: there is none in what was shown.
  [[nodiscard]] std::int64_t completed() const noexcept { return completed_; }
  /// The same, or what would be behind the first scheduled one; 0: there is neither.
  [[nodiscard]] std::int64_t completed_or_scheduled() const noexcept;

private:
  std::int64_t completed_ = 0;
  std::int64_t scheduled_ = 0; ///< the first of all that were shown
};

} // namespace troupe::protocol
