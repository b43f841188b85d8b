// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/detail/run.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

namespace troupe::workflow {

/// Random numbers that are the same on replay. Seeded by the run id.
///
/// What is drawn here is the same with every compiler and on every machine, so a workflow may be
/// replayed by another build of its program. It is also a `UniformRandomBitGenerator`, but what
/// `<random>` and `std::shuffle` make of one is each standard library's own choice: a workflow that
/// uses them must not move from one to another. Threading: only inside its workflow.
class random_source {
public:
  /// As the standard library's generators have it.
  using result_type = std::uint64_t;
  /// Made by the library.
  explicit random_source(detail::ref<detail::run> owner, std::string stream = {})
      : owner_(std::move(owner)), stream_(std::move(stream)) {}
  /// Of `operator()`.
  static constexpr result_type min() { return 0; }
  /// Of `operator()`.
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  /// 64 random bits.
  result_type operator()() const {
    return stream_.empty() ? owner_->random() : owner_->random_of(stream_);
  }

  /// A whole number from `first` to `last`, both included, each as likely as the others. Throws
  /// `std::invalid_argument` if `last` is before `first`.
  template <std::integral Number>
    requires(!std::same_as<Number, bool>)
  [[nodiscard]] Number uniform(Number first, Number last) const {
    require_order(first <= last);
    using wide = std::make_unsigned_t<Number>;
    const auto span = static_cast<wide>(static_cast<wide>(last) - static_cast<wide>(first));
    return static_cast<Number>(static_cast<wide>(first) + static_cast<wide>(up_to(span)));
  }

  /// A number from `from` up to, but not including, `below`; `from` if both are the same. Throws
  /// `std::invalid_argument` unless both are finite and in order.
  [[nodiscard]] double uniform(double from, double below) const;

  /// True in that share of all draws: 0 never, 1 always.
  [[nodiscard]] bool chance(double share) const { return uniform(0.0, 1.0) < share; }

  /// Puts the elements in an order that is as likely as any other.
  template <class Range>
  void shuffle(Range& elements) const {
    const auto first = std::begin(elements);
    for (auto left = static_cast<std::uint64_t>(std::size(elements)); left > 1; --left) {
      using std::swap;
      const auto chosen = up_to(left - 1);
      swap(at(first, left - 1), at(first, chosen));
    }
  }

  /// One of the elements. Throws `std::invalid_argument` if there is none.
  template <class Range>
  [[nodiscard]] decltype(auto) pick(Range&& elements) const {
    const auto count = static_cast<std::uint64_t>(std::size(elements));
    require_element(count != 0);
    const auto first = std::begin(elements);
    if constexpr (std::is_lvalue_reference_v<Range>)
      return at(first, up_to(count - 1));
    else
      return typename std::iterator_traits<std::remove_cvref_t<decltype(first)>>::value_type(
          at(first, up_to(count - 1)));
  }
  /// One of them.
  template <class T>
  [[nodiscard]] T pick(std::initializer_list<T> elements) const {
    require_element(elements.size() != 0);
    return elements.begin()[up_to(elements.size() - 1)];
  }

private:
  template <class Iterator>
  static decltype(auto) at(Iterator first, std::uint64_t index) {
    return first[static_cast<typename std::iterator_traits<Iterator>::difference_type>(index)];
  }
  /// From 0 to `last`, both included.
  [[nodiscard]] std::uint64_t up_to(std::uint64_t last) const;
  static void require_order(bool is_in_order);
  static void require_element(bool has_one);

  detail::ref<detail::run> owner_;
  std::string stream_; ///< empty: the run's own
};

} // namespace troupe::workflow
