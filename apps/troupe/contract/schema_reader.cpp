// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/contract/schema_reader.hpp"

#include "apps/troupe/contract/initial_values.hpp"
#include "apps/troupe/contract/keywords.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace troupe::cli::contract {
namespace {

using kind = source_node::kind;

// A file that refers to itself in many ways could ask for more types than there is memory.
constexpr std::size_t most_schemas = 20'000;
constexpr std::size_t deepest = 200;
// What BOOST_DESCRIBE_STRUCT takes.
constexpr std::size_t most_members = 52;

type simple(std::string written, std::string header = "") {
  return {type::form::simple, std::move(written), std::move(header), {}, nullptr};
}

type made_of(type::form form, std::vector<type> of) {
  return {form, "", "", std::move(of), nullptr};
}

type optional_of(type is) {
  return is.may_be_null() ? is : made_of(type::form::optional, {std::move(is)});
}

bool is_null_type(const type& is) {
  return is.written == "std::monostate";
}

// One type for all of them; a null among them makes it optional.
type union_of(const std::vector<type>& all) {
  bool may_be_null = false;
  std::vector<type> different;
  for (const auto& each : all) {
    may_be_null = may_be_null || is_null_type(each) || each.may_be_null();
    const auto& value = each.may_be_null() ? each.of.front() : each;
    if (!is_null_type(value) && std::ranges::find(different, value) == different.end())
      different.push_back(value);
  }
  if (different.empty())
    return all.front();
  auto made = different.size() == 1 ? different.front() : made_of(type::form::variant, different);
  return may_be_null ? optional_of(made) : made;
}

const source_member& listed(const source_member& from) {
  if (from.value->is != kind::list || from.value->items.empty())
    throw source_error(
        from.value->at, "\"" + from.key + "\" has to be a list with something in it");
  return from;
}

type text_type(const source_node& schema) {
  const auto encoding = text_member(schema, "contentEncoding");
  if (encoding == "base64")
    return simple("std::vector<std::byte>", "<vector>");
  if (!encoding.empty())
    throw source_error(
        schema.get("contentEncoding")->at, "the only contentEncoding that is known is base64");
  const auto format = text_member(schema, "format");
  if (format == "date-time")
    return simple("std::chrono::sys_time<std::chrono::nanoseconds>", "<chrono>");
  if (format == "duration")
    return simple("std::chrono::nanoseconds", "<chrono>");
  return simple("std::string", "<string>");
}

type integer_type(const source_node& schema) {
  const auto format = text_member(schema, "format");
  for (const auto* each : {"int8", "int16", "int32", "uint8", "uint16", "uint32", "uint64"})
    if (format == each)
      return simple("std::" + format + "_t", "<cstdint>");
  return simple("std::int64_t", "<cstdint>");
}

void check_json_name(const std::string& name, const place& at) {
  const bool is_plain = std::ranges::all_of(
      name, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; });
  if (name.empty() || !is_plain || name.size() > 200)
    throw source_error(
        at,
        "this name is empty, longer than 200 bytes, or has quotes, backslashes or control "
        "characters");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// What would be passed over: the type is made of `all` alone.
void refuse_beside(const source_node& schema, const source_member& all) {
  for (const auto* key :
       {"properties",
        "required",
        "additionalProperties",
        "items",
        "additionalItems",
        "oneOf",
        "anyOf",
        "enum",
        "const"})
    if (const auto* found = schema.find(key); found != nullptr && found != &all)
      throw source_error(
          found->at,
          "\"" + found->key + "\" beside \"" + all.key
              + "\" would be passed over: write it into each of them, or one of both into the "
                "other");
}

bool holds_declared(const type& is) {
  return is.is == type::form::declared || (is.may_be_null() && holds_declared(is.of.front()));
}

} // namespace

void schema_reader::name(const source_node& schema, std::string name) {
  given_names_.emplace(&schema, std::move(name));
}

std::vector<std::string> schema_reader::comment_of(const source_node& schema) {
  if (schema.is != kind::map)
    return {};
  auto lines = lines_of(text_member(schema, "description"));
  const auto* const deprecated = schema.get("deprecated");
  if (deprecated != nullptr && deprecated->is_true())
    lines.emplace_back("Deprecated.");
  auto limits = limits_of(schema);
  const auto* const format = schema.get("format");
  const auto* const type = schema.get("type");
  static const std::vector<std::string> carried{"date-time", "duration"};
  if (format != nullptr && type != nullptr && type->text == "string"
      && std::ranges::find(carried, format->text) == carried.end())
    limits.insert(limits.begin(), "format " + format->text);
  if (limits.empty())
    return lines;
  std::string all = "Not checked: ";
  for (const auto& each : limits)
    all += (&each == &limits.front() ? "" : ", ") + each;
  lines.push_back(all + '.');
  return lines;
}

