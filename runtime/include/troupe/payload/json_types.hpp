// SPDX-License-Identifier: Apache-2.0
#pragma once

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
  std::string text = "null";
  friend bool operator==(const json_value&, const json_value&) = default;
};

/// Specialise for types that read and write themselves:
/// `static void write(json_writer&, const T&)` and `static void read(json_reader&, T&)`.
template <class T>
struct json_traits {};

/// Specialise as true for an enum described with `BOOST_DESCRIBE_ENUM` that travels by the names of
/// its values.
template <class E>
inline constexpr bool json_enum_names = false;

/// Which members of a described struct must be there when it is read. By default none: one that is
/// left out keeps its default, since other languages leave out what is empty. Specialise with all
/// of them or some: `template <> inline constexpr auto troupe::json_required<order> =
/// troupe::every_member;` `template <> inline constexpr auto troupe::json_required<order> =
/// troupe::members("id", "at");` Members inherited from a described base follow the base's
/// statement too.
template <class T>
inline constexpr auto json_required = std::array<std::string_view, 0>{};

/// For `json_required`: all members but those that may be null.
struct every_member_t {};
inline constexpr every_member_t every_member{};

/// For `json_required`: these members.
template <class... Names>
[[nodiscard]] consteval auto members(const Names&... names) {
  return std::array<std::string_view, sizeof...(names)>{std::string_view{names}...};
}

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
