// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/contract/header_text.hpp"

#include "apps/troupe/contract/identifiers.hpp"
#include "apps/troupe/contract/initial_values.hpp"
#include "apps/troupe/contract/text_layout.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace troupe::cli::contract {
namespace {

// What BOOST_DESCRIBE_ENUM takes.
constexpr std::size_t most_values = 52;

template <class Visit>
void for_each_type(const type& is, const Visit& visit) {
  visit(is);
  for (const auto& each : is.of)
    for_each_type(each, visit);
}

// Those of the system stand behind those of others.
int group_of(const std::string& header) {
  if (header.starts_with('"'))
    return 0;
  if (header.starts_with("<troupe/"))
    return 1;
  const bool is_plain = std::ranges::all_of(header.substr(1, header.size() - 2), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  return is_plain ? 3 : 2;
}

class writer {
public:
  explicit writer(const definition& of) : of_(of) {
    for (const auto& each : of_.declarations)
      names_.insert(each->name);
  }

  std::string write() {
    begin();
    forward_declarations();
    for (const auto& each : of_.declarations) {
      if (each->is_enum)
        enumeration(*each);
      else
        structure(*each);
      complete_.insert(each.get());
    }
    for (const auto& each : of_.services)
      contract(each);
    to_.line(0, "} // namespace " + of_.name_space);
    for (const auto& each : of_.declarations)
      if (each->is_enum && each->travels_by_name)
        values_by_name(*each);
    return to_.text();
  }

private:
  void begin() {
    std::string sources;
    for (const auto& each : of_.sources)
      sources += (sources.empty() ? "" : ", ") + each;
    to_.line(0, "// Written by `troupe nexus generate`; change this instead of the header:");
    to_.line(0, harmless("// " + sources));
    to_.line(0, "#pragma once");
    std::array<std::set<std::string>, 4> groups;
    for (const auto& each : headers())
      groups[static_cast<std::size_t>(group_of(each))].insert(each);
    for (const auto& group : groups) {
      if (!group.empty())
        to_.blank();
      for (const auto& each : group)
        to_.line(0, "#include " + each);
    }
    to_.blank();
    to_.line(0, "namespace " + of_.name_space + " {");
    to_.blank();
  }

  [[nodiscard]] std::set<std::string> headers() const {
    std::set<std::string> all{"<troupe/nexus/service.hpp>", "<tuple>"};
    const auto add = [&](const type& is) {
      static const std::vector<std::pair<type::form, const char*>> by_form{
          {type::form::list, "<vector>"},
          {type::form::map, "<map>"},
          {type::form::optional, "<optional>"},
          {type::form::shared, "<memory>"},
          {type::form::variant, "<variant>"}};
      for (const auto& [form, header] : by_form)
        if (is.is == form)
          all.insert(header);
      if (is.is == type::form::map)
        all.insert("<string>");
      if (!is.header.empty())
        all.insert(is.header);
      if (is.written == "std::vector<std::byte>")
        all.insert("<cstddef>");
      if (is.written == "troupe::json_value")
        all.insert("<troupe/payload/json.hpp>");
    };
    for (const auto& each : of_.declarations) {
      all.insert("<boost/describe.hpp>");
      all.insert("<troupe/payload/json.hpp>");
      for (const auto& one : each->members)
        for_each_type(one.is, add);
      if (each->is_enum && !each->travels_by_name)
        all.insert("<cstdint>");
    }
    for (const auto& each : of_.services)
      for (const auto& one : each.operations) {
        for_each_type(one.input, add);
        for_each_type(one.output, add);
      }
    return all;
  }

  // Of structs that others hold in a list before they stand there.
  void forward_declarations() {
    std::set<const declaration*> before;
    std::vector<std::string> names;
    for (const auto& each : of_.declarations) {
      before.insert(each.get());
      for (const auto& one : each->members)
        for_each_type(one.is, [&](const type& is) {
          if (is.is == type::form::declared && before.insert(is.declared).second)
            names.push_back(is.declared->name);
        });
    }
    for (const auto& each : names)
      to_.line(0, "struct " + each + ';');
    if (!names.empty())
      to_.blank();
  }

  // -- types

  // A member that is called like a type would change what the type's name means in its struct.
  [[nodiscard]] bool needs_full_names(const std::set<std::string>& names) const {
    return std::ranges::any_of(names, [&](const auto& each) { return names_.contains(each); });
  }

  [[nodiscard]] std::string name_of(const declaration& one) const {
    return (full_names_ ? "::" + of_.name_space + "::" : "") + one.name;
  }

  static const char* template_of(type::form form) {
    switch (form) {
    case type::form::list: return "std::vector<";
    case type::form::map: return "std::map<";
    case type::form::optional: return "std::optional<";
    case type::form::shared: return "std::shared_ptr<";
    case type::form::variant: return "std::variant<";
    case type::form::tuple: return "std::tuple<";
    default: return "";
    }
  }

  [[nodiscard]] std::string written(const type& is) const {
    if (is.is == type::form::nothing)
      return "void";
    if (is.is == type::form::simple)
      return is.written;
    if (is.is == type::form::declared)
      return name_of(*is.declared);
    std::vector<std::string> all;
    if (is.is == type::form::map)
      all.emplace_back("std::string");
    for (const auto& each : is.of)
      all.push_back(written(each));
    return template_of(is.is) + joined(all) + '>';
  }

  // A type that does not fit into a line, with `end` behind it.
  void broken(std::size_t indent, const std::string& head, const type& is, const std::string& end) {
    if (fits(indent, head + written(is) + end) || is.of.empty()) {
      to_.line(indent, head + written(is) + end);
      return;
    }
    to_.line(indent, head + template_of(is.is));
    if (is.is == type::form::map)
      to_.line(indent + 4, "std::string,");
    for (const auto& each : is.of)
      broken(indent + 4, "", each, &each == &is.of.back() ? '>' + end : ",");
  }

  // -- structs

  void structure(const declaration& one) {
    std::set<std::string> names;
    for (const auto& each : one.members)
      names.insert(each.name);
    full_names_ = needs_full_names(names);
    to_.comment(0, one.comment);
    if (one.members.empty())
      to_.line(0, "struct " + one.name + " {};");
    else {
      to_.line(0, "struct " + one.name + " {");
      statements(one);
      for (const auto& each : one.members) {
        to_.comment(2, each.comment);
        variable(each);
      }
      to_.line(0, "};");
    }
    std::vector<std::string> all;
    for (const auto& each : one.members)
      all.push_back(each.name);
    if (all.empty())
      to_.line(0, "BOOST_DESCRIBE_STRUCT(" + one.name + ", (), ())");
    else
      to_.macro_call("BOOST_DESCRIBE_STRUCT", {one.name, "()"}, "(", all);
    to_.blank();
  }

  void statements(const declaration& one) {
    std::vector<spelled_name> names;
    std::vector<std::string> required;
    bool is_every = true;
    for (const auto& each : one.members) {
      names.push_back({each.name, each.json});
      is_every = is_every && each.is_required != each.is.may_be_null();
      if (each.is_required)
        required.push_back(string_literal(each.name));
    }
    const auto spelled = spelling_of(names);
    to_.line(
        2,
        "static constexpr auto json_naming = troupe::naming::"
            + std::string{contract::name_of(spelled.how)} + ';');
    if (!spelled.exceptions.empty())
      to_.assignment(
          2,
          "static constexpr auto json_names",
          "troupe::renamed(",
          renamings(spelled.exceptions),
          ");",
          true);
    if (required.empty())
      return;
    if (is_every)
      to_.line(2, "static constexpr auto json_required = troupe::every_member;");
    else
      to_.assignment(2, "static constexpr auto json_required", "troupe::members(", required, ");");
  }

  static std::vector<std::string> renamings(const std::vector<spelled_name>& all) {
    std::vector<std::string> items;
    for (const auto& each : all)
      items.push_back('{' + string_literal(each.name) + ", " + string_literal(each.json) + '}');
    return items;
  }

  [[nodiscard]] bool is_complete(const type& is) const {
    return is.is == type::form::shared
           || ((is.declared == nullptr || complete_.contains(is.declared))
               && std::ranges::all_of(is.of, [&](const type& each) { return is_complete(each); }));
  }

  [[nodiscard]] std::string initial_of(const member& one) const {
    if (one.initial && !one.initial->written.empty()) {
      const auto& value = *one.initial;
      return value.of == nullptr ? value.written : name_of(*value.of) + "::" + value.written;
    }
    if (!one.is_required && is_complete(one.is))
      return "{}"; // so that others can be given by name without a warning of this one
    if (one.is.is == type::form::declared && one.is.declared->is_enum)
      return name_of(*one.is.declared) + "::" + one.is.declared->values.front().name;
    if (one.is.written == "bool")
      return "false";
    if (one.is.written == "double" || one.is.written == "float" || one.is.written.ends_with("_t"))
      return "0";
    return "";
  }

  void variable(const member& one) {
    const auto initial = initial_of(one);
    const auto name = ' ' + one.name;
    const auto is = written(one.is);
    const auto rest = initial.empty() ? ";" : " = " + initial + ';';
    if (fits(2, is + name + rest))
      to_.line(2, is + name + rest);
    else if (initial.starts_with('{') && initial != "{}" && fits(2, is + name + " = {")) {
      to_.line(2, is + name + " = {");
      to_.line(6, initial.substr(1) + ';');
    } else if (!initial.empty() && fits(2, is + name + " =")) {
      to_.line(2, is + name + " =");
      to_.line(6, initial + ';');
    } else {
      broken(2, "", one.is, "");
      to_.line(6, one.name + rest);
    }
  }

  // -- enums

  void enumeration(const declaration& one) {
    to_.comment(0, one.comment);
    to_.line(0, "enum class " + one.name + (one.travels_by_name ? "" : " : std::int64_t") + " {");
    for (const auto& each : one.values) {
      to_.comment(2, each.comment);
      const auto number = each.number == INT64_MIN ? "INT64_MIN" : std::to_string(each.number);
      to_.line(2, each.name + (one.travels_by_name ? "" : " = " + number) + ',');
    }
    to_.line(0, "};");
    std::vector<std::string> all;
    for (const auto& each : one.values)
      all.push_back(each.name);
    if (all.size() <= most_values)
      to_.macro_call("BOOST_DESCRIBE_ENUM", {one.name}, "", all);
    else {
      to_.line(0, "BOOST_DESCRIBE_ENUM_BEGIN(" + one.name + ')');
      for (const auto& each : all)
        to_.line(0, "BOOST_DESCRIBE_ENUM_ENTRY(" + one.name + ", " + each + ')');
      to_.line(0, "BOOST_DESCRIBE_ENUM_END(" + one.name + ')');
    }
    to_.blank();
  }

  // They are said outside of the namespace, and before anybody reads or writes one.
  void values_by_name(const declaration& one) {
    std::vector<spelled_name> names;
    for (const auto& each : one.values)
      names.push_back({each.name, each.json});
    const auto spelled = spelling_of(names);
    const auto full_name = of_.name_space + "::" + one.name;
    to_.blank();
    to_.line(0, "template <>");
    to_.assignment(
        0,
        "inline constexpr auto troupe::json_naming<" + full_name + '>',
        "troupe::naming::" + std::string{contract::name_of(spelled.how)},
        {},
        ";");
    if (spelled.exceptions.empty())
      return;
    to_.line(0, "template <>");
    to_.assignment(
        0,
        "inline constexpr auto troupe::json_names<" + full_name + '>',
        "troupe::renamed(",
        renamings(spelled.exceptions),
        ");",
        true);
  }

  // -- services

  void contract(const service& one) {
    std::set<std::string> names{"operation", "operations", "service", "service_name"};
    std::vector<std::string> all;
    for (const auto& each : one.operations) {
      names.insert(each.name);
      all.push_back(each.name);
    }
    full_names_ = needs_full_names(names);
    to_.comment(0, one.comment);
    to_.line(
        0, "struct " + one.name + " : troupe::nexus::service<" + string_literal(one.wire) + "> {");
    for (const auto& each : one.operations) {
      to_.comment(2, each.comment);
      declare(each);
    }
    if (all.empty())
      to_.line(2, "static constexpr auto operations = std::tuple<>{};");
    else
      to_.assignment(2, "static constexpr auto operations", "std::tuple{", all, "};");
    to_.line(0, "};");
    to_.blank();
  }

  void declare(const operation& one) {
    const std::string head = "static constexpr operation<";
    const auto types = written(one.input) + ", " + written(one.output) + '>';
    const auto wire = string_literal(one.wire) + "};";
    const auto name = one.name + '{';
    if (fits(2, head + types + ' ' + name + wire))
      to_.line(2, head + types + ' ' + name + wire);
    else if (fits(2, head + types + ' ' + name)) {
      to_.line(2, head + types + ' ' + name);
      to_.line(6, wire);
    } else {
      if (fits(2, head + types))
        to_.line(2, head + types);
      else {
        to_.line(2, head);
        broken(6, "", one.input, ",");
        broken(6, "", one.output, ">");
      }
      if (fits(6, name + wire))
        to_.line(6, name + wire);
      else {
        to_.line(6, name);
        to_.line(10, wire);
      }
    }
  }

  const definition& of_;
  std::set<std::string> names_; // of all declarations
  text_layout to_;
  std::set<const declaration*> complete_; // those that were written
  bool full_names_ = false;
};

} // namespace

std::string header_text(const definition& of) {
  return writer{of}.write();
}

} // namespace troupe::cli::contract