type schema_reader::read(
    const source_ref& schema, const std::string& file, const std::string& hint) {
  if (const auto known = known_.find(schema.get()); known != known_.end())
    return known->second;
  if (++count_ > most_schemas)
    throw source_error(schema->at, "these are more than 20000 schemas");
  if (std::ranges::find(open_, schema.get()) != open_.end())
    throw source_error(
        schema->at,
        "this refers to itself, and no object is between: a C++ type cannot; only objects may");
  if (open_.size() > deepest)
    throw source_error(schema->at, "these are more than 200 schemas in one another");
  if (schema->is_boolean() && schema->is_true())
    return simple("troupe::json_value");
  if (schema->is_boolean())
    throw source_error(schema->at, "a schema that is false allows no value at all");
  if (schema->is != kind::map)
    throw source_error(schema->at, "this has to be a schema: {type: string}, for example");
  check_keywords(*schema);
  struct opened {
    std::vector<const source_node*>& all;
    ~opened() { all.pop_back(); }
  } const open{open_};
  open_.push_back(schema.get());
  const auto title = schema->get("title") == nullptr ? "" : text_member(*schema, "title");
  const auto given = given_names_.find(schema.get());
  return read_map(
      schema,
      {file,
       given != given_names_.end() ? given->second
       : title.empty()             ? hint
                                   : title});
}

type schema_reader::read_map(const source_ref& schema, where in) {
  if (schema->find("$ref") != nullptr)
    return read_reference(*schema, in);
  if (const auto* all = schema->find("allOf")) {
    const bool is_only_one = listed(*all).value->items.size() == 1
                             && schema->find("properties") == nullptr
                             && schema->find("required") == nullptr;
    if (!is_only_one)
      return read_struct(schema, in);
    refuse_beside(*schema, *all);
    const auto& only = all->value->items.front();
    if (const auto given = given_names_.find(schema.get()); given != given_names_.end())
      name(*only, given->second);
    return read(only, in.file, in.hint);
  }
  if (const auto* all = schema->find("oneOf"))
    return read_union(*schema, *all, in);
  if (const auto* all = schema->find("anyOf"))
    return read_union(*schema, *all, in);
  if (const auto* all = schema->find("enum")) {
    refuse_beside(*schema, *all);
    std::vector<found_value> values;
    for (const auto& each : listed(*all).value->items)
      values.push_back({each, {}});
    return read_enum(*schema, std::move(values), in);
  }
  if (const auto* one = schema->find("const")) {
    refuse_beside(*schema, *one);
    return read_enum(*schema, {{one->value, {}}}, in);
  }
  const auto* const kinds = schema->get("type");
  if (kinds == nullptr) {
    if (schema->find("properties") != nullptr || schema->find("additionalProperties") != nullptr)
      return read_object(schema, in);
    if (schema->find("items") != nullptr)
      return read_array(*schema, in);
    return simple("troupe::json_value");
  }
  if (kinds->is != kind::list)
    return read_named(schema, *kinds, in);
  std::vector<type> all;
  for (const auto& each : listed(*schema->find("type")).value->items)
    all.push_back(read_named(schema, *each, in));
  return union_of(all);
}

type schema_reader::read_named(const source_ref& schema, const source_node& named, where in) {
  const auto& text = named.text;
  const auto refuse_beside = [&](std::initializer_list<const char*> keys) {
    for (const auto* key : keys)
      if (const auto* found = schema->find(key);
          found != nullptr && schema->get("type")->is != kind::list)
        throw source_error(found->at, "\"" + found->key + "\" is not for the type " + text);
  };
  if (text != "object")
    refuse_beside({"properties", "required", "additionalProperties"});
  if (text != "array")
    refuse_beside({"items", "additionalItems"});
  if (text == "string")
    return text_type(*schema);
  if (text == "integer")
    return integer_type(*schema);
  if (text == "number")
    return simple(text_member(*schema, "format") == "float" ? "float" : "double");
  if (text == "boolean")
    return simple("bool");
  if (text == "null")
    return simple("std::monostate", "<variant>");
  if (text == "array")
    return read_array(*schema, in);
  if (text == "object")
    return read_object(schema, in);
  throw source_error(
      named.at,
      "there is no type \"" + text
          + "\", only string, integer, number, boolean, null, array and object");
}

