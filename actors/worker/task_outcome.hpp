// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/telemetry/meter.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace troupe::actors {

/// What became of an accepted task. Every one of them ends as exactly one of these.
enum class task_outcome : std::uint8_t {
  answered,         ///< the service took the answer
  deadline_passed,  ///< nobody waits any more; no answer was sent
  task_gone,        ///< the service no longer knows the task (NotFound to the answer)
  answer_failed,    ///< the answer could not be delivered
  repeated_failure, ///< a workflow task failed again; the service's timeout paces the retries
  unreadable,       ///< the task itself made no sense
  not_needed,       ///< there was nothing to answer (an expired query, a task that is already done)
  shutdown,         ///< the worker left before it was done
  died,             ///< the actor that had it died
  forgotten,        ///< a bug of ours: nobody recorded an outcome (logged as an error)
};
inline constexpr std::size_t task_outcome_count = 10;

[[nodiscard]] std::string_view to_string(task_outcome outcome) noexcept;

/// Outcomes of the tasks of one kind on one shard: `accepted` equals the sum of the others when
/// nothing is running. Cheap handles on the shard's meter.
///
/// Metrics: `task_accepted`, `task_ended` by `outcome`, and `worker_task_slots_used`, all with the
/// `worker_type` of Temporal's SDKs (`NexusWorker`).
struct outcome_counters {
  outcome_counters(telemetry::meter& meter, std::string_view worker_type);

  [[nodiscard]] std::uint64_t of(task_outcome outcome) const noexcept {
    return ended[static_cast<std::size_t>(outcome)].get();
  }

  telemetry::counter accepted;
  telemetry::gauge slots_used; ///< tasks that are not over
  std::vector<telemetry::counter> ended;
};

/// Makes sure that an accepted task ends with exactly one recorded outcome. A guard that is
/// destroyed without one records `forgotten` and says so in the log. Moves with the task; used on
/// the shard that accepted it.
class outcome_guard {
public:
  outcome_guard() = default;
  outcome_guard(outcome_counters& where, std::string_view kind) : where_(&where), kind_(kind) {
    where.accepted.add();
    where.slots_used.add(1);
  }
  outcome_guard(outcome_guard&& other) noexcept : where_(other.where_), kind_(other.kind_) {
    other.where_ = nullptr;
  }
  outcome_guard& operator=(outcome_guard&& other) noexcept;
  ~outcome_guard();

  /// Records the outcome; only the first one counts.
  void record(task_outcome outcome) noexcept;
  [[nodiscard]] bool is_open() const noexcept { return where_ != nullptr; }

private:
  outcome_counters* where_ = nullptr;
  std::string_view kind_;
};

} // namespace troupe::actors
