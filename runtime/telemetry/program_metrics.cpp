// SPDX-License-Identifier: Apache-2.0
#include "runtime/telemetry/program_metrics.hpp"

#include "runtime/telemetry/meter.hpp"
#include "runtime/telemetry/prometheus_text.hpp"
#include "runtime/telemetry/sdk_buckets.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <utility>

namespace troupe::detail {

namespace {

constexpr double millionths = 1e6;
constexpr double nanoseconds_of_a_millisecond = 1e6;

std::size_t mix(std::size_t into, std::size_t more) noexcept {
  return (into ^ more) * 0x9E3779B97F4A7C15u + (into >> 7);
}

std::size_t hash_of(std::string_view text) noexcept {
  return std::hash<std::string_view>{}(text);
}

/// In parts of which there are `scale` in one; what is too much is the most that there is.
std::int64_t scaled(double value, double scale) noexcept {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  const auto parts = value * scale;
  if (!(parts > 0)) // what is no number among them
    return 0;
  return parts < static_cast<double>(most) ? static_cast<std::int64_t>(std::llround(parts)) : most;
}

} // namespace

struct program_metrics::family {
  std::size_t hash = 0;
  kind of = kind::counter;
  std::string name;        ///< as the program has it
  std::string shown;       ///< as others see it
  std::string description; ///< for people
  std::vector<std::int64_t> bounds;
  std::size_t series = 0;                         ///< under the lock
  std::atomic<bool> is_refused = false;           ///< nothing of it is counted
  std::atomic<metric_series*> overflow = nullptr; ///< once there are too many

  [[nodiscard]] telemetry::metric metric() const {
    const auto as = [this] {
      switch (of) {
      case kind::counter: return telemetry::metric_kind::counter;
      case kind::gauge: return telemetry::metric_kind::gauge;
      case kind::histogram:
      case kind::timer: break;
      }
      return telemetry::metric_kind::histogram;
    };
    return {
        .name = shown,
        .kind = as(),
        .help = description,
        .unit = of == kind::timer       ? telemetry::metric_unit::duration
                : of == kind::histogram ? telemetry::metric_unit::millionths
                                        : telemetry::metric_unit::none,
        .bounds = bounds,
        .is_of_program = true};
  }
};

struct program_metrics::known {
  std::size_t hash;
  const family* of;
  metric_labels labels;
  metric_series series;
};

program_metrics::program_metrics(std::shared_ptr<telemetry::registry> to, environment with)
    : registry_(std::move(to)), meter_(registry_->add_meter()), with_(std::move(with)) {}

program_metrics::~program_metrics() = default;

metric_labels program_metrics::clean(metric_labels labels) const {
  std::map<std::string, std::string> all;
  for (auto& [given, value] : labels) {
    auto name = telemetry::prometheus_name(given);
    if (name.empty() || name == "le") // which histograms have themselves
      name += '_';
    all.insert_or_assign(std::move(name), with_.is_text(value) ? std::move(value) : "invalid");
  }
  return {all.begin(), all.end()};
}

metric_series* program_metrics::find(
    kind of, std::string_view name, const metric_options& options, const metric_labels& labels) {
  auto* in = family_of(of, name, options);
  return in == nullptr || in->is_refused.load(std::memory_order_relaxed) ? nullptr
                                                                         : series_of(*in, labels);
}

program_metrics::family*
program_metrics::family_of(kind of, std::string_view name, const metric_options& options) {
  const auto hash = mix(hash_of(name), static_cast<std::size_t>(of));
  const auto fits = [&](const family& one) { return one.of == of && one.name == name; };
  if (auto* found = names_.find(hash, fits)) [[likely]]
    return found;
  const std::lock_guard guard{mutex_};
  if (auto* found = names_.find(hash, fits)) // another thread was quicker
    return found;
  if (all_names_.size() == most_names) {
    if (!std::exchange(is_full_told_, true))
      with_.warn(
          "a worker's program has more than " + std::to_string(most_names)
          + " metrics: the others, '" + std::string{name} + "' among them, are not counted");
    return nullptr;
  }
  auto made = std::make_unique<family>();
  made->hash = hash;
  made->of = of;
  made->name = name;
  made->shown = telemetry::prometheus_name(name);
  made->description = options.description;
  if (of == kind::histogram || of == kind::timer) {
    for (const auto bound : options.bounds)
      made->bounds.push_back(
          scaled(bound, of == kind::timer ? nanoseconds_of_a_millisecond : millionths));
    std::ranges::sort(made->bounds);
    made->bounds.erase(std::ranges::unique(made->bounds).begin(), made->bounds.end());
    if (made->bounds.empty()) // a millisecond has as many parts as one: the numbers are the same
      made->bounds.assign(telemetry::buckets::other.begin(), telemetry::buckets::other.end());
  }
  if (made->shown.empty())
    refuse(*made, "it has no name");
  else if (made->shown.starts_with("temporal_") || made->shown.starts_with("troupe_"))
    refuse(*made, "names that begin with temporal_ or troupe_ are the library's");
  names_.publish(made.get());
  return all_names_.emplace_back(std::move(made)).get();
}

metric_series* program_metrics::series_of(family& in, const metric_labels& labels) {
  auto hash = in.hash;
  for (const auto& [name, value] : labels)
    hash = mix(mix(hash, hash_of(name)), hash_of(value));
  const auto fits = [&](const known& one) { return one.of == &in && one.labels == labels; };
  if (auto* found = series_.find(hash, fits)) [[likely]]
    return &found->series;
  if (auto* instead = in.overflow.load(std::memory_order_acquire))
    return instead;
  const std::lock_guard guard{mutex_};
  if (auto* found = series_.find(hash, fits))
    return &found->series;
  if (auto* instead = in.overflow.load(std::memory_order_relaxed))
    return instead;
  const bool is_full = in.series == most_of_one || count_ == most;
  try {
    auto made = std::make_unique<known>(known{
        hash,
        &in,
        is_full ? metric_labels{} : labels,
        make(in, is_full ? metric_labels{{"overflow", "true"}} : labels)});
    auto& kept = *all_series_.emplace_back(std::move(made));
    if (is_full) {
      in.overflow.store(&kept.series, std::memory_order_release);
      with_.warn(
          "the metric '" + in.name + "' has too many sets of labels (" + std::to_string(in.series)
          + " of its own): more of them are counted together, as overflow=\"true\"");
    } else {
      ++in.series;
      ++count_;
      series_.publish(&kept);
    }
    return &kept.series;
  } catch (const std::invalid_argument&) {
    refuse(in, "there is one of that name and another kind");
    return nullptr;
  }
}

metric_series program_metrics::make(const family& in, const metric_labels& labels) {
  telemetry::labels all;
  for (const auto& [name, value] : labels)
    all.push_back({name, value});
  const auto metric = in.metric();
  switch (metric.kind) {
  case telemetry::metric_kind::counter: return {meter_->counter(metric, std::move(all))};
  case telemetry::metric_kind::gauge: return {meter_->gauge(metric, std::move(all))};
  case telemetry::metric_kind::histogram: break;
  }
  return {meter_->histogram(metric, std::move(all))};
}

void program_metrics::refuse(family& what, const std::string& why) {
  what.is_refused.store(true, std::memory_order_relaxed);
  with_.warn("the metric '" + what.name + "' is not counted: " + why);
}

meter make_meter(
    std::shared_ptr<program_metrics> all,
    metric_labels labels,
    std::shared_ptr<const metric_gate> gate) {
  if (!all)
    return meter{};
  auto state = std::make_shared<meter_state>();
  state->labels = all->clean(std::move(labels));
  state->all = std::move(all);
  state->gate = std::move(gate);
  return meter{std::move(state)};
}

} // namespace troupe::detail

