// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/json_options.hpp>
#include <troupe/payload/json_reader.hpp>
#include <troupe/payload/json_writer.hpp>

#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace troupe {

/// Any JSON, kept as text: for values whose shape is not known.
struct json_value {
  std::string text = "null"; ///< JSON, as it stands on the wire
  friend bool operator==(const json_value&, const json_value&) = default;
};

/// Specialise for types that read and write themselves:
/// `static void write(json_writer&, const T&)` and `static void read(json_reader&, T&)`.
template <class T>
struct json_traits {};

/// One name that is another in JSON; see `renamed`.
struct renaming {
  std::string_view name; ///< of the member or enum value in C++
  std::string_view json; ///< the name on the wire
};

/// For `json_names`: `renamed({{"user_id", "uid"}, {"amount", "amt"}})`.
template <std::size_t N>
[[nodiscard]] consteval auto renamed(const renaming (&all)[N]) {
  std::array<renaming, N> names;
  for (std::size_t i = 0; i < N; ++i)
    names[i] = all[i];
  return names;
}

/// For `json_required`: all members but those that may be null.
struct every_member_t {};
inline constexpr every_member_t every_member{}; ///< all members are required

/// For `json_required`: these members.
template <class... Names>
[[nodiscard]] consteval auto members(const Names&... names) {
  return std::array<std::string_view, sizeof...(names)>{std::string_view{names}...};
}

namespace detail {

struct unstated {};

// What a struct says of itself: a public static member.
template <class T>
concept says_naming = requires {
  { T::json_naming } -> std::same_as<const naming&>;
};
template <class T>
concept says_names = requires {
  { T::json_names[0] } -> std::same_as<const renaming&>;
};
template <class T>
concept says_required = requires {
  { T::json_required } -> std::same_as<const every_member_t&>;
} || requires {
  { T::json_required[0] } -> std::same_as<const std::string_view&>;
};
template <class T>
concept says_refuse_unknown = requires {
  { T::json_refuse_unknown } -> std::same_as<const bool&>;
};

template <class T>
constexpr auto said_naming() {
  if constexpr (says_naming<T>)
    return T::json_naming;
  else
    return unstated{};
}
template <class T>
constexpr auto said_names() {
  if constexpr (says_names<T>)
    return T::json_names;
  else
    return std::array<renaming, 0>{};
}
template <class T>
constexpr auto said_required() {
  if constexpr (says_required<T>)
    return T::json_required;
  else
    return std::array<std::string_view, 0>{};
}
template <class T>
constexpr bool said_refuse_unknown() {
  if constexpr (says_refuse_unknown<T>)
    return T::json_refuse_unknown;
  else
    return false;
}

} // namespace detail

// What a type says about its JSON. A struct of one's own says it inside, as a public static member
// of the same name; anything else beside it:
//
//   struct order {
//     static constexpr auto json_naming = troupe::naming::camel_case;
//     ...
//   };
//   template <> inline constexpr auto troupe::json_naming<language> = troupe::naming::camel_case;
//
// Members inherited from a described base follow the base's statements where the struct itself says
// nothing else of them.

/// How the members of a described struct, or the values of a described enum, are spelled. Not said:
/// as written, or as `json_options` says for members.
template <class T>
inline constexpr auto json_naming = detail::said_naming<T>();

/// What single members of a described struct, or values of a described enum, are called instead:
/// `troupe::renamed({{"user_id", "uid"}})`. Goes before `json_naming`.
template <class T>
inline constexpr auto json_names = detail::said_names<T>();

/// Which members of a described struct must be there when it is read: `troupe::every_member`, or
/// some, by their names in C++: `troupe::members("id", "at")`. By default none: one that is left
/// out keeps its default, since other languages leave out what is empty.
template <class T>
inline constexpr auto json_required = detail::said_required<T>();

/// True: members that a described struct does not have are an error when it is read. By default
/// they are passed over, so that newer programs may send more.
template <class T>
inline constexpr bool json_refuse_unknown = detail::said_refuse_unknown<T>();

/// True for an enum, described with `BOOST_DESCRIBE_ENUM`, whose values travel by name and not by
/// number. So do those of an enum with `json_naming` or `json_names`.
template <class E>
inline constexpr bool json_enum_names =
    !std::same_as<std::remove_cv_t<decltype(json_naming<E>)>, detail::unstated>
    || json_names<E>.size() != 0;

/// True for a described enum that may hold other numbers than those of its values: flags, or what
/// newer programs add. Otherwise those are refused when it is read.
template <class E>
inline constexpr bool json_open_enum = false;

namespace detail {

template <class>
inline constexpr bool never = false;

template <class T, template <class...> class Template>
inline constexpr bool is_a = false;
template <template <class...> class Template, class... Args>
inline constexpr bool is_a<Template<Args...>, Template> = true;

template <class T>
inline constexpr bool is_std_array = false;
template <class T, std::size_t N>
inline constexpr bool is_std_array<std::array<T, N>> = true;

template <class T>
inline constexpr bool is_system_time = false;
template <class D>
inline constexpr bool is_system_time<std::chrono::time_point<std::chrono::system_clock, D>> = true;

template <class T>
concept writes_itself =
    requires(json_writer& out, const T& value) { json_traits<T>::write(out, value); };
template <class T>
concept reads_itself = requires(json_reader& in, T& value) { json_traits<T>::read(in, value); };

template <class T>
concept character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t>
                    || std::same_as<T, char16_t> || std::same_as<T, char32_t>;
template <class T>
concept json_integer =
    std::integral<T> && !std::same_as<T, bool> && !character<T> && sizeof(T) <= 8;
template <class T>
concept json_real = std::same_as<T, float> || std::same_as<T, double>;
template <class T>
concept byte_vector = is_a<T, std::vector>
                      && (std::same_as<typename T::value_type, std::byte>
                          || std::same_as<typename T::value_type, std::uint8_t>);
template <class T>
concept nullable = is_a<T, std::optional> || is_a<T, std::unique_ptr> || is_a<T, std::shared_ptr>;
template <class T>
concept fixed_tuple = is_a<T, std::tuple> || is_a<T, std::pair>;
template <class T>
concept container = requires(T& c) {
  typename T::value_type;
  c.begin() != c.end();
  c.clear();
};
template <class T>
concept text_map = container<T> && requires(T& c, std::string key) {
  typename T::mapped_type;
  c[std::move(key)];
};
template <class T>
concept set_like = container<T> && requires(T& c, typename T::value_type v) {
  typename T::key_type;
  c.insert(std::move(v));
} && !requires { typename T::mapped_type; };
template <class T>
concept sequence =
    container<T> && requires(T& c, typename T::value_type v) { c.push_back(std::move(v)); };
template <class T>
concept grows_in_place = requires(T& c) {
  { c.emplace_back() } -> std::same_as<typename T::value_type&>;
};
template <class T>
concept reserves = requires(T& c) {
  c.capacity();
  c.reserve(std::size_t{});
};
template <class T>
concept null_type = std::same_as<T, std::monostate> || std::same_as<T, std::nullptr_t>;
template <class T>
concept described_struct = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

} // namespace detail
} // namespace troupe
