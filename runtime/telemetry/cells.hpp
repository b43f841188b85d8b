// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/telemetry/log_scale.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace troupe::telemetry {

class meter;

/// A number that the thread of one meter writes and any thread reads.
using cell = std::atomic<std::uint64_t>;

namespace detail {
/// One writer per cell, so a load and a store do, without a locked instruction. Relaxed: numbers of
/// different cells may be read at slightly different moments, and nothing else is published by
/// them.
inline void add(cell& to, std::uint64_t by) noexcept {
  to.store(to.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}
/// Where any thread may count: dearer, and it still waits for none. Relaxed, as `add`.
inline void add_shared(cell& to, std::uint64_t by) noexcept {
  to.fetch_add(by, std::memory_order_relaxed);
}
} // namespace detail

/// Counts, on its meter's thread. A cheap handle that lives as long as its meter; `get` reads what
/// this meter counted, on any thread.
class counter {
public:
  void add(std::uint64_t by = 1) const noexcept { detail::add(*cell_, by); }
  /// On any thread, if all do so.
  void add_shared(std::uint64_t by = 1) const noexcept { detail::add_shared(*cell_, by); }
  [[nodiscard]] std::uint64_t get() const noexcept {
    return cell_->load(std::memory_order_relaxed);
  }

private:
  friend class meter;
  explicit counter(cell* where) noexcept : cell_(where) {}
  cell* cell_;
};

/// A number that goes up and down, on its meter's thread. A cheap handle, as `counter`.
class gauge {
public:
  void set(double value) const noexcept {
    cell_->store(std::bit_cast<std::uint64_t>(value), std::memory_order_relaxed);
  }
  void add(double by) const noexcept { set(get() + by); }
  [[nodiscard]] double get() const noexcept {
    return std::bit_cast<double>(cell_->load(std::memory_order_relaxed));
  }

private:
  friend class meter;
  explicit gauge(cell* where) noexcept : cell_(where) {}
  cell* cell_;
};

/// Where the parts of a histogram lie among its cells: the sum, a count for each bucket, and where
/// it has quantiles those of `log_scale`.
struct histogram_shape {
  const std::int64_t* bounds = nullptr;
  std::size_t bound_count = 0;
  bool has_quantiles = false;

  static constexpr std::size_t sum = 0;
  static constexpr std::size_t first_bucket = 1;
  [[nodiscard]] std::size_t first_fine() const noexcept { return first_bucket + bound_count + 1; }
  [[nodiscard]] std::size_t cells() const noexcept {
    return first_fine() + (has_quantiles ? log_scale::bucket_count : 0);
  }
};

/// Counts values by their size, on its meter's thread. A cheap handle, as `counter`.
class histogram {
public:
  /// In the metric's unit; a value below zero (a clock that went back) counts as zero.
  void observe(std::int64_t value) const noexcept {
    value = std::max<std::int64_t>(value, 0);
    detail::add(cells_[histogram_shape::sum], static_cast<std::uint64_t>(value));
    detail::add(cells_[bucket_of(value)], 1);
    if (shape_->has_quantiles)
      detail::add(
          cells_[shape_->first_fine() + log_scale::bucket_of(static_cast<std::uint64_t>(value))],
          1);
  }
  void observe(std::chrono::nanoseconds value) const noexcept { observe(value.count()); }
  /// On any thread, if all do so; of one without quantiles.
  void observe_shared(std::int64_t value) const noexcept {
    value = std::max<std::int64_t>(value, 0);
    detail::add_shared(cells_[histogram_shape::sum], static_cast<std::uint64_t>(value));
    detail::add_shared(cells_[bucket_of(value)], 1);
  }

  /// How many values this meter has seen.
  [[nodiscard]] std::uint64_t count() const noexcept {
    std::uint64_t all = 0;
    for (std::size_t i = 0; i <= shape_->bound_count; ++i)
      all += cells_[histogram_shape::first_bucket + i].load(std::memory_order_relaxed);
    return all;
  }

private:
  friend class meter;
  histogram(cell* where, const histogram_shape* shape) noexcept : cells_(where), shape_(shape) {}
  [[nodiscard]] std::size_t bucket_of(std::int64_t value) const noexcept {
    std::size_t bucket = 0; // few bounds, and most values are below the first
    while (bucket < shape_->bound_count && value > shape_->bounds[bucket])
      ++bucket;
    return histogram_shape::first_bucket + bucket;
  }
  cell* cells_;
  const histogram_shape* shape_;
};

} // namespace troupe::telemetry
