// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/json_members.hpp>
#include <troupe/payload/json_reader.hpp>
#include <troupe/payload/json_types.hpp>
#include <troupe/payload/json_writer.hpp>

#include <boost/mp11/algorithm.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

// Enums as numbers and by name. For `<troupe/payload/json.hpp>` alone.
namespace troupe::detail {

[[noreturn]] void fail_range(std::string_view what);

template <class E>
inline constexpr bool is_described_enum = boost::describe::has_describe_enumerators<E>::value;

template <class E>
struct enum_row {
  std::string_view name; // in JSON
  E value;
};

template <class E, class... D>
constexpr void check_values() {
  check_names<E>();
  static_assert(
      all_different(std::array<std::string_view, sizeof...(D)>{quoted_name<E, E, D>.name()...}),
      "troupe::json_names and json_naming give two values of this enum the same name in JSON");
  static_assert(
      (is_plain_name(quoted_name<E, E, D>.name()) && ...),
      "troupe::json_names has a name with quotes, backslashes or control characters");
}

template <class E>
inline constexpr auto enum_rows = []<class... D>(boost::mp11::mp_list<D...>) {
  check_values<E, D...>();
  return std::array<enum_row<E>, sizeof...(D)>{
      enum_row<E>{quoted_name<E, E, D>.name(), D::value}...};
}(typename described<E>::type{});

template <class E>
constexpr void require_values() {
  static_assert(
      is_described_enum<E>,
      "the values of this enum travel by name, so describe it with BOOST_DESCRIBE_ENUM(type, "
      "values...)");
}

template <class E>
void write_enum(json_writer& out, E value) {
  if constexpr (!json_enum_names<E>)
    return write_json(out, static_cast<std::underlying_type_t<E>>(value));
  else if constexpr (!is_described_enum<E>)
    return require_values<E>();
  else {
    for (const auto& row : enum_rows<E>)
      if (row.value == value)
        return out.string(row.name);
    fail_range("a value of the enum without a name");
  }
}

// `one of red, green` and `one of red (0), green (1)`. Whoever sends names where numbers travel is
// told how they would.
template <class E>
[[gnu::noinline, noreturn]] void fail_enum(json_reader& in, json_reader::mark start) {
  std::string expected;
  for (const auto& row : enum_rows<E>) {
    expected += expected.empty() ? "one of " : ", ";
    expected += row.name;
    if constexpr (!json_enum_names<E>)
      expected += " (" + std::to_string(static_cast<std::underlying_type_t<E>>(row.value)) + ')';
  }
  in.rewind(start);
  if constexpr (!json_enum_names<E>)
    if (in.peek() == json_kind::string)
      expected += ", by number (by name if troupe::json_enum_names of the enum is true)";
  in.expected(expected);
}

template <class E>
void read_enum(json_reader& in, E& value) {
  const auto start = in.position();
  if constexpr (json_enum_names<E> && !is_described_enum<E>) {
    require_values<E>();
  } else if constexpr (json_enum_names<E>) {
    if (in.peek() != json_kind::string)
      fail_enum<E>(in, start);
    const auto text = in.read_string();
    for (const auto& row : enum_rows<E>)
      if (row.name == text) {
        value = row.value;
        return;
      }
    fail_enum<E>(in, start);
  } else {
    if constexpr (is_described_enum<E>)
      if (in.peek() == json_kind::string)
        fail_enum<E>(in, start);
    std::underlying_type_t<E> number{};
    read_json(in, number);
    if constexpr (is_described_enum<E> && !json_open_enum<E>) {
      bool is_known = false;
      for (const auto& row : enum_rows<E>)
        is_known = is_known || static_cast<std::underlying_type_t<E>>(row.value) == number;
      if (!is_known)
        fail_enum<E>(in, start);
    }
    value = static_cast<E>(number);
  }
}

} // namespace troupe::detail
