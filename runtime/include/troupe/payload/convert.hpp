// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/detail/callable.hpp>
#include <troupe/payload/json.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/payload/payload_error.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

/// Which encoding a C++ value gets, tried in the order that all Temporal SDKs share:
///
/// | C++ | `encoding` |
/// |---|---|
/// | `payload` | itself, untouched |
/// | `void`, `std::nullptr_t`, `std::monostate`, empty `std::optional` | `binary/null` |
/// | `std::vector<std::byte>`, `std::vector<std::uint8_t>` | `binary/plain` |
/// | protobuf messages (with `<troupe/proto.hpp>`) | `json/protobuf` |
/// | `binary_proto<M>` of a protobuf message | `binary/protobuf` |
/// | everything else that `<troupe/payload/json.hpp>` knows | `json/plain` |
///
/// Reading accepts what other SDKs may send: `binary/null` for everything that may be null.
namespace troupe {

/// Specialise for types with an encoding of their own:
/// `static payload encode(const T&)` and `static T decode(const payload_view&)`.
template <class T>
struct payload_traits {};

// Of a call that does not compile: has been told already.
template <>
struct payload_traits<detail::refused> {
  static payload encode(const detail::refused&);
  static detail::refused decode(const payload_view&);
};

namespace detail {

template <class T>
concept encodes_itself = requires(const T& value) { payload_traits<T>::encode(value); };
template <class T>
concept decodes_itself = requires(const payload_view& from) { payload_traits<T>::decode(from); };

payload null_payload();
payload bytes_payload(std::string_view bytes);
payload json_payload(std::string text);
payload copy_of(const payload_view& from);
bool is_null(const payload_view& from);
// The JSON text of a payload, `null` for binary/null; any other encoding is an error.
std::string_view json_text(const payload_view& from);
[[noreturn]] void fail_missing_argument(std::size_t index, std::size_t wanted, std::size_t got);
// Rethrows the current error; if it is a payload_error, with the argument's number in front.
[[noreturn]] void rethrow_in_argument(std::size_t index);

} // namespace detail

/// Encodes one value, without codec. Throws `payload_error` for what has no form.
template <class T>
[[nodiscard]] payload encode_value(const T& value, json_options json = {}) {
  if constexpr (detail::encodes_itself<T>)
    return payload_traits<T>::encode(value);
  else if constexpr (std::same_as<T, payload>)
    return value;
  else if constexpr (detail::null_type<T>)
    return detail::null_payload();
  else if constexpr (detail::nullable<T>)
    return value ? encode_value(*value, json) : detail::null_payload();
  else if constexpr (detail::byte_vector<T>)
    return detail::bytes_payload({reinterpret_cast<const char*>(value.data()), value.size()});
  else
    return detail::json_payload(to_json(value, json));
}

/// Decodes one value that no codec has touched. `T` may be `void`, which ignores it. Throws
/// `payload_error`.
template <class T>
[[nodiscard]] T decode_value(const payload_view& from, json_options json = {}) {
  if constexpr (std::is_void_v<T>)
    return;
  else if constexpr (detail::decodes_itself<T>)
    return payload_traits<T>::decode(from);
  else if constexpr (std::same_as<T, payload>)
    return detail::copy_of(from);
  else if constexpr (detail::is_a<T, std::optional>) {
    if (detail::is_null(from))
      return std::nullopt;
    return T{decode_value<typename T::value_type>(from, json)};
  } else if constexpr (detail::byte_vector<T>) {
    if (from.encoding != "binary/plain")
      return from_json<T>(detail::json_text(from), json);
    const auto* first = reinterpret_cast<const typename T::value_type*>(from.data.data());
    return T(first, first + from.data.size());
  } else
    return from_json<T>(detail::json_text(from), json);
}

/// Throws `payload_error`, which says where it does not fit.
template <class T>
[[nodiscard]] T decode_value(const payload& from, json_options json = {}) {
  if constexpr (std::same_as<T, payload>)
    return from;
  else
    return decode_value<T>(payload_view{from}, json);
}

/// One payload a value, without codec: for the details of errors.
template <class... Args>
[[nodiscard]] payloads make_payloads(const Args&... args) {
  payloads all;
  all.reserve(sizeof...(Args));
  (all.push_back(encode_value(args)), ...);
  return all;
}

/// Reads arguments into a `std::tuple`; see `data_converter::from_payloads`.
template <class Tuple>
[[nodiscard]] Tuple decode_values(const payloads& from, json_options json = {}) {
  constexpr auto size = std::tuple_size_v<Tuple>;
  [[maybe_unused]] const auto read_one =
      [&]<class T>(std::size_t index, std::type_identity<T>) -> T {
    if (index >= from.size()) {
      if constexpr (detail::is_a<T, std::optional> || detail::null_type<T>)
        return T{};
      else
        detail::fail_missing_argument(index, size, from.size());
    }
    try {
      return decode_value<T>(from[index], json);
    } catch (...) {
      detail::rethrow_in_argument(index);
    }
  };
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return Tuple{read_one(I, std::type_identity<std::tuple_element_t<I, Tuple>>{})...};
  }(std::make_index_sequence<size>{});
}

/// Reads a result: the first payload, or null where there is none. `T` may be `void`.
template <class T>
[[nodiscard]] T decode_result(const payloads& from, json_options json = {}) {
  if constexpr (std::is_void_v<T>)
    return;
  else
    return from.empty() ? decode_value<T>(detail::null_payload(), json)
                        : decode_value<T>(from.front(), json);
}

} // namespace troupe