namespace troupe {

using detail::program_metrics;

void metric_counter::add(std::uint64_t by) const noexcept {
  if (auto* to = open())
    std::get_if<telemetry::counter>(&to->cells)->add_shared(by);
}

void metric_gauge::set(double value) const noexcept {
  if (auto* to = open())
    std::get_if<telemetry::gauge>(&to->cells)->set(value);
}

void metric_histogram::record(double value) const noexcept {
  if (auto* to = open())
    std::get_if<telemetry::histogram>(&to->cells)
        ->observe_shared(detail::scaled(value, detail::millionths));
}

void metric_timer::record(std::chrono::nanoseconds time) const noexcept {
  if (auto* to = open())
    std::get_if<telemetry::histogram>(&to->cells)->observe_shared(time.count());
}

meter meter::with(const metric_labels& more) const {
  if (!state_)
    return {};
  auto all = state_->labels;
  all.insert(all.end(), more.begin(), more.end());
  return detail::make_meter(state_->all, std::move(all), state_->gate);
}

namespace {

detail::metric_series* find(
    const std::shared_ptr<const detail::meter_state>& of,
    program_metrics::kind kind,
    std::string_view name,
    const metric_options& options) {
  // In a replay, too: the handle may be kept until that is over.
  return of ? of->all->find(kind, name, options, of->labels) : nullptr;
}

} // namespace

metric_counter meter::counter(std::string_view name, const metric_options& options) const {
  return {state_, find(state_, program_metrics::kind::counter, name, options)};
}

metric_gauge meter::gauge(std::string_view name, const metric_options& options) const {
  return {state_, find(state_, program_metrics::kind::gauge, name, options)};
}

metric_histogram meter::histogram(std::string_view name, const metric_options& options) const {
  return {state_, find(state_, program_metrics::kind::histogram, name, options)};
}

metric_timer meter::timer(std::string_view name, const metric_options& options) const {
  return {state_, find(state_, program_metrics::kind::timer, name, options)};
}

} // namespace troupe
