// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/contract/identifiers.hpp"

#include <algorithm>
#include <array>

namespace troupe::cli::contract {
namespace {

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Keywords, alternative spellings of operators, macros of the C library in lower case, and names
// that the generated text itself looks up.
const std::set<std::string, std::less<>>& reserved() {
  static const std::set<std::string, std::less<>> words{
      "alignas",
      "alignof",
      "and",
      "and_eq",
      "asm",
      "assert",
      "auto",
      "bitand",
      "bitor",
      "bool",
      "boost",
      "break",
      "case",
      "catch",
      "char",
      "char16_t",
      "char32_t",
      "char8_t",
      "class",
      "co_await",
      "co_return",
      "co_yield",
      "compl",
      "concept",
      "const",
      "const_cast",
      "consteval",
      "constexpr",
      "constinit",
      "continue",
      "decltype",
      "default",
      "delete",
      "do",
      "double",
      "dynamic_cast",
      "else",
      "enum",
      "errno",
      "explicit",
      "export",
      "extern",
      "false",
      "float",
      "for",
      "friend",
      "goto",
      "if",
      "inline",
      "int",
      "linux",
      "long",
      "major",
      "minor",
      "mutable",
      "namespace",
      "new",
      "noexcept",
      "not",
      "not_eq",
      "nullptr",
      "operator",
      "or",
      "or_eq",
      "private",
      "protected",
      "public",
      "register",
      "reinterpret_cast",
      "requires",
      "return",
      "short",
      "signed",
      "sizeof",
      "static",
      "static_assert",
      "static_cast",
      "std",
      "stderr",
      "stdin",
      "stdout",
      "struct",
      "switch",
      "template",
      "this",
      "thread_local",
      "throw",
      "troupe",
      "true",
      "try",
      "typedef",
      "typeid",
      "typename",
      "union",
      "unix",
      "unsigned",
      "using",
      "virtual",
      "void",
      "volatile",
      "wchar_t",
      "while",
      "xor",
      "xor_eq"};
  return words;
}

constexpr std::array all_spellings{
    naming::as_written,
    naming::camel_case,
    naming::pascal_case,
    naming::snake_case,
    naming::kebab_case,
    naming::upper_snake_case};

std::string spell(naming how, const std::string& name) {
  if (how == naming::as_written)
    return name;
  std::string to(detail::most_spelled(name.size()) + 1, '\0');
  to.resize(static_cast<std::size_t>(detail::spell(how, name, to.data()) - to.data()));
  return to;
}

} // namespace

std::string identifier(std::string_view text) {
  std::string words;
  for (const char c : text)
    if (is_word_character(c))
      words += c;
    else if (!words.empty() && words.back() != '_')
      words += '_';
  while (words.ends_with('_'))
    words.pop_back();
  if (words.empty())
    return "name";
  auto made = spell(naming::snake_case, words);
  if (made.front() >= '0' && made.front() <= '9')
    made.insert(0, 1, 'n');
  if (reserved().contains(made))
    made += '_';
  return made;
}

bool is_namespace(std::string_view name) {
  while (true) {
    const auto end = name.find("::");
    const auto part = name.substr(0, end);
    if (part.empty() || (part.front() >= '0' && part.front() <= '9') || reserved().contains(part)
        || !std::ranges::all_of(part, [](char c) { return is_word_character(c) || c == '_'; }))
      return false;
    if (end == std::string_view::npos)
      return true;
    name.remove_prefix(end + 2);
  }
}

std::string name_scope::take(const std::vector<std::string>& candidates) {
  for (const auto& each : candidates)
    if (taken_.insert(each).second)
      return each;
  for (std::size_t number = 2;; ++number)
    if (auto made = candidates.back() + '_' + std::to_string(number); taken_.insert(made).second)
      return made;
}

spelling spelling_of(const std::vector<spelled_name>& names) {
  spelling best;
  bool is_first = true;
  for (const auto how : all_spellings) {
    spelling tried{how, {}};
    for (const auto& each : names)
      if (spell(how, each.name) != each.json)
        tried.exceptions.push_back(each);
    if (is_first || tried.exceptions.size() < best.exceptions.size())
      best = std::move(tried);
    is_first = false;
  }
  return best;
}

std::string_view name_of(naming how) {
  switch (how) {
  case naming::as_written: return "as_written";
  case naming::camel_case: return "camel_case";
  case naming::pascal_case: return "pascal_case";
  case naming::snake_case: return "snake_case";
  case naming::upper_snake_case: return "upper_snake_case";
  case naming::kebab_case: return "kebab_case";
  }
  return "as_written";
}

} // namespace troupe::cli::contract
