// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/slots/slot_supplier.hpp"
#include "runtime/telemetry/registry.hpp"

#include <troupe/tuner.hpp>
#include <troupe/worker.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace troupe::detail {

/// Where the slots of a worker come from, by what it was told.
class worker_slots {
public:
  /// Throws `worker_error` for a tuner that makes no sense.
  explicit worker_slots(const worker_options& options);
  /// These. Null: of a kind that is not served.
  worker_slots(
      std::shared_ptr<actors::slot_supplier> workflow_slots,
      std::shared_ptr<actors::slot_supplier> activity_slots,
      std::shared_ptr<actors::slot_supplier> local_activity_slots,
      std::shared_ptr<actors::slot_supplier> nexus_slots)
      : workflow(std::move(workflow_slots)), activity(std::move(activity_slots)),
        local_activity(std::move(local_activity_slots)), nexus(std::move(nexus_slots)) {}

  const std::shared_ptr<actors::slot_supplier> workflow;
  const std::shared_ptr<actors::slot_supplier> activity;
  const std::shared_ptr<actors::slot_supplier> local_activity;
  const std::shared_ptr<actors::slot_supplier> nexus;

  /// Shows what the tuner's controller measures; of several, the first one's.
  [[nodiscard]] std::vector<telemetry::observed>
  observe(telemetry::registry& to, const telemetry::labels& with) const;

private:
  std::shared_ptr<resource_controller> controller_; ///< null: all are fixed or the program's
};

/// How many tasks can have a slot at a time; the largest number if that cannot be said. Sums stop
/// there, too.
[[nodiscard]] std::size_t most_at_a_time(const actors::slot_supplier& slots);
[[nodiscard]] std::size_t saturated_sum(std::size_t a, std::size_t b);

} // namespace troupe::detail
