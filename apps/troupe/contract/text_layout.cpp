// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/contract/text_layout.hpp"

namespace troupe::cli::contract {
namespace {

constexpr std::size_t columns = 100;

// UTF-8: one column a character.
std::size_t width(const std::string& text) {
  std::size_t all = 0;
  for (const char c : text)
    all += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return all;
}

} // namespace

std::string harmless(const std::string& line) {
  std::string text;
  for (const char c : line)
    text += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  while (text.ends_with(' '))
    text.pop_back();
  if (text.ends_with('\\'))
    text += '.';
  return text;
}

bool fits(std::size_t indent, const std::string& text) {
  return indent + width(text) <= columns;
}

std::string joined(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& each : all)
    text += (&each == &all.front() ? "" : ", ") + each;
  return text;
}

void text_layout::line(std::size_t indent, const std::string& text) {
  text_ += std::string(indent, ' ') + text + '\n';
}

void text_layout::comment(std::size_t indent, const std::vector<std::string>& lines) {
  auto last = lines.size();
  while (last > 0 && harmless(lines[last - 1]).empty())
    --last;
  for (std::size_t i = 0; i < last; ++i) {
    const auto text = harmless(lines[i]);
    std::string current = "///";
    for (std::size_t begin = 0; begin < text.size();) {
      const auto end = std::min(text.find(' ', begin), text.size());
      const auto word = text.substr(begin, end - begin);
      if (current != "///" && !fits(indent, current + ' ' + word)) {
        line(indent, harmless(current));
        current = "///";
      }
      current += ' ' + word;
      begin = end + 1;
    }
    line(indent, current);
  }
}

void text_layout::items(
    std::size_t indent, std::vector<std::string> all, const std::string& close, bool braced) {
  const auto flat = braced ? '{' + joined(all) + '}' : joined(all);
  if (fits(indent, flat + close)) {
    line(indent, flat + close);
    return;
  }
  for (auto& each : all) {
    if (braced)
      each.insert(0, 1, &each == &all.front() ? '{' : ' ');
    each += &each != &all.back() ? "," : (braced ? "}" : "") + close;
    line(indent, each);
  }
}

void text_layout::assignment(
    std::size_t indent,
    const std::string& head,
    const std::string& open,
    const std::vector<std::string>& all,
    const std::string& close,
    bool braced) {
  const auto value = open + (braced ? '{' + joined(all) + '}' : joined(all)) + close;
  if (fits(indent, head + " = " + value)) {
    line(indent, head + " = " + value);
  } else if (fits(indent + 4, value)) {
    line(indent, head + " =");
    line(indent + 4, value);
  } else if (fits(indent, head + " = " + open)) {
    line(indent, head + " = " + open);
    items(indent + 4, all, close, braced);
  } else {
    line(indent, head + " =");
    line(indent + 4, open);
    items(indent + 8, all, close, braced);
  }
}

void text_layout::macro_call(
    const std::string& macro,
    const std::vector<std::string>& first,
    const std::string& open,
    const std::vector<std::string>& all) {
  const std::string close = open.empty() ? ")" : "))";
  const auto arguments = joined(first) + ", " + open + joined(all) + close;
  if (fits(0, macro + '(' + arguments)) {
    line(0, macro + '(' + arguments);
    return;
  }
  line(0, macro + '(');
  if (fits(4, arguments)) {
    line(4, arguments);
    return;
  }
  for (const auto& each : first)
    line(4, each + ',');
  if (const auto list = open + joined(all) + close; !open.empty() && fits(4, list)) {
    line(4, list);
    return;
  }
  for (const auto& each : all)
    line(
        4,
        (open.empty()            ? ""
         : &each == &all.front() ? open
                                 : std::string(open.size(), ' '))
            + each + (&each == &all.back() ? close : ","));
}

} // namespace troupe::cli::contract
