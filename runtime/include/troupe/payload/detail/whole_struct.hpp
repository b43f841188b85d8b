// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe/bases.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace troupe {

/// Specialise as true for a struct of which some members stay at home on purpose, so that its
/// description leaves them out.
template <class T>
inline constexpr bool described_in_part = false;

namespace detail {

/// Initialises a member of any type. Own code instead of Boost.PFR, which refuses structs with
/// bases.
struct any_value {
  template <class T>
  operator T() const;
};

template <class T, class Sequence>
inline constexpr bool takes_values = false;
template <class T, std::size_t... I>
inline constexpr bool takes_values<T, std::index_sequence<I...>> =
    requires { T{((void)I, any_value{})...}; };

template <class T>
using own_described_members = boost::describe::describe_members<T, boost::describe::mod_any_access>;
template <class T>
using described_bases = boost::describe::describe_bases<T, boost::describe::mod_any_access>;

/// Nothing is left out of the description, as far as one can tell: the members of an aggregate can
/// be counted, those of another class cannot.
template <class T>
consteval bool has_nothing_left_out() {
  if constexpr (!std::is_aggregate_v<T> || described_in_part<T>)
    return true;
  else {
    constexpr auto described = boost::mp11::mp_size<own_described_members<T>>::value
                               + boost::mp11::mp_size<described_bases<T>>::value;
    return !takes_values<T, std::make_index_sequence<described + 1>>;
  }
}

// The name is part of the compiler's message.
template <class T>
inline constexpr bool is_described_whole = has_nothing_left_out<T>();

/// Says so once for each type.
template <class T>
constexpr void check_description() {
  static_assert(
      is_described_whole<T>,
      "this struct has a member or base that its BOOST_DESCRIBE_STRUCT leaves out, so it would not "
      "travel; if it should not: template <> inline constexpr bool "
      "troupe::described_in_part<type> = true;");
}

} // namespace detail
} // namespace troupe
