// SPDX-License-Identifier: Apache-2.0
#include "runtime/telemetry/registry.hpp"

#include "runtime/telemetry/meter.hpp"

#include <algorithm>
#include <bit>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <utility>

namespace troupe::telemetry {

namespace {

/// Two cells of different threads in one line would make the threads wait for each other. 128: the
/// processors fetch lines in pairs.
constexpr std::size_t line = 128;
constexpr std::size_t block_bytes = 4096;

struct free_block {
  void operator()(std::byte* bytes) const noexcept {
    ::operator delete[](bytes, std::align_val_t{line});
  }
};
using block = std::unique_ptr<std::byte, free_block>;

labels sorted(labels all) {
  std::ranges::sort(all);
  return all;
}

} // namespace

// -- what there is, guarded by the registry's lock ------------------------------------------------

namespace {

/// What a series holds, as the numbers lie in its cells.
using numbers = std::vector<std::uint64_t>;

struct series {
  std::vector<std::pair<const void*, const cell*>> cells; ///< of each meter
  numbers left;                                           ///< by meters that are gone
  std::vector<const std::function<double()>*> readers;
};

struct family {
  std::string help;
  metric_kind kind = metric_kind::counter;
  metric_unit unit = metric_unit::none;
  bool is_ours = false;
  bool is_of_program = false;
  std::vector<std::int64_t> bounds;
  histogram_shape shape;
  std::map<labels, series> all;

  [[nodiscard]] std::size_t cells() const noexcept {
    return kind == metric_kind::histogram ? shape.cells() : 1;
  }
  [[nodiscard]] bool fits(const metric& what) const noexcept {
    return kind == what.kind && unit == what.unit && std::ranges::equal(bounds, what.bounds)
           && shape.has_quantiles == what.has_quantiles;
  }
  /// A gauge that nobody sets any more is not zero, it is not there.
  void forget_if_unused(const series* which) {
    if (kind == metric_kind::gauge && which->cells.empty() && which->readers.empty())
      std::erase_if(all, [&](const auto& each) { return &each.second == which; });
  }
};

void add(metric_kind kind, std::span<std::uint64_t> to, const cell* from) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    const auto number = from[i].load(std::memory_order_relaxed);
    to[i] = kind == metric_kind::gauge
                ? std::bit_cast<std::uint64_t>(
                      std::bit_cast<double>(to[i]) + std::bit_cast<double>(number))
                : to[i] + number;
  }
}

series_value value_of(const family& of, const labels& with, const series& what) {
  numbers sum = what.left;
  sum.resize(of.cells());
  for (const auto& [owner, cells] : what.cells)
    add(of.kind, sum, cells);
  series_value result;
  result.labels = with;
  if (of.kind == metric_kind::histogram) {
    auto& seen = result.histogram;
    const auto at = [&](std::size_t index) {
      return sum.begin() + static_cast<std::ptrdiff_t>(index);
    };
    seen.bounds = of.bounds;
    seen.counts.assign(at(histogram_shape::first_bucket), at(of.shape.first_fine()));
    seen.fine.assign(at(of.shape.first_fine()), sum.end());
    seen.sum = sum[histogram_shape::sum];
    for (const auto each : seen.counts)
      seen.count += each;
    return result;
  }
  result.value =
      of.kind == metric_kind::gauge ? std::bit_cast<double>(sum[0]) : static_cast<double>(sum[0]);
  for (const auto* read : what.readers)
    result.value += (*read)();
  return result;
}

} // namespace

struct registry::implementation {
  mutable std::mutex mutex;
  /// By name; those of programs apart.
  std::map<std::pair<std::string, bool>, family> families;

  /// Under the lock.
  family& family_of(const metric& what) {
    std::pair key{std::string{what.name}, what.is_of_program};
    auto found = families.find(key);
    if (found == families.end()) {
      found = families.try_emplace(std::move(key)).first;
      auto& made = found->second;
      made.help = what.help;
      made.kind = what.kind;
      made.unit = what.unit;
      made.is_ours = what.is_ours;
      made.is_of_program = what.is_of_program;
      made.bounds.assign(what.bounds.begin(), what.bounds.end());
      made.shape = {made.bounds.data(), made.bounds.size(), what.has_quantiles};
    } else if (!found->second.fits(what)) {
      throw std::invalid_argument{
          "the metric " + std::string{what.name} + " is there already, of another shape"};
    }
    return found->second;
  }
};

// -- registry -------------------------------------------------------------------------------------

registry::registry() : impl_(std::make_shared<implementation>()) {}
registry::~registry() = default;

std::unique_ptr<meter> registry::add_meter(labels common) {
  return std::unique_ptr<meter>{new meter{shared_from_this(), std::move(common)}};
}

