// SPDX-License-Identifier: Apache-2.0
// Words as SQLite's full-text tables cut them (tokenizer unicode61).
#include "runtime/embedded/visibility/visibility_value.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace troupe::embedded {

namespace {

constexpr std::string_view separator = "\u2661"; // a white heart

void append(std::string& to, utf8proc_int32_t letter) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto size = utf8proc_encode_char(letter, bytes.data());
  to.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
}

template <class Each>
void for_each_letter(std::string_view text, const Each& each) {
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t letter = 0;
    auto size = utf8proc_iterate(at, left, &letter);
    if (size <= 0) { // no text gets here that is not UTF-8; a byte is passed all the same
      letter = 0xfffd;
      size = 1;
    }
    each(letter);
    at += size;
    left -= size;
  }
}

bool is_of_word(utf8proc_int32_t letter) {
  switch (utf8proc_category(letter)) {
  case UTF8PROC_CATEGORY_LU:
  case UTF8PROC_CATEGORY_LL:
  case UTF8PROC_CATEGORY_LT:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_LO:
  case UTF8PROC_CATEGORY_ND:
  case UTF8PROC_CATEGORY_NL:
  case UTF8PROC_CATEGORY_NO:
  case UTF8PROC_CATEGORY_CO: return true;
  default: return false;
  }
}

/// Combining accents belong to the word and leave no trace.
bool is_accent(utf8proc_int32_t letter) {
  return letter >= 0x300 && letter <= 0x331;
}

utf8proc_int32_t without_accent(utf8proc_int32_t letter) {
  if (letter < 0x80)
    return letter;
  std::array<utf8proc_int32_t, 16> parts{};
  int last_class = 0;
  const auto count =
      utf8proc_decompose_char(letter, parts.data(), parts.size(), UTF8PROC_DECOMPOSE, &last_class);
  const bool is_latin = count > 1 && parts[0] < 0x80;
  return is_latin ? parts[0] : letter;
}

} // namespace

std::vector<std::string> words_of_text(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    if (!word.empty())
      words.push_back(std::move(word));
    word.clear();
  };
  for_each_letter(text, [&](utf8proc_int32_t letter) {
    if (is_of_word(letter))
      append(word, without_accent(utf8proc_tolower(letter)));
    else if (!is_accent(letter))
      finish();
  });
  finish();
  return words;
}

void add_words_of_keyword(std::string_view keyword, std::vector<std::string>& to) {
  while (!keyword.empty()) {
    const auto end = std::min(keyword.find(separator), keyword.size());
    if (end > 0) {
      std::string word;
      for_each_letter(keyword.substr(0, end), [&](utf8proc_int32_t letter) {
        append(word, utf8proc_tolower(letter));
      });
      to.push_back(std::move(word));
    }
    keyword.remove_prefix(std::min(end + separator.size(), keyword.size()));
  }
}

} // namespace troupe::embedded
