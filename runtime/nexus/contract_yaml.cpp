// SPDX-License-Identifier: Apache-2.0
#include <troupe/nexus/contract_yaml.hpp>

#include <algorithm>
#include <set>

namespace troupe::nexus::detail {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// What every YAML parser reads as this text, also one of YAML 1.1.
bool is_plain(std::string_view text) {
  static const std::set<std::string_view> words{
      "y",   "n",  "yes", "no",  "on",   "off",   "true", "false", "null",
      "Y",   "N",  "Yes", "No",  "On",   "Off",   "True", "False", "Null",
      "YES", "NO", "ON",  "OFF", "TRUE", "FALSE", "NULL"};
  return !text.empty() && (is_letter(text.front()) || text.starts_with("x-"))
         && std::ranges::all_of(
             text, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; })
         && !words.contains(text);
}

std::string quoted_text(std::string_view text) {
  json_writer out;
  out.string(text);
  return std::move(out).take();
}

std::string key_text(std::string_view text) {
  const auto rest = text.substr(text.starts_with('$') ? 1 : 0); // `$ref`
  return is_plain(rest) ? std::string{text} : quoted_text(text);
}

void write(std::string& to, const schema_value& value, std::size_t indent, bool in_list);

void write_members(std::string& to, const schema_value& value, std::size_t indent, bool in_list) {
  for (std::size_t i = 0; i < value.keys.size(); ++i) {
    if (!in_list)
      to.append(indent, ' ');
    in_list = false;
    to += key_text(value.keys[i]) + ':';
    write(to, value.items[i], indent + 2, false);
  }
}

bool is_short(const schema_value& list) {
  return std::ranges::all_of(
      list.items, [](const schema_value& each) { return each.is == schema_value::kind::scalar; });
}

// Behind a key, or behind the dash of a list.
void write(std::string& to, const schema_value& value, std::size_t indent, bool in_list) {
  switch (value.is) {
  case schema_value::kind::scalar: to += ' ' + value.text + '\n'; return;
  case schema_value::kind::map:
    if (value.items.empty()) {
      to += " {}\n";
      return;
    }
    to += in_list ? ' ' : '\n';
    write_members(to, value, indent, in_list);
    return;
  case schema_value::kind::list:
    if (is_short(value)) {
      std::string all;
      for (const auto& each : value.items)
        all += (all.empty() ? "" : ", ") + each.text;
      to += " [" + all + "]\n";
      return;
    }
    to += '\n';
    for (const auto& each : value.items) {
      to.append(indent, ' ') += '-';
      write(to, each, indent + 2, true);
    }
  }
}

// `ns::page<ns::order>` is PageOrder.
std::string type_name(std::string_view raw) {
  const auto begin = raw.find("T = ");
  raw.remove_prefix(begin == std::string_view::npos ? 0 : begin + 4);
  raw = raw.substr(0, raw.find_first_of(";]"));
  std::string name, word;
  std::size_t path = 0; // where the name began that is being read, with its namespaces
  const auto end_word = [&] {
    std::string spelled(troupe::detail::most_spelled(word.size()) + 1, '\0');
    spelled.resize(static_cast<std::size_t>(
        troupe::detail::spell(naming::pascal_case, word, spelled.data()) - spelled.data()));
    name += spelled;
    word.clear();
  };
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (is_letter(raw[i]) || is_digit(raw[i])) {
      word += raw[i];
      continue;
    }
    end_word();
    if (raw[i] == '<' || raw[i] == ',')
      path = name.size();
    if (raw[i] == ':')
      name.resize(path);
  }
  end_word();
  return name.empty() ? "Type" : name;
}

} // namespace

schema_value schema_value::scalar(std::string text) {
  schema_value made;
  made.is = kind::scalar;
  made.text = std::move(text);
  return made;
}

schema_value schema_value::quoted(std::string_view text) {
  return scalar(is_plain(text) ? std::string{text} : quoted_text(text));
}

schema_value schema_value::list(std::vector<schema_value> items) {
  schema_value made;
  made.is = kind::list;
  made.items = std::move(items);
  return made;
}

schema_value
schema_value::typed(std::string_view name, std::string_view key, std::string_view value) {
  schema_value made;
  made.set("type", scalar(std::string{name}));
  if (!key.empty())
    made.set(key, scalar(std::string{value}));
  return made;
}

void schema_value::set(std::string_view key, schema_value value) {
  keys.emplace_back(key);
  items.push_back(std::move(value));
}

const schema_types::entry* schema_types::find(const void* key) const {
  const auto found = std::ranges::find(all_, key, &entry::key);
  return found == all_.end() ? nullptr : &*found;
}

bool schema_types::knows(const void* key) const {
  return find(key) != nullptr;
}

std::size_t schema_types::add(const void* key, std::string_view raw_name) {
  const auto name = type_name(raw_name);
  auto free = name;
  for (std::size_t number = 2; std::ranges::find(all_, free, &entry::name) != all_.end(); ++number)
    free = name + std::to_string(number);
  all_.push_back({key, std::move(free), {}});
  return all_.size() - 1;
}

void schema_types::define(std::size_t at, schema_value schema) {
  all_[at].schema = std::move(schema);
}

schema_value schema_types::reference(const void* key) const {
  schema_value made;
  made.set("$ref", schema_value::scalar(quoted_text("#/types/" + find(key)->name)));
  return made;
}

schema_value schema_types::take() && {
  schema_value made;
  for (auto& each : all_)
    made.set(each.name, std::move(each.schema));
  return made;
}

schema_value or_null(schema_value schema) {
  if (schema.items.empty())
    return schema; // any
  const auto& key = schema.keys.front();
  auto& value = schema.items.front();
  if (key == "type" && value.is == schema_value::kind::scalar) {
    if (value.text != "\"null\"")
      value = schema_value::list({std::move(value), schema_value::scalar("\"null\"")});
    return schema;
  }
  if (key == "type")
    return schema;
  if (key == "oneOf") {
    value.items.push_back(schema_value::typed("\"null\""));
    return schema;
  }
  schema_value made;
  made.set("oneOf", schema_value::list({std::move(schema), schema_value::typed("\"null\"")}));
  return made;
}

std::string definition_text(schema_value services, schema_types types) {
  schema_value root;
  root.set("nexusrpc", schema_value::scalar("1.0.0"));
  root.set("services", std::move(services));
  if (auto all = std::move(types).take(); !all.items.empty())
    root.set("types", std::move(all));
  std::string text;
  write_members(text, root, 0, false);
  return text;
}

} // namespace troupe::nexus::detail
