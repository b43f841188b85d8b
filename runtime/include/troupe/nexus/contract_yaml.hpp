// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/detail/schema_value.hpp>
#include <troupe/nexus/service.hpp>
#include <troupe/payload/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// Nexus definition files (`nexusrpc: 1.0.0`) of contracts that are written in C++, for the
/// generators of other languages. The way from such a file to C++ is `troupe nexus generate`.
namespace troupe::nexus {
namespace detail {

template <class T>
inline constexpr char type_key = 0;

template <class T>
constexpr std::string_view compilers_name() {
  return __PRETTY_FUNCTION__;
}

template <class T>
schema_value schema_of(schema_types& types, const json_options& json);

template <class T>
std::string json_text(const T& value, const json_options& json) {
  json_writer out{json};
  troupe::detail::write_json(out, value);
  return std::move(out).take();
}

template <class T>
schema_value integer_schema() {
  auto schema = schema_value::typed(
      "integer",
      "format",
      std::string{std::is_signed_v<T> ? "int" : "uint"} + std::to_string(sizeof(T) * 8));
  return schema;
}

template <class E>
schema_value enum_schema() {
  using namespace troupe::detail;
  schema_value values = schema_value::list({}), names = schema_value::list({});
  std::size_t at = 0;
  [&]<class... D>(boost::mp11::mp_list<D...>) {
    const auto add = [&](const char* name, E value) {
      names.items.push_back(schema_value::quoted(name));
      if constexpr (json_enum_names<E>)
        values.items.push_back(schema_value::quoted(enum_rows<E>[at].name));
      else
        values.items.push_back(
            schema_value::scalar(std::to_string(static_cast<std::underlying_type_t<E>>(value))));
      ++at;
    };
    (add(D::name, D::value), ...);
  }(typename described<E>::type{});
  auto schema = schema_value::typed(json_enum_names<E> ? "string" : "integer");
  schema.set("enum", std::move(values));
  if (!json_enum_names<E>)
    schema.set("x-enum-varnames", std::move(names));
  return schema;
}

// Of these a default can be said.
template <class T>
constexpr bool has_plain_default() {
  using namespace troupe::detail;
  if constexpr (is_a<T, std::optional>)
    return has_plain_default<typename T::value_type>();
  else if constexpr (std::is_enum_v<T>)
    return is_described_enum<T>;
  else
    return std::same_as<T, bool> || json_integer<T> || json_real<T> || std::same_as<T, std::string>;
}

template <class T>
std::string default_text(const T& value, const json_options& json) {
  using namespace troupe::detail;
  if constexpr (is_a<T, std::optional>)
    return value ? default_text(*value, json) : "";
  else if constexpr (std::is_enum_v<T>) {
    for (const auto& row : enum_rows<T>)
      if (row.value == value)
        return json_text(value, json);
    return "";
  } else
    return json_text(value, json);
}

template <class T>
schema_value struct_schema(schema_types& types, const json_options& json) {
  using namespace troupe::detail;
  auto schema = schema_value::typed("object");
  schema.set("additionalProperties", schema_value::scalar("false"));
  schema_value properties, required = schema_value::list({});
  [&]<class... D>(boost::mp11::mp_list<D...>) {
    check_members<T, D...>();
    const auto add = [&]<class One>(One) {
      using member = std::remove_cvref_t<decltype(std::declval<T&>().*One::pointer)>;
      std::string name{quoted_name<T, home_of<One>, One>.name()};
      if (!is_named<T>(One{})) {
        std::string spelled(most_spelled(std::string_view{One::name}.size()) + 1, '\0');
        spelled.resize(static_cast<std::size_t>(
            spell(json.naming, One::name, spelled.data()) - spelled.data()));
        name = json.naming == naming::as_written ? One::name : spelled;
      }
      auto property = schema_of<member>(types, json);
      if (is_required<T>(One{}))
        required.items.push_back(schema_value::quoted(name));
      else if constexpr (has_plain_default<member>() && std::is_default_constructible_v<T>) {
        if (auto text = default_text(T{}.*One::pointer, json); !text.empty())
          property.set("default", schema_value::scalar(std::move(text)));
      }
      properties.set(name, std::move(property));
    };
    (add(D{}), ...);
  }(described_members<T>{});
  if (!required.items.empty())
    schema.set("required", std::move(required));
  schema.set("properties", std::move(properties));
  return schema;
}

template <class T, class Make>
schema_value declared_schema(schema_types& types, Make make) {
  const void* key = &type_key<T>;
  if (!types.knows(key))
    types.define(types.add(key, compilers_name<T>()), make());
  return types.reference(key);
}

template <class T>
schema_value schema_of(schema_types& types, const json_options& json) {
  using namespace troupe::detail;
  const auto array_of = [&]<class Element>(std::type_identity<Element>) {
    auto schema = schema_value::typed("array");
    schema.set("items", schema_of<Element>(types, json));
    return schema;
  };
  const auto all_of = [&]<class... All>(std::type_identity<std::tuple<All...>>) {
    return schema_value::list({schema_of<All>(types, json)...});
  };
  if constexpr (reads_itself<T> || std::same_as<T, json_value>)
    return {}; // any
  else if constexpr (null_type<T>)
    return schema_value::typed("\"null\"");
  else if constexpr (std::same_as<T, bool>)
    return schema_value::typed("boolean");
  else if constexpr (json_integer<T>)
    return integer_schema<T>();
  else if constexpr (json_real<T>)
    return std::same_as<T, float> ? schema_value::typed("number", "format", "float")
                                  : schema_value::typed("number");
  else if constexpr (std::is_enum_v<T>) {
    if constexpr (is_described_enum<T> && !json_open_enum<T>)
      return declared_schema<T>(types, [] { return enum_schema<T>(); });
    else
      return integer_schema<std::underlying_type_t<T>>();
  } else if constexpr (std::same_as<T, std::string>)
    return schema_value::typed("string");
  else if constexpr (byte_vector<T>)
    return schema_value::typed("string", "contentEncoding", "base64");
  else if constexpr (is_system_time<T>)
    return schema_value::typed("string", "format", "date-time");
  else if constexpr (is_a<T, std::chrono::duration>)
    return schema_value::typed("string", "format", "duration");
  else if constexpr (nullable<T>)
    return or_null(schema_of<std::remove_cvref_t<decltype(*std::declval<T&>())>>(types, json));
  else if constexpr (is_a<T, std::variant>) {
    schema_value schema;
    schema.set("oneOf", [&]<class... A>(std::type_identity<std::variant<A...>>) {
      return all_of(std::type_identity<std::tuple<A...>>{});
    }(std::type_identity<T>{}));
    return schema;
  } else if constexpr (is_std_array<T>) {
    auto schema = array_of(std::type_identity<typename T::value_type>{});
    const auto size = std::to_string(std::tuple_size_v<T>);
    schema.set("minItems", schema_value::scalar(size));
    schema.set("maxItems", schema_value::scalar(size));
    return schema;
  } else if constexpr (fixed_tuple<T>) {
    auto schema = schema_value::typed("array");
    schema.set(
        "items", [&]<template <class...> class Tuple, class... A>(std::type_identity<Tuple<A...>>) {
          return all_of(std::type_identity<std::tuple<A...>>{});
        }(std::type_identity<T>{}));
    schema.set("additionalItems", schema_value::scalar("false"));
    return schema;
  } else if constexpr (text_map<T>) {
    auto schema = schema_value::typed("object");
    schema.set("additionalProperties", schema_of<typename T::mapped_type>(types, json));
    return schema;
  } else if constexpr (set_like<T>) {
    auto schema = array_of(std::type_identity<typename T::value_type>{});
    schema.set("uniqueItems", schema_value::scalar("true"));
    return schema;
  } else if constexpr (sequence<T>)
    return array_of(std::type_identity<typename T::value_type>{});
  else if constexpr (described_struct<T>)
    return declared_schema<T>(types, [&] { return struct_schema<T>(types, json); });
  else
    require_json<T>();
}

template <class Service>
void add_service(schema_value& services, schema_types& types, const json_options& json) {
  static_assert(check_contract<Service>());
  schema_value operations;
  std::apply(
      [&](const auto&... each) {
        const auto add = [&]<class Operation>(const Operation& one) {
          using input = typename Operation::input;
          using output = typename Operation::output;
          schema_value made;
          if constexpr (!std::is_void_v<input>)
            made.set("input", schema_of<input>(types, json));
          if constexpr (!std::is_void_v<output>)
            made.set("output", schema_of<output>(types, json));
          operations.set(one.name, std::move(made));
        };
        (add(each), ...);
      },
      Service::operations);
  schema_value service;
  service.set("operations", std::move(operations));
  services.set(Service::service_name, std::move(service));
}

} // namespace detail

/// The definition file of these contracts, as YAML: what each operation takes and gives, and the
/// types behind it as JSON Schema (draft 7). `json` is what the converter of their programs has;
/// it says how members are called whose type does not.
///
/// Types are called like their C++ ones without namespaces, in Pascal case. What a type says about
/// its JSON is in the file, comments are not, nor what C++ does not say: which texts a
/// `json_traits` of one's own writes. The same contracts give the same text. Thread-safe; throws
/// `payload_error` for a default that JSON cannot hold.
template <class... Service>
[[nodiscard]] std::string contract_yaml(const json_options& json = {}) {
  static_assert(sizeof...(Service) > 0, "name a contract: contract_yaml<my_service>()");
  detail::schema_value services;
  detail::schema_types types;
  (detail::add_service<Service>(services, types, json), ...);
  return detail::definition_text(std::move(services), std::move(types));
}

} // namespace troupe::nexus
