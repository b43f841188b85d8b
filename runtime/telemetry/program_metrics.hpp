// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/telemetry/cells.hpp"
#include "runtime/telemetry/metric.hpp"
#include "runtime/telemetry/registry.hpp"

#include <troupe/meter.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::detail {

/// What a handle of a program's metric counts with. Any thread may.
struct metric_series {
  std::variant<telemetry::counter, telemetry::gauge, telemetry::histogram> cells;
};

/// The metrics of the programs that a worker runs: found by name and labels without a lock, made
/// under one, and never more than so many.
///
/// Finding looks into tables that only grow, and into which a thread that holds the lock publishes
/// what it has made (release, paired with the acquire of who looks). Lives as long as a handle
/// does.
class program_metrics {
public:
  enum class kind : std::uint8_t { counter, gauge, histogram, timer };

  /// What it cannot do itself, as this folder depends on nothing.
  struct environment {
    /// Tells the program's author of a metric that cannot be; once each.
    std::function<void(const std::string&)> warn = [](const std::string&) {};
    /// Is it UTF-8?
    std::function<bool(std::string_view)> is_text = [](std::string_view) { return true; };
  };

  program_metrics(std::shared_ptr<telemetry::registry> to, environment with);
  ~program_metrics();
  program_metrics(const program_metrics&) = delete;
  program_metrics& operator=(const program_metrics&) = delete;

  /// Null for what cannot be counted. `labels` are those of a meter of `make_meter`.
  [[nodiscard]] metric_series*
  find(kind of, std::string_view name, const metric_options& options, const metric_labels& labels);
  /// Labels as they may be shown, by name; the last of those with one name stays.
  [[nodiscard]] metric_labels clean(metric_labels labels) const;

  static constexpr std::size_t most_names = 200;
  static constexpr std::size_t most_of_one = 200; ///< series of one name
  static constexpr std::size_t most = 1000;       ///< of all

private:
  struct family;
  struct known;

  /// Entries by their hashes; at most half of its places are taken.
  template <class Entry, std::size_t Places>
  class table {
  public:
    template <class Fits>
    [[nodiscard]] Entry* find(std::size_t hash, Fits fits) const noexcept {
      for (std::size_t i = hash;; ++i) {
        auto* at = places_[i % Places].load(std::memory_order_acquire);
        if (at == nullptr || (at->hash == hash && fits(*at)))
          return at;
      }
    }
    /// Under the lock; there is room, and none like it.
    void publish(Entry* made) noexcept {
      auto i = made->hash;
      while (places_[i % Places].load(std::memory_order_relaxed) != nullptr)
        ++i;
      places_[i % Places].store(made, std::memory_order_release);
    }

  private:
    std::array<std::atomic<Entry*>, Places> places_{};
  };

  [[nodiscard]] family* family_of(kind of, std::string_view name, const metric_options& options);
  [[nodiscard]] metric_series* series_of(family& in, const metric_labels& labels);
  [[nodiscard]] metric_series make(const family& in, const metric_labels& labels);
  void refuse(family& what, const std::string& why);

  std::shared_ptr<telemetry::registry> registry_;
  std::unique_ptr<telemetry::meter> meter_;
  environment with_;
  table<family, 2 * most_names> names_;
  table<known, 2 * most> series_;
  std::mutex mutex_; ///< guards what follows, and publishing
  std::vector<std::unique_ptr<family>> all_names_;
  std::vector<std::unique_ptr<known>> all_series_;
  std::size_t count_ = 0; ///< of the published ones
  bool is_full_told_ = false;
};

/// A meter with these labels; one that counts nothing if `all` is null.
[[nodiscard]] meter make_meter(
    std::shared_ptr<program_metrics> all,
    metric_labels labels,
    std::shared_ptr<const metric_gate> gate = nullptr);

} // namespace troupe::detail