observed registry::observe(const metric& what, labels with, std::function<double()> read) {
  if (what.kind == metric_kind::histogram)
    throw std::invalid_argument{"a histogram cannot be asked for: " + std::string{what.name}};
  struct entry {
    std::shared_ptr<implementation> owner;
    family* of = nullptr;
    series* in = nullptr;
    std::function<double()> read;

    ~entry() {
      const std::lock_guard guard{owner->mutex};
      if (in == nullptr)
        return;
      std::erase(in->readers, &read);
      of->forget_if_unused(in);
    }
  };
  auto made = std::make_shared<entry>();
  made->owner = impl_;
  made->read = std::move(read);
  const std::lock_guard guard{impl_->mutex};
  made->of = &impl_->family_of(what);
  made->in = &made->of->all[sorted(std::move(with))];
  made->in->readers.push_back(&made->read);
  return observed{std::move(made)};
}

snapshot registry::read() const {
  snapshot result;
  const std::lock_guard guard{impl_->mutex};
  for (const auto& [key, family] : impl_->families) {
    auto& made = result.families.emplace_back();
    made.name = key.first;
    made.kind = family.kind;
    made.help = family.help;
    made.unit = family.unit;
    made.is_ours = family.is_ours;
    made.is_of_program = family.is_of_program;
    for (const auto& [with, what] : family.all)
      made.series.push_back(value_of(family, with, what));
  }
  return result;
}

// -- meter ----------------------------------------------------------------------------------------

/// The cells of one meter: blocks that no other meter has cells in, and what lies where.
struct meter::storage {
  struct owned {
    family* of;
    series* in;
    cell* cells;
  };
  std::vector<block> blocks;
  std::byte* next = nullptr;
  std::size_t room = 0;
  std::vector<owned> all;

  cell* take(std::size_t count) {
    const auto bytes = count * sizeof(cell);
    if (room < bytes) {
      const auto size = std::max(block_bytes, (bytes + line - 1) / line * line);
      blocks.emplace_back(static_cast<std::byte*>(::operator new[](size, std::align_val_t{line})));
      next = blocks.back().get();
      room = size;
    }
    auto* made = reinterpret_cast<cell*>(next);
    std::uninitialized_value_construct_n(made, count);
    next += bytes;
    room -= bytes;
    return made;
  }
};

struct meter::place {
  cell* cells;
  const histogram_shape* shape;
};

meter::meter(std::shared_ptr<registry> of, labels common)
    : registry_(std::move(of)), common_(std::move(common)), storage_(std::make_unique<storage>()) {}

meter::~meter() {
  const std::lock_guard guard{registry_->impl_->mutex};
  for (const auto& [of, in, cells] : storage_->all) {
    std::erase_if(in->cells, [&](const auto& each) { return each.first == this; });
    if (of->kind == metric_kind::gauge) {
      of->forget_if_unused(in);
      continue;
    }
    in->left.resize(of->cells());
    add(of->kind, in->left, cells);
  }
}

meter::place meter::find(const metric& what, labels more) {
  more.insert(more.end(), common_.begin(), common_.end());
  more = sorted(std::move(more));
  const std::lock_guard guard{registry_->impl_->mutex};
  auto& family = registry_->impl_->family_of(what);
  auto& in = family.all[std::move(more)];
  for (const auto& each : storage_->all)
    if (each.in == &in)
      return {each.cells, &family.shape};
  auto* cells = storage_->take(family.cells());
  in.cells.emplace_back(this, cells);
  storage_->all.push_back({&family, &in, cells});
  return {cells, &family.shape};
}

namespace {

void require(const metric& what, metric_kind kind) {
  if (what.kind != kind)
    throw std::invalid_argument{"the metric " + std::string{what.name} + " is of another kind"};
}

} // namespace

telemetry::counter meter::counter(const metric& what, labels more) {
  require(what, metric_kind::counter);
  return telemetry::counter{find(what, std::move(more)).cells};
}

telemetry::gauge meter::gauge(const metric& what, labels more) {
  require(what, metric_kind::gauge);
  return telemetry::gauge{find(what, std::move(more)).cells};
}

telemetry::histogram meter::histogram(const metric& what, labels more) {
  require(what, metric_kind::histogram);
  const auto [cells, shape] = find(what, std::move(more));
  return {cells, shape};
}

namespace {

telemetry::counter make(meter& from, const metric& what, labels with, const counter*) {
  return from.counter(what, std::move(with));
}
telemetry::histogram make(meter& from, const metric& what, labels with, const histogram*) {
  return from.histogram(what, std::move(with));
}

std::uint64_t count_of(const counter& of) noexcept {
  return of.get();
}
std::uint64_t count_of(const histogram& of) noexcept {
  return of.count();
}

} // namespace

template <class Handle>
const Handle& by_label<Handle>::of(std::string_view value) {
  const auto found = known_.find(value);
  if (found != known_.end())
    return found->second;
  if (known_.size() >= most_ && value != "other")
    return of("other");
  auto with = fixed_;
  with.push_back({label_, std::string{value}});
  constexpr const Handle* kind = nullptr;
  return known_.try_emplace(std::string{value}, make(*meter_, metric_, std::move(with), kind))
      .first->second;
}

template <class Handle>
std::uint64_t by_label<Handle>::get() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& [value, each] : known_)
    sum += count_of(each);
  return sum;
}

template class by_label<counter>;
template class by_label<histogram>;

} // namespace troupe::telemetry
