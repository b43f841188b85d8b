// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/json_enum.hpp>
#include <troupe/payload/json_members.hpp>
#include <troupe/payload/json_reader.hpp>
#include <troupe/payload/json_types.hpp>
#include <troupe/payload/json_writer.hpp>
#include <troupe/payload/payload_error.hpp>

#include <chrono>
#include <exception>
#include <limits>
#include <string>
#include <string_view>

/// How C++ values look in JSON:
///
/// | C++ | JSON |
/// |---|---|
/// | `bool`, integers | `true`, exact numbers |
/// | `float`, `double` | the shortest number that reads back the same |
/// | `std::string`; out only: `std::string_view`, literals | text; must be UTF-8 both ways |
/// | `std::optional`, `std::unique_ptr`, `std::shared_ptr` | the value, or `null` or absent |
/// | sequences, sets, `std::array`, `std::pair`, `std::tuple` | arrays |
/// | maps with text keys | objects |
/// | `std::variant` | the alternative itself; read as the first one that fits |
/// | enums | their number, or their name if `json_enum_names<E>` is true |
/// | `std::vector<std::byte>`, `std::vector<std::uint8_t>` | base64 text |
/// | time points of the system clock | `2026-01-31T12:00:00.5Z`; any offset is read |
/// | durations | `PT1.5S`; also read: days, hours, minutes, and `1.5s` |
/// | `json_value` | the JSON text itself |
/// | structs described with `BOOST_DESCRIBE_STRUCT` | objects; bases included |
///
/// Unknown members are ignored when read, unless `json_refuse_unknown` is true; members that are
/// missing keep their defaults, unless `json_required` says that they must be there. A null is read
/// as an empty sequence, set or map. A variant prefers an alternative of which nothing is missing.
/// An enum that is described reads no values but its own, unless `json_open_enum` is true.
/// `json_naming` and `json_names` say how members and values of enums are called.
namespace troupe {
namespace detail {

// Elements that are made room for at once.
constexpr std::size_t first_capacity(std::size_t element_bytes) {
  const auto fitting = 112 / element_bytes;
  return fitting < 1 ? 1 : fitting > 8 ? 8 : fitting;
}

// Part of the compiler's message. Pointers and views have messages of their own.
template <class T>
inline constexpr bool can_be_json = std::is_pointer_v<T> || std::is_same_v<T, std::string_view>;

// Fails to compile for a type that Troupe cannot carry, in words that say what to do.
template <class T>
constexpr void require_json() {
  static_assert(
      !std::is_pointer_v<T>,
      "a pointer does not travel as JSON, nor does what it points to: hold the value itself "
      "(std::string for text), or a std::optional of it");
  static_assert(
      !std::is_same_v<T, std::string_view>,
      "a std::string_view cannot keep what is read from JSON: hold a std::string");
  static_assert(
      can_be_json<T>,
      "Troupe cannot turn this type into JSON. Describe a struct with "
      "BOOST_DESCRIBE_STRUCT(type, (bases), (members)) next to its definition, or specialise "
      "troupe::json_traits for it. Protobuf messages need #include <troupe/proto.hpp>; maps need "
      "std::string keys; pointers, char and long double do not travel.");
}

std::string format_time(std::chrono::sys_time<std::chrono::nanoseconds> time);
std::string format_duration(std::chrono::nanoseconds span);
std::chrono::sys_time<std::chrono::nanoseconds> read_time(json_reader& in);
std::chrono::nanoseconds read_duration(json_reader& in);
// JSON text that comes from outside: checked first.
void write_text(json_writer& out, std::string_view text);
[[noreturn]] void fail_range(std::string_view what);
// Rethrow the current error; a payload_error then says one step more of where.
[[noreturn]] void rethrow_at_index(std::size_t index);
[[noreturn]] void rethrow_at_key(std::string_view key);

// The kinds of JSON that can possibly be read as a T; variants need not try the others.
template <class T>
constexpr unsigned json_kinds() {
  constexpr auto bit = [](json_kind kind) { return static_cast<unsigned>(kind); };
  if constexpr (reads_itself<T> || std::same_as<T, json_value>)
    return ~0u;
  else if constexpr (null_type<T>)
    return bit(json_kind::null);
  else if constexpr (std::same_as<T, bool>)
    return bit(json_kind::boolean);
  else if constexpr (json_integer<T> || json_real<T>)
    return bit(json_kind::number);
  else if constexpr (std::is_enum_v<T>)
    return json_enum_names<T> ? bit(json_kind::string) : bit(json_kind::number);
  else if constexpr (
      std::same_as<T, std::string> || byte_vector<T> || is_system_time<T>
      || is_a<T, std::chrono::duration>)
    return bit(json_kind::string);
  else if constexpr (is_a<T, std::optional>)
    return bit(json_kind::null) | json_kinds<typename T::value_type>();
  else if constexpr (is_a<T, std::unique_ptr> || is_a<T, std::shared_ptr>)
    return ~0u;
  else if constexpr (is_a<T, std::variant>)
    return []<class... A>(std::variant<A...>*) {
      return (json_kinds<A>() | ...);
    }(static_cast<T*>(nullptr));
  else if constexpr (text_map<T> || described_struct<T>)
    return bit(json_kind::object);
  else
    return bit(json_kind::array);
}

template <class T>
void read_integer(json_reader& in, T& value) {
  using limits = std::numeric_limits<T>;
  if constexpr (std::is_signed_v<T>)
    value = static_cast<T>(in.read_int64(limits::min(), limits::max()));
  else
    value = static_cast<T>(in.read_uint64(limits::max()));
}

template <class T>
void read_tuple(json_reader& in, T& value) {
  in.begin_array();
  std::apply(
      [&](auto&... element) {
        [[maybe_unused]] const auto read_one = [&](auto& to) {
          if (in.next_element())
            read_json(in, to);
          else if constexpr (!nullable<std::remove_cvref_t<decltype(to)>>)
            in.fail(
                "the array is too short: expected " + std::to_string(sizeof...(element))
                + " elements");
          else
            return false;
          return true;
        };
        // `next_element` may not be called again once the array has ended.
        const bool complete = (read_one(element) && ...);
        if (complete && in.next_element())
          in.fail(
              "the array is too long: expected " + std::to_string(sizeof...(element))
              + " elements");
      },
      value);
}

// Kinds of which no member can be missing: with these alone, the first that fits is the best.
template <class T>
constexpr bool is_plain =
    std::is_arithmetic_v<T> || std::is_enum_v<T> || std::same_as<T, std::string> || null_type<T>
    || byte_vector<T> || is_system_time<T> || is_a<T, std::chrono::duration>;

// The alternatives from the I-th on; false if none fits, which is an error if the `Last` pass was
// it.
template <bool Last, class T, std::size_t I = 0>
bool read_alternative(json_reader& in, T& value) {
  using alternative = std::variant_alternative_t<I, T>;
  constexpr bool is_last = I + 1 == std::variant_size_v<T>;
  if ((static_cast<unsigned>(in.peek()) & json_kinds<alternative>()) != 0) {
    const auto start = in.position();
    bool fits = true;
    try {
      alternative attempt{};
      read_json(in, attempt);
      value.template emplace<I>(std::move(attempt));
    } catch (const payload_error&) {
      if ((Last && is_last) || in.is_malformed())
        throw;
      fits = false;
    }
    if (fits)
      return true;
    in.rewind_to_retry(start);
  }
  if constexpr (!is_last)
    return read_alternative<Last, T, I + 1>(in, value);
  else if constexpr (Last)
    in.expected("one of the variant's alternatives");
  else
    return false;
}

template <class... A>
void read_variant(json_reader& in, std::variant<A...>& value) {
  using variant = std::variant<A...>;
  if (!(is_plain<A> && ...) && !in.wants_all_members()) {
    struct demand {
      json_reader& in;
      explicit demand(json_reader& of) : in(of) { in.want_all_members(true); }
      ~demand() { in.want_all_members(false); }
    } const wanted{in};
    if (read_alternative<false, variant>(in, value))
      return;
  }
  read_alternative<true, variant>(in, value);
}

// Nanoseconds in 64 bits reach 292 years both ways; a type with another range may not.
template <class D>
std::chrono::nanoseconds to_nanoseconds(const D& span) {
  const std::chrono::duration<long double, std::nano> wide{span};
  if (!(wide.count() > -9.2e18L && wide.count() < 9.2e18L))
    fail_range("a duration beyond 292 years");
  return std::chrono::duration_cast<std::chrono::nanoseconds>(span);
}

template <class D>
D from_nanoseconds(json_reader& in, std::chrono::nanoseconds span) {
  const std::chrono::duration<long double, typename D::period> wide{span};
  using limits = std::numeric_limits<typename D::rep>;
  if (wide.count() < static_cast<long double>(limits::lowest())
      || wide.count() > static_cast<long double>(limits::max()))
    in.fail("the duration is out of range");
  return std::chrono::duration_cast<D>(span);
}

template <class C>
void write_elements(json_writer& out, const C& elements) {
  out.begin_array();
  std::size_t index = 0;
  try {
    for (const auto& element : elements) {
      // Through a value for vector<bool>, whose elements are no bools.
      if constexpr (std::is_same_v<typename C::value_type, bool>)
        out.boolean(static_cast<bool>(element));
      else
        write_json(out, element);
      ++index;
    }
  } catch (...) {
    rethrow_at_index(index);
  }
  out.end_array();
}

template <class C>
void write_map(json_writer& out, const C& elements) {
  out.begin_object();
  for (const auto& [key, element] : elements) {
    out.key(key);
    try {
      write_json(out, element);
    } catch (...) {
      rethrow_at_key(key);
    }
  }
  out.end_object();
}

template <class T>
void write_json(json_writer& out, const T& value) {
  if constexpr (writes_itself<T>)
    json_traits<T>::write(out, value);
  else if constexpr (null_type<T>)
    out.null();
  else if constexpr (std::same_as<T, json_value>)
    write_text(out, value.text);
  else if constexpr (std::same_as<T, bool>)
    out.boolean(value);
  else if constexpr (json_integer<T>)
    out.number(
        static_cast<std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>(value));
  else if constexpr (json_real<T>)
    out.number(value);
  else if constexpr (std::is_enum_v<T>)
    write_enum(out, value);
  else if constexpr (
      std::same_as<T, std::string> || std::same_as<T, std::string_view>
      || std::same_as<std::decay_t<T>, const char*> || std::same_as<std::decay_t<T>, char*>)
    out.string(std::string_view{value});
  else if constexpr (byte_vector<T>)
    out.base64({reinterpret_cast<const char*>(value.data()), value.size()});
  else if constexpr (is_system_time<T>)
    out.string(format_time(
        std::chrono::sys_time<std::chrono::nanoseconds>{to_nanoseconds(value.time_since_epoch())}));
  else if constexpr (is_a<T, std::chrono::duration>)
    out.string(format_duration(to_nanoseconds(value)));
  else if constexpr (nullable<T>) {
    if (value)
      write_json(out, *value);
    else
      out.null();
  } else if constexpr (is_a<T, std::variant>)
    std::visit([&](const auto& alternative) { write_json(out, alternative); }, value);
  else if constexpr (fixed_tuple<T>) {
    out.begin_array();
    std::apply([&](const auto&... element) { (write_json(out, element), ...); }, value);
    out.end_array();
  } else if constexpr (text_map<T>)
    write_map(out, value);
  else if constexpr (set_like<T> || sequence<T> || is_std_array<T>)
    write_elements(out, value);
  else if constexpr (described_struct<T>)
    write_members(out, value, described_members<T>{});
  else
    require_json<T>();
}

template <class T>
void read_json(json_reader& in, T& value) {
  if constexpr (reads_itself<T>)
    json_traits<T>::read(in, value);
  else if constexpr (null_type<T>) {
    if (!in.try_null())
      in.expected("null");
  } else if constexpr (std::same_as<T, json_value>)
    value.text = in.raw();
  else if constexpr (std::same_as<T, bool>)
    value = in.read_bool();
  else if constexpr (json_integer<T>)
    read_integer(in, value);
  else if constexpr (std::same_as<T, double>)
    value = in.read_double();
  else if constexpr (std::same_as<T, float>)
    value = in.read_float();
  else if constexpr (std::is_enum_v<T>)
    read_enum(in, value);
  else if constexpr (std::same_as<T, std::string>)
    in.read_string(value);
  else if constexpr (byte_vector<T>) {
    const auto bytes = in.read_base64();
    const auto* first = reinterpret_cast<const typename T::value_type*>(bytes.data());
    value.assign(first, first + bytes.size());
  } else if constexpr (is_system_time<T>)
    value = T{from_nanoseconds<typename T::duration>(in, read_time(in).time_since_epoch())};
  else if constexpr (is_a<T, std::chrono::duration>)
    value = from_nanoseconds<T>(in, read_duration(in));
  else if constexpr (nullable<T>) {
    if (in.try_null()) {
      value = T{};
    } else if constexpr (is_a<T, std::optional>) {
      read_json(in, value.emplace());
    } else {
      auto pointee = std::make_unique<std::remove_const_t<typename T::element_type>>();
      read_json(in, *pointee);
      value = std::move(pointee);
    }
  } else if constexpr (is_a<T, std::variant>)
    read_variant(in, value);
  else if constexpr (fixed_tuple<T>)
    read_tuple(in, value);
  else if constexpr (text_map<T>) {
    value.clear();
    if (!in.begin_object_unless_null())
      return;
    for (std::string_view key; in.next_member(key);)
      read_json(in, value[typename T::key_type{key}]);
  } else if constexpr (is_std_array<T>)
    read_tuple(in, value);
  else if constexpr (set_like<T> || sequence<T>) {
    value.clear();
    if (!in.begin_array_unless_null())
      return;
    while (in.next_element()) {
      // One allocation for a few elements, as small as allocators are quick with, instead of one
      // for each of the first ones.
      if constexpr (reserves<T>)
        if (value.capacity() == 0)
          value.reserve(first_capacity(sizeof(typename T::value_type)));
      if constexpr (grows_in_place<T>) {
        read_json(in, value.emplace_back());
      } else {
        typename T::value_type element{};
        read_json(in, element);
        if constexpr (set_like<T>)
          value.insert(std::move(element));
        else
          value.push_back(std::move(element));
      }
    }
  } else if constexpr (described_struct<T>)
    read_members(in, value, described_members<T>{});
  else
    require_json<T>();
}

} // namespace detail

/// The value as JSON text. Throws `payload_error` for what JSON cannot hold.
template <class T>
[[nodiscard]] std::string to_json(const T& value, json_options options = {}) {
  json_writer out{options};
  detail::write_json(out, value);
  return std::move(out).take();
}

/// Reads JSON text. Throws `payload_error` that says where text and type differ.
template <class T>
[[nodiscard]] T from_json(std::string_view text, json_options options = {}) {
  static_assert(
      std::is_default_constructible_v<T>,
      "Troupe makes a value first and then reads into it, so the type needs a default constructor");
  if constexpr (std::is_default_constructible_v<T>) {
    json_reader in{text, options};
    T value{};
    detail::read_json(in, value);
    in.finish();
    return value;
  } else {
    std::terminate(); // there is one error, above
  }
}

} // namespace troupe