type schema_reader::read_reference(const source_node& schema, where in) {
  const auto& reference = *schema.find("$ref");
  check_beside_reference(schema);
  if (!reference.value->is_text())
    throw source_error(reference.value->at, "\"$ref\" has to be text");
  const auto found = files_.resolve(in.file, reference.value->text, reference.value->at);
  if (std::ranges::find(open_, found.node.get()) != open_.end()
      && !known_.contains(found.node.get()))
    throw source_error(
        reference.value->at,
        "$ref " + reference.value->text
            + " refers to itself, and no object is between: a C++ type cannot; only objects may");
  return read(found.node, found.file, found.name);
}

type schema_reader::read_union(const source_node& schema, const source_member& all, where in) {
  refuse_beside(schema, all);
  const auto& parts = listed(all).value->items;
  std::vector<found_value> values; // if each is one value, they are an enum
  for (const auto& each : parts)
    if (const auto* one = each->is == kind::map ? each->find("const") : nullptr) {
      check_keywords(*each);
      values.push_back({one->value, comment_of(*each)});
    }
  if (values.size() == parts.size())
    return read_enum(schema, std::move(values), in);
  std::vector<type> types;
  for (const auto& each : parts)
    types.push_back(read(each, in.file, in.hint + "_" + std::to_string(types.size() + 1)));
  return union_of(types);
}

type schema_reader::read_array(const source_node& schema, where in) {
  const auto* const items = schema.find("items");
  if (items == nullptr)
    return made_of(type::form::list, {simple("troupe::json_value")});
  if (items->value->is != kind::list)
    return made_of(type::form::list, {read(items->value, in.file, in.hint + "_item")});
  const auto* const more = schema.get("additionalItems");
  if (more == nullptr || !more->is_boolean() || more->is_true())
    throw source_error(
        items->at, "a list of \"items\" is a tuple: it needs \"additionalItems: false\" beside it");
  std::vector<type> all;
  for (const auto& each : items->value->items)
    all.push_back(read(each, in.file, in.hint + "_" + std::to_string(all.size() + 1)));
  return made_of(type::form::tuple, std::move(all));
}

type schema_reader::read_object(const source_ref& schema, where in) {
  const auto* const more = schema->find("additionalProperties");
  const bool is_closed = more != nullptr && more->value->is_boolean() && !more->value->is_true();
  if (schema->find("properties") != nullptr || schema->find("required") != nullptr || is_closed)
    return read_struct(schema, in);
  auto value = more == nullptr ? simple("troupe::json_value")
                               : read(more->value, in.file, in.hint + "_value");
  return made_of(type::form::map, {std::move(value)});
}

declaration&
schema_reader::declare(const source_node& schema, const std::string& hint, bool is_enum) {
  auto made = std::make_unique<declaration>();
  // Names of types of a file are reserved for them.
  const auto given = given_names_.find(&schema);
  made->name = given != given_names_.end() ? given->second : names_.take({identifier(hint)});
  made->comment = comment_of(schema);
  made->at = schema.at;
  made->is_enum = is_enum;
  auto& kept = *to_.declarations.emplace_back(std::move(made));
  return kept;
}

type schema_reader::read_struct(const source_ref& schema, where in) {
  auto& made = declare(*schema, in.hint, false);
  const type is{type::form::declared, "", "", {}, &made};
  known_.emplace(schema.get(), is);
  name_scope names{
      {made.name, "json_naming", "json_names", "json_required", "json_refuse_unknown"}};
  std::vector<std::pair<std::string, place>> required;
  collect(schema, in.file, made, names, required);
  for (const auto& [name, at] : required) {
    const auto found = std::ranges::find(made.members, name, &member::json);
    if (found == made.members.end())
      throw source_error(at, "\"" + name + "\" is required, but is none of the properties");
    found->is_required = true;
  }
  for (auto& each : made.members)
    if (!each.is_required && !each.initial && each.is.is != type::form::list
        && each.is.is != type::form::map && each.is.written != "troupe::json_value")
      each.is = optional_of(each.is);
  if (made.members.size() > most_members)
    throw source_error(
        schema->at,
        "these are more than 52 properties: put those that belong together into objects");
  return is;
}

