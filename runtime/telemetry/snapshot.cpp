// SPDX-License-Identifier: Apache-2.0
#include "runtime/telemetry/snapshot.hpp"

#include "runtime/telemetry/log_scale.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace troupe::telemetry {

namespace {

void add(std::vector<std::uint64_t>& to, const std::vector<std::uint64_t>& from) {
  if (to.size() < from.size())
    to.resize(from.size());
  for (std::size_t i = 0; i < from.size(); ++i)
    to[i] += from[i];
}

} // namespace

void histogram_value::merge(const histogram_value& other) {
  if (bounds.empty())
    bounds = other.bounds;
  add(counts, other.counts);
  add(fine, other.fine);
  count += other.count;
  sum += other.sum;
}

std::uint64_t histogram_value::quantile(double q) const noexcept {
  std::uint64_t seen_in_all = 0;
  for (const auto each : fine)
    seen_in_all += each;
  // Not `count`: a meter may be between its additions.
  const auto wanted = static_cast<double>(seen_in_all) * q;
  std::uint64_t seen = 0;
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < fine.size(); ++i) {
    if (fine[i] == 0)
      continue;
    seen += fine[i];
    last = log_scale::value_of(i);
    if (static_cast<double>(seen) >= wanted)
      break;
  }
  return last;
}

std::optional<std::string_view> series_value::label(std::string_view name) const noexcept {
  const auto found = std::ranges::find(labels, name, &telemetry::label::name);
  if (found == labels.end())
    return std::nullopt;
  return found->value;
}

bool series_value::matches(const telemetry::labels& wanted) const noexcept {
  return std::ranges::all_of(
      wanted, [&](const auto& each) { return std::ranges::find(labels, each) != labels.end(); });
}

const family_value* snapshot::find(std::string_view name) const noexcept {
  const auto found = std::ranges::lower_bound(families, name, {}, &family_value::name);
  return found != families.end() && found->name == name ? &*found : nullptr;
}

double snapshot::total(std::string_view name, const labels& wanted) const noexcept {
  double sum = 0;
  if (const auto* family = find(name))
    for (const auto& each : family->series)
      if (each.matches(wanted))
        sum += each.value;
  return sum;
}

void snapshot::merge(snapshot&& other) {
  for (auto& family : other.families) {
    const auto key = [](const family_value& of) { return std::tie(of.name, of.is_of_program); };
    const auto found = std::ranges::lower_bound(families, key(family), {}, key);
    if (found == families.end() || key(*found) != key(family)) {
      families.insert(found, std::move(family));
      continue;
    }
    for (auto& each : family.series) {
      const auto same = std::ranges::find(found->series, each.labels, &series_value::labels);
      if (same == found->series.end()) {
        found->series.push_back(std::move(each));
      } else {
        same->value += each.value;
        same->histogram.merge(each.histogram);
      }
    }
  }
}

histogram_value snapshot::histogram(std::string_view name, const labels& wanted) const {
  histogram_value sum;
  if (const auto* family = find(name))
    for (const auto& each : family->series)
      if (each.matches(wanted))
        sum.merge(each.histogram);
  return sum;
}

} // namespace troupe::telemetry
