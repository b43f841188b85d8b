// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/detail/whole_struct.hpp>
#include <troupe/payload/json_reader.hpp>
#include <troupe/payload/json_types.hpp>
#include <troupe/payload/json_writer.hpp>

#include <boost/mp11/algorithm.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

// How the members of described structs are called, and the ways through them. For
// `<troupe/payload/json.hpp>` alone.
namespace troupe::detail {

template <class T>
void write_json(json_writer& out, const T& value);
template <class T>
void read_json(json_reader& in, T& value);

// A member of a described struct, without the types: what the shared code needs to know.
struct json_member {
  std::string_view quoted;  // the name in quotes, with a colon behind it
  std::string_view written; // the name in C++
  bool is_named;            // by its type: `json_options` have no say
  bool is_nullable;
  bool is_required;
  void (*read)(json_reader&, void* object);
  void (*write)(json_writer&, const void* object);

  [[nodiscard]] constexpr std::string_view name() const {
    return quoted.substr(1, quoted.size() - 3);
  }
};

struct json_shape {
  std::span<const json_member> members;
  bool refuses_unknown;
};

// Reads what is left of an object of which the first members were `taken`.
void read_rest(json_reader& in, void* object, const json_shape& shape, std::size_t taken);
// Writes an object whose members are called as the writer's options say.
void write_as_told(json_writer& out, const void* object, const json_shape& shape);
// Rethrow the current error; a payload_error then says one step more of where.
[[noreturn]] void rethrow_at_index(std::size_t index);
[[noreturn]] void rethrow_at_key(std::string_view key);

template <class T>
using described_members = boost::mp11::mp_rename<
    boost::describe::
        describe_members<T, boost::describe::mod_any_access | boost::describe::mod_inherited>,
    boost::mp11::mp_list>;

template <class Class, class Member>
std::type_identity<Class> class_of(Member Class::*);
// The class that a member was described in: T or one of its bases.
template <class D>
using home_of = typename decltype(class_of(D::pointer))::type;

template <class T>
inline constexpr bool states_naming =
    !std::same_as<std::remove_cv_t<decltype(json_naming<T>)>, unstated>;

// What code that spells names when it runs has room for.
inline constexpr std::size_t longest_name = 250;

// -- names
// ------------------------------------------------------------------------------------------

// What `json_names` says; null if nothing.
template <class T>
constexpr const renaming* renaming_of(std::string_view name) {
  for (const auto& one : json_names<T>)
    if (one.name == name)
      return &one;
  return nullptr;
}

// A name in quotes with a colon behind it, in room for the longest spelling.
template <std::size_t Room>
struct quoted_text {
  char text[Room + 3]{};
  std::size_t size = 0;

