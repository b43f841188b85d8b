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

namespace {

void skip_spaces(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

bool take_token(std::string_view& text, std::string_view token) {
  skip_spaces(text);
  if (!text.starts_with(token))
    return false;
  text.remove_prefix(token.size());
  return true;
}

std::string_view take_word(std::string_view& text) {
  skip_spaces(text);
  const auto end =
      std::ranges::find_if_not(text, [](char c) { return is_word_character(c) || c == '_'; });
  const auto word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(word.size());
  return word;
}

constexpr int deepest_template = 10;

// Takes the name of a type off the front. `is_argument`: it may be a number or `int`, too.
bool take_type(std::string_view& text, bool is_argument, int depth) {
  static constexpr std::array of_the_language{
      "bool", "char", "double", "float", "int", "long", "short", "unsigned", "void"};
  if (depth > deepest_template)
    return false;
  bool is_first = !take_token(text, "::");
  do {
    const auto word = take_word(text);
    const bool is_number = !word.empty() && word.front() >= '0' && word.front() <= '9';
    const bool may_be_any = is_argument && is_first;
    if (word.empty() || (is_number && !may_be_any))
      return false;
    if (is_number)
      return std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
    if (reserved().contains(word) && word != "std" && word != "boost" && word != "troupe")
      return may_be_any && std::ranges::find(of_the_language, word) != of_the_language.end();
    is_first = false;
    if (!take_token(text, "<"))
      continue;
    while (!take_token(text, ">"))
      if (!take_type(text, true, depth + 1)
          || (!take_token(text, ",") && !(skip_spaces(text), text.starts_with('>'))))
        return false;
  } while (take_token(text, "::"));
  return true;
}

} // namespace

bool is_type_name(std::string_view name) {
  return !name.starts_with(' ') && !name.ends_with(' ') && take_type(name, false, 0)
         && name.empty();
}

std::string name_scope::take(const std::vector<std::string>& candidates) {
  for (const auto& each : candidates)
    if (taken_.insert(each).second)
      return each;
  auto& number = numbered_.try_emplace(candidates.back(), 1).first->second;
  for (;;)
    if (auto made = candidates.back() + '_' + std::to_string(++number); taken_.insert(made).second)
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