void schema_reader::collect(
    const source_ref& schema,
    const std::string& file,
    declaration& to,
    name_scope& names,
    std::vector<std::pair<std::string, place>>& required) {
  if (++count_ > most_schemas)
    throw source_error(schema->at, "these are more than 20000 schemas");
  if (schema->is != kind::map)
    throw source_error(schema->at, "a part of \"allOf\" has to be an object's schema");
  check_keywords(*schema);
  if (const auto* reference = schema->find("$ref")) {
    check_beside_reference(*schema);
    const auto found = files_.resolve(file, reference->value->text, reference->value->at);
    if (std::ranges::find(open_, found.node.get()) != open_.end())
      throw source_error(reference->value->at, "this object is a part of itself");
    struct opened {
      std::vector<const source_node*>& all;
      ~opened() { all.pop_back(); }
    } const open{open_};
    open_.push_back(found.node.get());
    return collect(found.node, found.file, to, names, required);
  }
  if (const auto* kind = schema->find("type"); kind != nullptr && kind->value->text != "object")
    throw source_error(kind->value->at, "only objects can be put together with \"allOf\"");
  for (const auto* key : {"oneOf", "anyOf", "enum", "const", "items"})
    if (const auto* found = schema->find(key))
      throw source_error(found->at, "\"" + found->key + "\" in an object with properties");
  if (const auto* parts = schema->find("allOf"))
    for (const auto& each : listed(*parts).value->items)
      collect(each, file, to, names, required);
  if (const auto* more = schema->find("additionalProperties");
      more != nullptr && !more->value->is_boolean())
    throw source_error(
        more->at,
        "properties and others of one type beside them: put the others into a property of their "
        "own");
  if (const auto* must = schema->find("required")) {
    if (must->value->is != kind::list)
      throw source_error(must->value->at, "\"required\" has to be a list of names");
    for (const auto& each : must->value->items)
      required.emplace_back(each->text, each->at);
  }
  const auto* const properties = schema->get("properties");
  if (properties == nullptr)
    return;
  if (properties->is != kind::map)
    throw source_error(properties->at, "\"properties\" has to be a map from names to schemas");
  for (const auto& each : properties->members)
    add_member(each, file, to, names);
}

void schema_reader::add_member(
    const source_member& property, const std::string& file, declaration& to, name_scope& names) {
  check_json_name(property.key, property.at);
  if (std::ranges::find(to.members, property.key, &member::json) != to.members.end())
    throw source_error(property.at, "\"" + property.key + "\" is a property of another part, too");
  member made;
  made.json = property.key;
  made.name = names.take({identifier(property.key)});
  made.at = property.at;
  made.is = read(property.value, file, to.name + '_' + made.name);
  const auto* const reference =
      property.value->is == kind::map ? property.value->find("$ref") : nullptr;
  if (reference != nullptr || !holds_declared(made.is)) // else it is the declaration's
    made.comment = comment_of(*property.value);
  if (reference != nullptr && made.comment.empty() && !holds_declared(made.is))
    made.comment =
        comment_of(*files_.resolve(file, reference->value->text, reference->value->at).node);
  if (const auto* value =
          property.value->is == kind::map ? property.value->get("default") : nullptr;
      value != nullptr && !value->is_null())
    made.initial = initial_value_of(*value, made.is);
  to.members.push_back(std::move(made));
}

type schema_reader::read_enum(
    const source_node& schema, std::vector<found_value> values, where in) {
  const auto all = values.size();
  std::erase_if(values, [](const found_value& each) { return each.value->is_null(); });
  const bool may_be_null = values.size() < all;
  if (values.empty())
    return simple("std::monostate", "<variant>");
  auto& made = declare(schema, in.hint, true);
  made.travels_by_name = values.front().value->is_text();
  const auto* const given = schema.find("x-enum-varnames");
  if (given != nullptr
      && (given->value->is != kind::list || given->value->items.size() != values.size()))
    throw source_error(given->value->at, "\"x-enum-varnames\" has to be a name for each value");
  name_scope names;
  for (const auto& [value, comment] : values) {
    if (made.travels_by_name ? !value->is_text() : !value->is_integer())
      throw source_error(
          value->at, "the values of an enumeration have to be all text or all integers");
    enumerator one;
    one.comment = comment;
    one.json = value->text;
    if (std::ranges::find(made.values, one.json, &enumerator::json) != made.values.end())
      throw source_error(value->at, "the value " + one.json + " is there twice");
    if (made.travels_by_name) {
      check_json_name(one.json, value->at);
      one.number = static_cast<std::int64_t>(made.values.size());
    } else {
      const char* begin = one.json.c_str() + (one.json.starts_with('+') ? 1 : 0);
      const auto* const end = one.json.data() + one.json.size();
      if (std::from_chars(begin, end, one.number).ec != std::errc{})
        throw source_error(value->at, "this number has more than 64 bits");
    }
    const auto& called = given != nullptr       ? given->value->items[made.values.size()]->text
                         : made.travels_by_name ? one.json
                         : one.number < 0       ? "value_minus_" + one.json.substr(1)
                                                : "value_" + one.json;
    one.name = names.take({identifier(called)});
    made.values.push_back(std::move(one));
  }
  const type is{type::form::declared, "", "", {}, &made};
  return known_[&schema] = may_be_null ? optional_of(is) : is;
}

} // namespace troupe::cli::contract
