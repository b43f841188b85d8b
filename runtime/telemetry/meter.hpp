// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/telemetry/cells.hpp"
#include "runtime/telemetry/metric.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::telemetry {

class registry;

/// What one thread counts with.
///
/// Making a counter, gauge or histogram takes the registry's lock and memory: make them once and
/// keep them, they live as long as the meter. Counting costs some plain instructions on cells that
/// no other thread writes, and that share no cache line with another meter's. Any thread may make
/// them, one counts. The same metric with the same labels is the same cell.
///
/// Throws `std::invalid_argument` if the name is taken by a metric of another shape.
class meter {
public:
  ~meter();
  meter(const meter&) = delete;
  meter& operator=(const meter&) = delete;

  [[nodiscard]] telemetry::counter counter(const metric& what, labels more = {});
  [[nodiscard]] telemetry::gauge gauge(const metric& what, labels more = {});
  [[nodiscard]] telemetry::histogram histogram(const metric& what, labels more = {});

private:
  friend class registry;
  struct storage;
  meter(std::shared_ptr<registry> of, labels common);
  struct place;
  [[nodiscard]] place find(const metric& what, labels more);

  std::shared_ptr<registry> registry_;
  labels common_;
  std::unique_ptr<storage> storage_;
};

/// Counters or histograms that differ in one label whose values show only while counting. For the
/// meter's thread; a value that is new takes the registry's lock once.
template <class Handle>
class by_label {
public:
  /// After `most` values everything else counts as `other`: what comes from outside must not grow
  /// without end.
  /// `fixed` are more labels, the same for all.
  by_label(
      meter& from, const metric& what, std::string label, labels fixed = {}, std::size_t most = 100)
      : meter_(&from), metric_(what), label_(std::move(label)), fixed_(std::move(fixed)),
        most_(most) {}

  [[nodiscard]] const Handle& of(std::string_view value);
  /// All values together, as this meter counted them.
  [[nodiscard]] std::uint64_t get() const noexcept;

private:
  meter* meter_;
  metric metric_; ///< its texts must outlive this
  std::string label_;
  labels fixed_;
  std::size_t most_;
  std::map<std::string, Handle, std::less<>> known_;
};

/// Several cells of what differs in `N` labels whose values show only while counting, for whoever
/// counts the same thing more than once: found once and kept, they live as long as this. `Cells` is
/// made of a meter and its labels. For the meter's thread; values that are new take the registry's
/// lock once.
template <class Cells, std::size_t N>
class cells_by {
public:
  /// After `most` combinations all others count as `other` in every label.
  cells_by(meter& from, std::array<std::string, N> names, std::size_t most = 200)
      : meter_(&from), names_(std::move(names)), most_(most) {}

  [[nodiscard]] const Cells& of(const std::array<std::string_view, N>& values) {
    const auto found = known_.find(values);
    if (found != known_.end())
      return found->second;
    std::array<std::string_view, N> others;
    others.fill("other");
    if (known_.size() >= most_ && values != others)
      return of(others);
    std::array<std::string, N> key;
    labels with;
    for (std::size_t i = 0; i < N; ++i) {
      key[i] = values[i];
      with.push_back({names_[i], key[i]});
    }
    return known_.try_emplace(std::move(key), *meter_, with).first->second;
  }

private:
  struct by_text {
    using is_transparent = void;
    bool operator()(const auto& left, const auto& right) const noexcept {
      return std::ranges::lexicographical_compare(
          left, right, [](std::string_view a, std::string_view b) { return a < b; });
    }
  };
  meter* meter_;
  std::array<std::string, N> names_;
  std::size_t most_;
  std::map<std::array<std::string, N>, Cells, by_text> known_;
};

using counters_by_label = by_label<counter>;
using histograms_by_label = by_label<histogram>;

} // namespace troupe::telemetry
