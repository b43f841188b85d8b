// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// Names and values that tell the series of a metric apart. A value is one of few: never an id.
using metric_labels = std::vector<std::pair<std::string, std::string>>;

/// What is said of a metric when it is first used; later uses need not repeat it.
struct metric_options {
  std::string_view description = {}; ///< one line for people
  /// Of histograms and timers: upper bounds of the buckets, ascending, in the unit of the values
  /// (of a timer: milliseconds). Empty: 50, 100, 500, 1000, 2500, 10,000, as in Temporal's SDKs.
  std::vector<double> bounds = {};
};

namespace detail {

struct metric_series; // runtime/telemetry/program_metrics.hpp
class program_metrics;

// Asked before anything is counted.
class metric_gate {
public:
  virtual ~metric_gate() = default;
  [[nodiscard]] virtual bool is_open() const noexcept = 0;
};

// What the handles of one meter share.
struct meter_state {
  std::shared_ptr<program_metrics> all;    // null: nothing is counted
  std::shared_ptr<const metric_gate> gate; // null: always open
  metric_labels labels;

  [[nodiscard]] bool counts() const noexcept { return gate == nullptr || gate->is_open(); }
};

class metric_handle {
public:
  // Made by the library.
  metric_handle(std::shared_ptr<const meter_state> of, metric_series* series) noexcept
      : of_(std::move(of)), series_(series) {}

protected:
  // Null if nothing is to be counted now.
  [[nodiscard]] metric_series* open() const noexcept {
    return series_ != nullptr && of_->counts() ? series_ : nullptr;
  }

private:
  std::shared_ptr<const meter_state> of_;
  metric_series* series_;
};

} // namespace detail

/// Counts what only grows. A cheap handle; as thread-safe as its meter.
class metric_counter : public detail::metric_handle {
public:
  using metric_handle::metric_handle;
  /// So many more.
  void add(std::uint64_t by = 1) const noexcept;
};

/// A number that goes up and down; the last one that was set counts. A cheap handle; as thread-safe
/// as its meter.
class metric_gauge : public detail::metric_handle {
public:
  using metric_handle::metric_handle;
  /// From now on it is this.
  void set(double value) const noexcept;
};

/// Counts values by their size, to a millionth. A cheap handle; as thread-safe as its meter.
class metric_histogram : public detail::metric_handle {
public:
  using metric_handle::metric_handle;
  /// One more value; those below zero count as zero.
  void record(double value) const noexcept;
};

/// Counts times by their length. A cheap handle; as thread-safe as its meter.
class metric_timer : public detail::metric_handle {
public:
  using metric_handle::metric_handle;
  /// One more time; those below zero count as zero.
  void record(std::chrono::nanoseconds time) const noexcept;
};

/// Makes metrics of the program's own, which are shown with the worker's:
///
///     ctx.metrics().counter("orders").add();
///     ctx.metrics().with({{"region", "eu"}}).timer("packing").record(took);
///
/// Names are letters, digits and underscores, as Prometheus has them (others become underscores),
/// and are shown as they are, without a prefix; `temporal_` and `troupe_` begin those of the
/// library. The contexts of workflows, activities and Nexus handlers have a meter each, whose
/// labels say where it counts.
///
/// Nothing here fails: a name that is taken by a metric of another kind, or that the library keeps
/// for itself, is told in the log once and not counted. A metric has at most 200 sets of labels, a
/// worker 1000 in all; what comes beyond is counted under `overflow="true"` instead.
///
/// A cheap value. Thread-safe, without locks but for what is new; a workflow's belongs to its
/// workflow, as its context does.
class meter {
public:
  /// One that counts nothing.
  meter() = default;
  /// Made by the library.
  explicit meter(std::shared_ptr<const detail::meter_state> state) noexcept
      : state_(std::move(state)) {}

  /// The same with more labels; one that is there already is replaced.
  [[nodiscard]] meter with(const metric_labels& more) const;

  /// What only grows.
  [[nodiscard]] metric_counter
  counter(std::string_view name, const metric_options& options = {}) const;
  /// What goes up and down.
  [[nodiscard]] metric_gauge gauge(std::string_view name, const metric_options& options = {}) const;
  /// Values by their size.
  [[nodiscard]] metric_histogram
  histogram(std::string_view name, const metric_options& options = {}) const;
  /// Times by their length.
  [[nodiscard]] metric_timer timer(std::string_view name, const metric_options& options = {}) const;

private:
  std::shared_ptr<const detail::meter_state> state_; ///< null: it counts nothing
};

} // namespace troupe
