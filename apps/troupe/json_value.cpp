// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/json_value.hpp"

#include "apps/troupe/proto_json.hpp"

#include <simdjson.h>

#include <algorithm>
#include <numeric>

namespace troupe::cli {
namespace {

namespace od = simdjson::ondemand;

// On-Demand hands out the text of a number unread; the grammar is checked here.
bool is_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const auto from = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9')
      ++at;
    return at - from;
  };
  if (at < text.size() && text[at] == '-')
    ++at;
  const bool zero = at < text.size() && text[at] == '0';
  const auto whole = digits();
  if (whole == 0 || (zero && whole > 1))
    return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0)
      return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-'))
      ++at;
    if (digits() == 0)
      return false;
  }
  return at == text.size();
}

std::string_view trimmed(std::string_view text) {
  const auto last = text.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

// Throws simdjson_error.
json_value read(od::value from) {
  json_value to;
  switch (od::json_type(from.type())) {
  case od::json_type::null:
    if (!from.is_null())
      throw simdjson::simdjson_error(simdjson::N_ATOM_ERROR);
    break;
  case od::json_type::boolean:
    to.is = json_value::type::boolean;
    to.text = bool(from.get_bool()) ? "true" : "false";
    break;
  case od::json_type::number:
    to.is = json_value::type::number;
    to.text = trimmed(from.raw_json_token());
    if (!is_number(to.text))
      throw simdjson::simdjson_error(simdjson::NUMBER_ERROR);
    break;
  case od::json_type::string:
    to.is = json_value::type::string;
    to.text = std::string_view(from.get_string());
    break;
  case od::json_type::array:
    to.is = json_value::type::array;
    for (auto item : od::array(from.get_array()))
      to.items.push_back(read(item.value()));
    break;
  case od::json_type::object:
    to.is = json_value::type::object;
    for (auto field : od::object(from.get_object())) {
      to.names.emplace_back(std::string_view(field.unescaped_key()));
      to.items.push_back(read(field.value().value()));
    }
    break;
  }
  return to;
}

std::string escape_html(const std::string& quoted) {
  std::string out;
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    switch (quoted[i]) {
    case '<': out += "\\u003c"; break;
    case '>': out += "\\u003e"; break;
    case '&': out += "\\u0026"; break;
    default: out += quoted[i];
    }
  }
  return out;
}

void write(std::string& out, const json_value& value, json_style style) {
  const auto string = [&](const std::string& text) {
    out += style.escape_html ? escape_html(quote_json(text)) : quote_json(text);
  };
  switch (value.is) {
  case json_value::type::null: out += "null"; return;
  case json_value::type::boolean:
  case json_value::type::number: out += value.text; return;
  case json_value::type::string: string(value.text); return;
  case json_value::type::array:
    out += '[';
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      if (i != 0)
        out += ',';
      write(out, value.items[i], style);
    }
    out += ']';
    return;
  case json_value::type::object: break;
  }
  std::vector<std::size_t> order(value.items.size());
  std::iota(order.begin(), order.end(), 0);
  if (style.sort_names)
    std::ranges::sort(order, {}, [&](std::size_t i) {
      return std::pair<const std::string&, std::size_t>{value.names[i], i};
    });
  out += '{';
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i != 0)
      out += ',';
    string(value.names[order[i]]);
    out += ':';
    write(out, value.items[order[i]], style);
  }
  out += '}';
}

} // namespace

std::optional<json_value> parse_json(std::string_view text) {
  // A scalar alone is no On-Demand value, an item of an array is.
  const simdjson::padded_string padded{'[' + std::string{text} + ']'};
  try {
    od::parser parser;
    auto document = parser.iterate(padded);
    std::optional<json_value> only;
    for (auto item : od::array(document.get_array())) {
      if (only)
        return std::nullopt;
      only = read(item.value());
    }
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
      return std::nullopt;
    return only;
  } catch (const simdjson::simdjson_error&) {
    return std::nullopt;
  }
}

std::string write_json(const json_value& value, json_style style) {
  std::string out;
  write(out, value, style);
  return out;
}

void flatten_json(
    const json_value& value,
    const std::string& path,
    const std::function<void(const std::string&, const std::string&)>& each) {
  switch (value.is) {
  case json_value::type::null: each(path, "<nil>"); break;
  case json_value::type::boolean:
  case json_value::type::number:
  case json_value::type::string: each(path, value.text); break;
  case json_value::type::array:
    for (std::size_t i = 0; i < value.items.size(); ++i)
      flatten_json(value.items[i], path + '[' + std::to_string(i) + ']', each);
    break;
  case json_value::type::object:
    for (std::size_t i = 0; i < value.items.size(); ++i)
      flatten_json(
          value.items[i], path.empty() ? value.names[i] : path + '.' + value.names[i], each);
    break;
  }
}

} // namespace troupe::cli
