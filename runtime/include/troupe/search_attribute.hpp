// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/convert.hpp>
#include <troupe/payload/payload.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe {

/// What the values of a search attribute are; numbers are the protocol's (`IndexedValueType`).
enum class search_attribute_type : std::uint8_t {
  text = 1,
  keyword = 2,
  integer = 3,
  floating = 4,
  boolean = 5,
  datetime = 6,
  keyword_list = 7,
};

namespace detail {

template <search_attribute_type Type>
struct search_attribute_traits;
template <>
struct search_attribute_traits<search_attribute_type::text> {
  using value = std::string;
  static constexpr std::string_view name = "Text";
};
template <>
struct search_attribute_traits<search_attribute_type::keyword> {
  using value = std::string;
  static constexpr std::string_view name = "Keyword";
};
template <>
struct search_attribute_traits<search_attribute_type::integer> {
  using value = std::int64_t;
  static constexpr std::string_view name = "Int";
};
template <>
struct search_attribute_traits<search_attribute_type::floating> {
  using value = double;
  static constexpr std::string_view name = "Double";
};
template <>
struct search_attribute_traits<search_attribute_type::boolean> {
  using value = bool;
  static constexpr std::string_view name = "Bool";
};
template <>
struct search_attribute_traits<search_attribute_type::datetime> {
  using value = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;
  static constexpr std::string_view name = "Datetime";
};
template <>
struct search_attribute_traits<search_attribute_type::keyword_list> {
  using value = std::vector<std::string>;
  static constexpr std::string_view name = "KeywordList";
};

} // namespace detail

/// A search attribute of the namespace, by its name and type; declared once and used wherever it is
/// set or read:
///
///     inline constexpr troupe::keyword_attribute customer{"Customer"};
///     ctx.upsert_search_attributes({customer.set("Ann"), priority.unset()});
template <search_attribute_type Type>
struct search_attribute {
  /// What it holds.
  using value_type = typename detail::search_attribute_traits<Type>::value;

  std::string_view name; ///< as the namespace knows it

  /// The attribute with a value, for options and upserts.
  [[nodiscard]] std::pair<std::string, payload> set(const value_type& value) const {
    return with(encode_value(value));
  }
  /// The attribute without one: an upsert takes its value away.
  [[nodiscard]] std::pair<std::string, payload> unset() const {
    return with(encode_value(nullptr));
  }

  /// Its value among such pairs, as descriptions and lists have them; nothing if it is not there,
  /// or has a value of another type.
  [[nodiscard]] std::optional<value_type>
  in(const std::vector<std::pair<std::string, payload>>& values) const {
    for (const auto& [key, value] : values)
      if (key == name)
        return read(value);
    return std::nullopt;
  }

private:
  static std::optional<value_type> read(const payload& from) {
    try {
      return decode_value<std::optional<value_type>>(from);
    } catch (const payload_error&) {
      return std::nullopt;
    }
  }
  [[nodiscard]] std::pair<std::string, payload> with(payload value) const {
    value.set("type", detail::search_attribute_traits<Type>::name);
    return {std::string{name}, std::move(value)};
  }
};

/// Text that is searched by its words.
using text_attribute = search_attribute<search_attribute_type::text>;
/// Text that is compared as a whole.
using keyword_attribute = search_attribute<search_attribute_type::keyword>;
/// A whole number.
using integer_attribute = search_attribute<search_attribute_type::integer>;
/// A number.
using floating_attribute = search_attribute<search_attribute_type::floating>;
/// Yes or no.
using boolean_attribute = search_attribute<search_attribute_type::boolean>;
/// A moment.
using datetime_attribute = search_attribute<search_attribute_type::datetime>;
/// Several texts, each compared as a whole.
using keyword_list_attribute = search_attribute<search_attribute_type::keyword_list>;

} // namespace troupe
