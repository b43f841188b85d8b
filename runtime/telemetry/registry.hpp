// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/telemetry/metric.hpp"
#include "runtime/telemetry/snapshot.hpp"

#include <functional>
#include <memory>

namespace troupe::telemetry {

class meter;

/// A number that is asked for when the registry is read. Ends with this object: once it is
/// destroyed, its function runs no more.
class observed {
public:
  observed() = default;
  observed(observed&&) noexcept = default;
  observed& operator=(observed&&) noexcept = default;
  /// For the registry.
  explicit observed(std::shared_ptr<void> entry) noexcept : entry_(std::move(entry)) {}

private:
  std::shared_ptr<void> entry_;
};

/// All metrics of a process, or of one worker: who counts has a `meter` of it, who exposes them
/// reads it.
///
/// Thread-safe. A lock guards what exists, never the counting: each meter has its own cells, and
/// reading adds those of all meters up. Held by `shared_ptr`; meters keep it alive.
class registry : public std::enable_shared_from_this<registry> {
public:
  registry();
  ~registry();
  registry(const registry&) = delete;
  registry& operator=(const registry&) = delete;

  /// A meter for one thread. `common` are labels of everything that it counts.
  [[nodiscard]] std::unique_ptr<meter> add_meter(labels common = {});

  /// A counter or gauge that `read` tells, on whatever thread reads the registry, under its lock:
  /// `read` must not come back here. Summed with what meters have under the same labels.
  [[nodiscard]] observed observe(const metric& what, labels with, std::function<double()> read);

  /// What all of them hold now. What a meter counted that is gone is still in; its gauges are not.
  [[nodiscard]] snapshot read() const;

private:
  friend class meter;
  struct implementation;
  std::shared_ptr<implementation> impl_;
};

} // namespace troupe::telemetry