  [[nodiscard]] constexpr std::string_view quoted() const { return {text, size}; }
  [[nodiscard]] constexpr std::string_view name() const { return {text + 1, size - 3}; }
};

// Loops here instead of <algorithm>: that header alone costs a user a third of a second.
constexpr char* copy_text(std::string_view from, char* to) {
  for (const char c : from)
    *to++ = c;
  return to;
}

// The name of a described thing (a member of T, a value of the enum T) as the statements of T have
// it, or else those of `Home`, where it was described.
template <class T, class Home, class D>
inline constexpr auto quoted_name = [] {
  constexpr std::string_view written{D::name};
  static_assert(written.size() <= longest_name, "this name is too long for JSON");
  constexpr auto* own = renaming_of<T>(written);
  constexpr auto* renamed = own != nullptr ? own : renaming_of<Home>(written);
  constexpr auto room = renamed != nullptr ? renamed->json.size() : most_spelled(written.size());
  quoted_text<room> to;
  auto* at = to.text;
  *at++ = '"';
  if constexpr (renamed != nullptr)
    at = copy_text(renamed->json, at);
  else if constexpr (states_naming<T>)
    at = spell(json_naming<T>, written, at);
  else if constexpr (states_naming<Home>)
    at = spell(json_naming<Home>, written, at);
  else
    at = copy_text(written, at);
  *at++ = '"';
  *at++ = ':';
  to.size = static_cast<std::size_t>(at - to.text);
  return to;
}();

template <class T, class D>
constexpr std::string_view quoted_name_of(D) {
  return quoted_name<T, home_of<D>, D>.quoted();
}

template <class T, class D>
constexpr bool is_named(D) {
  return states_naming<T> || states_naming<home_of<D>> || renaming_of<T>(D::name) != nullptr
         || renaming_of<home_of<D>>(D::name) != nullptr;
}

// -- what does not compile
// ------------------------------------------------------------------------------------------

// A text as a template argument, so that the compiler's message shows it.
template <std::size_t N>
struct shown {
  char text[N]{};
};
template <std::size_t N>
consteval shown<N> show(std::string_view text) {
  shown<N> to;
  copy_text(text, to.text);
  return to;
}

// The things of T that are described: members, or values of an enum.
template <class T>
struct described;
template <class T>
  requires std::is_class_v<T>
struct described<T> {
  using type = described_members<T>;
};
template <class E>
  requires std::is_enum_v<E>
struct described<E> {
  using type =
      boost::mp11::mp_rename<boost::describe::describe_enumerators<E>, boost::mp11::mp_list>;
};

template <class T, shown Name>
inline constexpr bool has = []<class... D>(boost::mp11::mp_list<D...>) {
  return ((std::string_view{D::name} == std::string_view{Name.text}) || ...);
}(typename described<T>::type{});

template <class T, shown Name>
constexpr void check_required_name() {
  static_assert(has<T, Name>, "troupe::json_required names something that is no member");
}
template <class T, shown Name>
constexpr void check_renamed() {
  static_assert(has<T, Name>, "troupe::json_names renames something that the type does not have");
}

template <class T>
constexpr void check_required() {
  if constexpr (!std::same_as<std::remove_cvref_t<decltype(json_required<T>)>, every_member_t>)
    []<std::size_t... I>(std::index_sequence<I...>) {
      (check_required_name<T, show<json_required<T>[I].size() + 1>(json_required<T>[I])>(), ...);
    }(std::make_index_sequence<json_required<T>.size()>{});
}

template <class T>
constexpr void check_names() {
  []<std::size_t... I>(std::index_sequence<I...>) {
    (check_renamed<T, show<json_names<T>[I].name.size() + 1>(json_names<T>[I].name)>(), ...);
  }(std::make_index_sequence<json_names<T>.size()>{});
}

template <std::size_t N>
consteval bool all_different(std::array<std::string_view, N> names) {
  for (std::size_t at = 0; at < N; ++at)
    for (std::size_t other = 0; other < at; ++other)
      if (names[at] == names[other])
        return false;
  return true;
}
// What would have to be escaped.
constexpr bool is_plain_name(std::string_view name) {
  for (const char c : name)
    if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\')
      return false;
  return true;
}

// Statements are found by their names, and where they are private, too; but in a class with bases,
// which may all say the same.
struct statements {
  int json_naming, json_names, json_required, json_refuse_unknown;
};
template <class T>
struct twice_stated : T, statements {};
template <class T>
constexpr bool states_alone =
    !std::is_final_v<T> && boost::mp11::mp_empty<described_bases<T>>::value;

template <class T>
concept mentions_naming = requires { T::json_naming; }
                          || (states_alone<T> && !requires { &twice_stated<T>::json_naming; });
template <class T>
concept mentions_names =
    requires { T::json_names; } || (states_alone<T> && !requires { &twice_stated<T>::json_names; });
template <class T>
concept mentions_required = requires { T::json_required; }
                            || (states_alone<T> && !requires { &twice_stated<T>::json_required; });
template <class T>
concept mentions_refuse_unknown = requires {
  T::json_refuse_unknown;
} || (states_alone<T> && !requires { &twice_stated<T>::json_refuse_unknown; });

// A constant of a class, not a member that travels.
template <class Pointer>
inline constexpr bool leads_to_a_constant =
    std::is_pointer_v<Pointer> && std::is_const_v<std::remove_pointer_t<Pointer>>;
template <class T>
concept states_almost = requires { requires leads_to_a_constant<decltype(&T::json_require)>; }
                        || requires { requires leads_to_a_constant<decltype(&T::json_requires)>; }
                        || requires { requires leads_to_a_constant<decltype(&T::json_name)>; }
                        || requires { requires leads_to_a_constant<decltype(&T::json_rename)>; }
                        || requires { requires leads_to_a_constant<decltype(&T::json_renamed)>; }
                        || requires { requires leads_to_a_constant<decltype(&T::json_strict)>; };
// The name is part of the compiler's message.
template <class T>
inline constexpr bool has_no_statement_that_nobody_reads = !states_almost<T>;

// A statement of another type or name would be passed over in silence.
template <class T>
constexpr void check_statements() {
  static_assert(
      has_no_statement_that_nobody_reads<T>,
      "this struct has a json_... that Troupe does not know: its statements are json_naming, "
      "json_names, json_required and json_refuse_unknown");
  if constexpr (mentions_naming<T>)
    static_assert(
        says_naming<T>, "json_naming of this struct is no public static constexpr troupe::naming");
  if constexpr (mentions_names<T>)
    static_assert(
        says_names<T>,
        "json_names of this struct is no public static constexpr troupe::renamed({{\"cpp_name\", "
        "\"jsonName\"}})");
  if constexpr (mentions_required<T>)
    static_assert(
        says_required<T>,
        "json_required of this struct is no public static constexpr troupe::members(\"name\") or "
        "troupe::every_member");
  if constexpr (mentions_refuse_unknown<T>)
    static_assert(
        says_refuse_unknown<T>,
        "json_refuse_unknown of this struct is no public static constexpr bool");
}

template <class T, class... D>
constexpr bool have_different_names = all_different(
    std::array<std::string_view, sizeof...(D)>{quoted_name<T, home_of<D>, D>.name()...});

template <class T, class... D>
constexpr void check_members() {
  check_statements<T>();
  check_description<T>();
  check_required<T>();
  check_names<T>();
  if constexpr ((is_named<T>(D{}) || ...)) {
    static_assert(
        have_different_names<T, D...>,
        "troupe::json_names and json_naming give two members of this type the same name in JSON");
    static_assert(
        (is_plain_name(quoted_name<T, home_of<D>, D>.name()) && ...),
        "troupe::json_names has a name with quotes, backslashes or control characters");
  }
}

// -- tables
// ------------------------------------------------------------------------------------------

template <class T, bool IsNullable>
constexpr bool states_required(std::string_view name) {
  if constexpr (std::same_as<std::remove_cvref_t<decltype(json_required<T>)>, every_member_t>)
    return !IsNullable;
  else {
    for (const auto& each : json_required<T>)
      if (each == name)
        return true;
    return false;
  }
}

template <class T, class D>
constexpr bool is_required(D) {
  constexpr bool null = nullable<std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>>;
  return states_required<T, null>(D::name) || states_required<home_of<D>, null>(D::name);
}

template <class T, class... D>
constexpr std::array<json_member, sizeof...(D)> member_table{json_member{
    quoted_name_of<T>(D{}),
    D::name,
    is_named<T>(D{}),
    nullable<std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>>,
    is_required<T>(D{}),
    [](json_reader& in, void* object) { read_json(in, static_cast<T*>(object)->*D::pointer); },
    [](json_writer& out, const void* object) {
      write_json(out, static_cast<const T*>(object)->*D::pointer);
    }}...};

template <class T, class... D>
constexpr json_shape shape_of{member_table<T, D...>, json_refuse_unknown<T>};

// -- both ways
// ------------------------------------------------------------------------------------------

template <class T, class... D>
void write_members(json_writer& out, const T& value, boost::mp11::mp_list<D...>) {
  check_members<T, D...>();
  if constexpr (!(is_named<T>(D{}) && ...))
    if (out.options().naming != naming::as_written) [[unlikely]]
      return write_as_told(out, &value, shape_of<T, D...>);
  out.begin_object();
  std::size_t written = 0;
  try {
    ((out.quoted_key(quoted_name_of<T>(D{})), write_json(out, value.*D::pointer), ++written), ...);
  } catch (...) {
    rethrow_at_key(member_table<T, D...>[written].name());
  }
  out.end_object();
}

// Most writers keep the order of the members and leave none out: then each is found by comparing
// its name, a constant, with the text that follows.
template <class T, class... D>
void read_members(json_reader& in, T& value, boost::mp11::mp_list<D...>) {
  check_members<T, D...>();
  in.begin_object();
  std::size_t taken = 0;
  if constexpr (!(is_named<T>(D{}) && ...))
    if (in.options().naming != naming::as_written) [[unlikely]]
      return read_rest(in, &value, shape_of<T, D...>, taken);
  [[maybe_unused]] const auto take = [&](auto member) {
    if (!in.try_member(quoted_name_of<T>(member)))
      return false;
    read_json(in, value.*decltype(member)::pointer);
    ++taken;
    return true;
  };
  if (!(take(D{}) && ...) || !in.try_end_object())
    read_rest(in, &value, shape_of<T, D...>, taken);
}

} // namespace troupe::detail
