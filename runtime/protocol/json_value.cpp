// SPDX-License-Identifier: Apache-2.0
// Every function here that calls itself does so once a level, and the reader bounds the levels.
#include "runtime/protocol/json_value.hpp"

#include "runtime/base/text/hex.hpp"
#include "runtime/base/text/json_text.hpp"
#include "runtime/base/text/utf8.hpp"

#include <troupe/payload/json_reader.hpp>
#include <troupe/payload/payload_error.hpp>

#include <algorithm>
#include <numeric>

namespace troupe::protocol {
namespace {

json_value read(json_reader& in) {
  json_value to;
  switch (in.peek()) {
  case json_kind::null: in.skip(); break;
  case json_kind::boolean:
    to.is = json_value::type::boolean;
    to.text = in.raw();
    break;
  case json_kind::number:
    to.is = json_value::type::number;
    to.text = in.raw();
    break;
  case json_kind::string:
    to.is = json_value::type::string;
    to.text = in.read_string();
    break;
  case json_kind::array:
    to.is = json_value::type::array;
    in.begin_array();
    while (in.next_element())
      to.items.push_back(read(in));
    break;
  case json_kind::object:
    to.is = json_value::type::object;
    in.begin_object();
    for (std::string_view name; in.next_member(name);) {
      to.names.emplace_back(name);
      to.items.push_back(read(in));
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

// The four digits of a \u escape name half a character.
bool is_half(std::string_view digits, char first, char last) {
  return digits.size() >= 4 && (digits[0] == 'd' || digits[0] == 'D')
         && hex_digit(digits[1]) >= hex_digit(first) && hex_digit(digits[1]) <= hex_digit(last)
         && hex_digit(digits[2]) >= 0 && hex_digit(digits[3]) >= 0;
}

// The reader takes whole characters only.
std::string with_whole_characters(std::string text) {
  if (!is_utf8(text))
    text = to_valid_utf8(std::move(text));
  for (auto at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
    const auto rest = std::string_view{text}.substr(at);
    const bool is_escape = rest.size() >= 6 && rest[1] == 'u';
    if (is_escape && is_half(rest.substr(2), '8', 'b') && rest.size() >= 12 && rest[6] == '\\'
        && rest[7] == 'u' && is_half(rest.substr(8), 'c', 'f')) {
      at += 12;
      continue;
    }
    if (is_escape && is_half(rest.substr(2), '8', 'f'))
      text.replace(at, 6, "\\ufffd");
    at += 2;
  }
  return text;
}

} // namespace

std::optional<json_value> parse_json(std::string_view given) {
  const auto text = with_whole_characters(std::string{given});
  try {
    json_reader in{text};
    auto value = read(in);
    in.finish();
    return value;
  } catch (const payload_error&) {
    return std::nullopt;
  }
}

bool is_json(std::string_view text) {
  try {
    json_reader in{text};
    in.skip();
    in.finish();
    return true;
  } catch (const payload_error&) {
    return false;
  }
}

std::size_t json_depth(std::string_view text) {
  std::size_t depth = 0, most = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string && c == '\\')
      ++at;
    else if (c == '"')
      in_string = !in_string;
    else if (!in_string && (c == '[' || c == '{'))
      most = std::max(most, ++depth);
    else if (!in_string && (c == ']' || c == '}') && depth > 0)
      --depth;
  }
  return most;
}

std::string write_json(const json_value& value, json_style style) {
  std::string out;
  write(out, value, style);
  return out;
}

std::string indent_json(std::string_view text) {
  std::string out;
  std::size_t depth = 0;
  const auto new_line = [&] {
    out += '\n';
    out.append(depth * 2, ' ');
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    switch (c) {
    case '"': {
      const auto start = at;
      for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\')
          ++at;
      out += text.substr(start, at - start + 1);
      break;
    }
    case '{':
    case '[': {
      out += c;
      const auto next = text.find_first_not_of(" \t\r\n", at + 1);
      if (next != std::string_view::npos && (text[next] == '}' || text[next] == ']')) {
        out += text[next];
        at = next;
      } else {
        ++depth;
        new_line();
      }
      break;
    }
    case '}':
    case ']':
      depth -= depth > 0 ? 1 : 0;
      new_line();
      out += c;
      break;
    case ',':
      out += c;
      new_line();
      break;
    case ':': out += ": "; break;
    case ' ':
    case '\t':
    case '\r':
    case '\n': break;
    default: out += c;
    }
  }
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
    if (value.items.empty())
      each(path, "[]");
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

} // namespace troupe::protocol
