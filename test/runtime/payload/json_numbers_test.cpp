// SPDX-License-Identifier: Apache-2.0
#include "test/runtime/payload/payload_support.hpp"

#include <troupe/payload/json.hpp>

#include <boost/test/unit_test.hpp>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

using troupe::from_json;
using troupe::to_json;
using troupe::test::payload_error_of;

namespace {

template <class Number>
std::string standard_text(Number value) {
  std::array<char, 64> room;
  std::string text{room.data(), std::to_chars(room.data(), room.data() + room.size(), value).ptr};
  if (std::is_floating_point_v<Number> && text.find_first_of(".e") == text.npos)
    text += ".0";
  return text;
}

template <class Number>
bool is_same(Number a, Number b) {
  return a == b && std::signbit(static_cast<double>(a)) == std::signbit(static_cast<double>(b));
}

// Written as the standard library writes it, and read back as it was.
template <class Number>
void check_both_ways(Number value) {
  const auto text = to_json(value);
  if (text != standard_text(value))
    BOOST_ERROR(text << " instead of " << standard_text(value));
  if (!is_same(from_json<Number>(text), value))
    BOOST_ERROR(text << " is read as " << standard_text(from_json<Number>(text)));
}

void check_read(const std::string& text) {
  if (!is_same(from_json<double>(text), std::strtod(text.c_str(), nullptr)))
    BOOST_ERROR(text << " is read as " << standard_text(from_json<double>(text)));
  if (!is_same(from_json<float>(text), std::strtof(text.c_str(), nullptr)))
    BOOST_ERROR(text << " is read as float " << standard_text(from_json<float>(text)));
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_numbers)

BOOST_AUTO_TEST_CASE(writes_integers_of_every_length_as_the_standard_library_does) {
  std::mt19937_64 random{1};
  for (int bits = 1; bits <= 64; ++bits)
    for (int i = 0; i < 300; ++i) {
      const std::uint64_t value = random() >> (64 - bits);
      check_both_ways(value);
      check_both_ways(static_cast<std::int64_t>(value));
      check_both_ways(-static_cast<std::int64_t>(value >> 1));
    }
  std::uint64_t power = 1;
  for (int digits = 1; digits <= 20; ++digits, power *= 10)
    for (const std::uint64_t value : {power - 1, power, power + 1}) {
      check_both_ways(value);
      check_both_ways(static_cast<std::int64_t>(value));
    }
  check_both_ways(std::numeric_limits<std::int64_t>::min());
  check_both_ways(std::numeric_limits<std::uint64_t>::max());
  for (int value = 0; value <= 100'000; ++value)
    check_both_ways(value);
}

BOOST_AUTO_TEST_CASE(reads_integers_up_to_the_last_and_none_beyond) {
  for (const auto* text : {"9223372036854775807", "-9223372036854775808", "1000000000000000000"})
    BOOST_TEST(standard_text(from_json<std::int64_t>(text)) == text);
  for (const auto* text : {"18446744073709551615", "10000000000000000000", "9999999999999999999"})
    BOOST_TEST(standard_text(from_json<std::uint64_t>(text)) == text);
  for (const auto* text :
       {"9223372036854775808",
        "-9223372036854775809",
        "18446744073709551616",
        "100000000000000000000",
        "36893488147419103232",
        "184467440737095516160000000001"})
    BOOST_TEST(payload_error_of([&] {
                 return from_json<std::int64_t>(text);
               }).starts_with("expected number from"));
  BOOST_TEST(payload_error_of([] {
               return from_json<std::uint64_t>("18446744073709551616");
             }).starts_with("expected number from"));
  for (const auto* text : {"00", "01", "-01", "-", "--1", "1-", "1x", "0x1", "1_0", "12345678a"}) {
    const auto problem = payload_error_of([&] { return from_json<std::int64_t>(text); });
    BOOST_TEST(problem == "malformed JSON at byte 0: not a number", text);
  }
  BOOST_TEST(from_json<std::int64_t>(" \n-12 ") == -12);
}

BOOST_AUTO_TEST_CASE(writes_decimals_as_the_standard_library_does) {
  for (std::uint32_t thousandths = 0; thousandths < 120'000; ++thousandths) {
    check_both_ways(thousandths / 1000.0);
    check_both_ways(-(thousandths / 1000.0));
  }
  std::mt19937_64 random{2};
  for (int i = 0; i < 50'000; ++i) {
    const auto value = static_cast<double>(random() % 200'000'000) / 1000;
    check_both_ways(value);
    check_both_ways(std::nextafter(value, 0));
    check_both_ways(std::nextafter(value, 1e9));
    check_both_ways(value / 10);
    check_both_ways(std::round(value));
  }
  for (const double edge :
       {0.001, 0.0001, 99'999.999, 99'999.9995, 100'000.0, 1e5 + 0.5, 1e15, 1e16})
    check_both_ways(edge);
}

BOOST_AUTO_TEST_CASE(carries_any_real_both_ways) {
  std::mt19937_64 random{3};
  for (int i = 0; i < 50'000; ++i) {
    const auto wide = std::bit_cast<double>(random());
    if (std::isfinite(wide))
      check_both_ways(wide);
    const auto narrow = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (std::isfinite(narrow))
      check_both_ways(narrow);
    check_both_ways(static_cast<float>(random() % 100'000'000) / 1000);
  }
}

BOOST_AUTO_TEST_CASE(reads_decimals_of_any_length_to_the_nearest_real) {
  std::mt19937_64 random{4};
  for (int whole = 1; whole <= 20; ++whole)
    for (int decimals = 0; decimals <= 20; ++decimals)
      for (int i = 0; i < 40; ++i) {
        std::string text = i % 3 == 0 ? "-" : "";
        text += static_cast<char>('1' + random() % 9);
        for (int digit = 1; digit < whole; ++digit)
          text += static_cast<char>('0' + random() % 10);
        if (decimals != 0)
          text += '.';
        for (int digit = 0; digit < decimals; ++digit)
          text += static_cast<char>('0' + random() % 10);
        check_read(text);
        check_read(text + "e-7");
      }
  for (const auto* text :
       {"0",
        "-0",
        "0.0",
        "-0.00",
        "0.1",
        "9007199254740991",
        "9007199254740992",
        "9007199254740993",
        "9007199254740993.5",
        "900719925474099.3",
        "16777217",
        "16777217.0",
        "1.00000005960464477539",
        "0.000000000000000001",
        "0.0000000000000000000000000000001"})
    check_read(text);
  for (const auto* text : {"1.", ".5", "01.5", "-.5", "1.5.", "1.5x", "1.e5", "-", "00.5"}) {
    BOOST_TEST(
        payload_error_of([&] { return from_json<double>(text); }).starts_with("malformed JSON"),
        text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
