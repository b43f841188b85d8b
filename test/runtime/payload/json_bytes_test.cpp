// SPDX-License-Identifier: Apache-2.0
#include "runtime/payload/json_bytes.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <string>

using namespace troupe::json_bytes;

namespace {

bool stands_for_itself(unsigned char byte) {
  return byte >= 0x20 && byte != '"' && byte != '\\';
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_bytes)

BOOST_AUTO_TEST_CASE(finds_each_interrupting_byte_at_each_place_among_any_others) {
  for (const char filler : {' ', 'a', '!', ']', '#', '[', '\x7f', '\x80', '\xa2', '\xdc', '\xff'})
    for (std::size_t at = 0; at < 36; ++at)
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(56, filler);
        text[at] = static_cast<char>(byte);
        text[40] = '"';
        const auto* expected =
            text.data() + (stands_for_itself(static_cast<unsigned char>(byte)) ? 40 : at);
        if (find_interrupt(text.data()) != expected
            || find_interrupt_by_words(text.data()) != expected)
          BOOST_ERROR("byte " << byte << " at " << at << " among " << filler);
      }
}

BOOST_AUTO_TEST_CASE(takes_as_many_digits_as_there_are) {
  const std::string digits = "12345678901234567890123456";
  for (std::size_t begin = 0; begin < 8; ++begin)
    for (std::size_t size = 0; begin + size <= digits.size(); ++size)
      for (int behind = 0; behind < 256; ++behind) {
        if (behind >= '0' && behind <= '9')
          continue;
        const auto text = digits.substr(begin, size) + static_cast<char>(behind) + "9999999";
        std::uint64_t expected = 7;
        for (std::size_t i = 0; i < size; ++i)
          expected = expected * 10 + static_cast<std::uint64_t>(text[i] - '0');
        std::uint64_t value = 7;
        const auto* end = take_digits(text.data(), value);
        if (end != text.data() + size || value != expected)
          BOOST_ERROR(text << " gives " << value);
      }
}

BOOST_AUTO_TEST_CASE(copies_texts_of_any_size) {
  for (std::size_t size = 0; size < 40; ++size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i)
      text += static_cast<char>('a' + i % 26);
    std::string short_copy(size + 1, '.');
    copy_short(short_copy.data(), text.data(), size);
    BOOST_TEST(short_copy == text + '.');
    std::string plain_copy(size + 1, '.');
    BOOST_TEST(copy_plain(plain_copy.data(), text.data(), size));
    BOOST_TEST(plain_copy == text + '.');
  }
}

BOOST_AUTO_TEST_CASE(calls_a_text_plain_only_if_all_its_bytes_are) {
  for (std::size_t size = 1; size < 40; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(size, 'x');
        text[at] = static_cast<char>(byte);
        std::string copy(size, '.');
        const bool expected = byte < 0x80 && stands_for_itself(static_cast<unsigned char>(byte));
        if (copy_plain(copy.data(), text.data(), size) != expected || copy != text)
          BOOST_ERROR("byte " << byte << " at " << at << " of " << size);
      }
}

BOOST_AUTO_TEST_CASE(tells_plain_words_alike_on_every_machine) {
  for (const char filler : {' ', 'a', '\x7f', '\x80', '"'})
    for (std::size_t at = 0; at < 16; ++at)
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(16, filler);
        text[at] = static_cast<char>(byte);
        const auto first = load(text.data());
        const auto second = load(text.data() + 8);
        if (are_plain(first, second) != are_plain_words(first, second))
          BOOST_ERROR("byte " << byte << " at " << at << " among " << filler);
      }
}

BOOST_AUTO_TEST_SUITE_END()
