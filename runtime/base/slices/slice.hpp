// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

/// Long work in slices: code says as it goes what it has done, and who called it decides how much
/// of that there may be at a time (`sliced_work.hpp`). Counted, not timed: the same input is always
/// cut at the same places.
namespace troupe {

/// Bytes that cost about as much as one small thing: an entry of a table, an event, a row.
inline constexpr std::size_t bytes_of_a_unit = 2048;

/// Says that a little work follows: so many units, each a microsecond or two. Where the budget of a
/// slice is spent, everything else on this thread goes on first: what others may change meanwhile
/// must be looked up anew. Outside of sliced work, or while an exception is under way, it only
/// counts. Throws `slices_abandoned` once if the work is not to be finished.
///
/// Not inline, so that no caller keeps the address of a thread's own variable from before to after.
void spend(std::size_t units = 1);

/// The same for work that lies in bytes: copied, checked, written.
inline void spend_bytes(std::size_t bytes) {
  if (bytes >= bytes_of_a_unit)
    spend(bytes / bytes_of_a_unit);
}

/// Hears of all that is spent on this thread: for tests, which add it up.
class spending_observer {
public:
  virtual ~spending_observer() = default;
  virtual void spent(std::size_t units) = 0;
};
/// From now on this one hears of it, or nobody. Gives the one before.
spending_observer* observe_spending(spending_observer* by) noexcept;

} // namespace troupe
