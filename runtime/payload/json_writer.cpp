// SPDX-License-Identifier: Apache-2.0
//
// Writes into room that is checked once for each value, not once for each byte; the text is copied
// to a string of its size at the end.
#include "runtime/base/text/base64.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/payload/json_bytes.hpp"
#include "runtime/payload/json_room.hpp"

#include <troupe/payload/json_writer.hpp>
#include <troupe/payload/payload_error.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

namespace troupe {
namespace {

json_room& spare_room() {
  thread_local json_room spare;
  return spare;
}

// How a byte is escaped in a JSON text; 0 if it stands for itself.
constexpr auto escapes = [] {
  std::array<char, 256> table{};
  for (int byte = 0; byte < 0x20; ++byte)
    table[byte] = 'u';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  table['"'] = '"';
  table['\\'] = '\\';
  return table;
}();

constexpr std::size_t longest_number = 32;

// Two digits a step, where std::to_chars takes more than twice the instructions.
char* write_digits(char* to, std::uint64_t value) {
  constexpr auto pairs = [] {
    std::array<char, 200> digits{};
    for (std::size_t i = 0; i < digits.size(); ++i)
      digits[i] = static_cast<char>('0' + (i % 2 == 0 ? i / 20 : i / 2 % 10));
    return digits;
  }();
  constexpr auto powers = [] {
    std::array<std::uint64_t, 20> tens{0, 10};
    for (std::size_t i = 2; i < tens.size(); ++i)
      tens[i] = tens[i - 1] * 10;
    return tens;
  }();
  // 1233 / 4096 is about the logarithm of 2 to the base 10.
  const auto log10 = static_cast<std::size_t>(std::bit_width(value | 1)) * 1233 >> 12;
  char* const end = to + log10 + (value >= powers[log10] ? 1 : 0);
  auto* at = end;
  for (; value >= 100; value /= 100)
    std::memcpy(at -= 2, &pairs[value % 100 * 2], 2);
  if (value >= 10)
    std::memcpy(at - 2, &pairs[value * 2], 2);
  else
    at[-1] = static_cast<char>('0' + value);
  return end;
}

// Writes what has at most three decimals and is neither tiny nor huge, as most amounts in documents
// do; null for all others. So few digits lie far enough apart that no shorter text reads back as
// the same number, and to_chars would give the same one.
char* write_plain_decimal(char* to, double value) {
  const auto magnitude = std::fabs(value);
  if (!(magnitude >= 0.001 && magnitude < 100'000))
    return nullptr;
  // A call of lround would cost more than all of this; the next line finds whatever went wrong.
  // NOLINTNEXTLINE(bugprone-incorrect-roundings)
  const auto thousandths = static_cast<std::uint32_t>(magnitude * 1000 + 0.5);
  if (static_cast<double>(thousandths) / 1000 != magnitude)
    return nullptr;
  if (value < 0)
    *to++ = '-';
  to = write_digits(to, thousandths / 1000);
  const auto decimals = thousandths % 1000;
  *to++ = '.';
  *to++ = static_cast<char>('0' + decimals / 100);
  if (decimals % 100 != 0)
    *to++ = static_cast<char>('0' + decimals / 10 % 10);
  if (decimals % 10 != 0)
    *to++ = static_cast<char>('0' + decimals % 10);
  return to;
}

} // namespace

json_writer::~json_writer() {
  if (large_)
    json_room::put_back(spare_room(), {std::move(large_), large_size_});
}

void json_writer::grow(std::size_t size) {
  const auto used = static_cast<std::size_t>(at_ - begin_);
  const auto room = static_cast<std::size_t>(limit_ - begin_);
  auto [bytes, larger] = json_room::borrow(spare_room(), std::max(room * 4, used + size));
  std::memcpy(bytes.get(), begin_, used);
  large_ = std::move(bytes);
  large_size_ = larger;
  begin_ = large_.get();
  at_ = begin_ + used;
  limit_ = begin_ + larger;
}

std::string json_writer::take() && {
  return at_ == begin_ ? std::string{} : std::string{begin_, at_ - 1};
}

void json_writer::too_deep() {
  throw payload_error{"nested deeper than " + std::to_string(json_reader::max_depth) + " levels"};
}

void json_writer::append(const char* from, std::size_t size) {
  reserve(size);
  json_bytes::copy_short(at_, from, size);
  at_ += size;
}

void json_writer::raw(std::string_view json) {
  reserve(json.size() + 1);
  json_bytes::copy_short(at_, json.data(), json.size());
  at_ += json.size();
  *at_++ = ',';
}

void json_writer::number(std::int64_t value) {
  reserve(longest_number);
  *at_ = '-';
  const auto magnitude = static_cast<std::uint64_t>(value);
  at_ = write_digits(at_ + (value < 0 ? 1 : 0), value < 0 ? 0 - magnitude : magnitude);
  *at_++ = ',';
}

void json_writer::number(std::uint64_t value) {
  reserve(longest_number);
  at_ = write_digits(at_, value);
  *at_++ = ',';
}

template <class Real>
void json_writer::write_real(Real value) {
  if (!std::isfinite(value))
    throw payload_error{std::string{"JSON has no "} + (std::isnan(value) ? "NaN" : "infinity")};
  reserve(longest_number);
  char* end = nullptr;
  if constexpr (std::is_same_v<Real, double>)
    end = write_plain_decimal(at_, value);
  if (end == nullptr) {
    end = std::to_chars(at_, at_ + longest_number - 3, value).ptr;
    if (std::none_of(at_, end, [](char c) { return c == '.' || c == 'e'; })) {
      *end++ = '.';
      *end++ = '0';
    }
  }
  *end++ = ',';
  at_ = end;
}

void json_writer::number(double value) {
  write_real(value);
}

void json_writer::number(float value) {
  write_real(value);
}

void json_writer::string(std::string_view text) {
  reserve(text.size() + 3);
  if (!json_bytes::copy_plain(at_ + 1, text.data(), text.size())) {
    escape(text);
    return;
  }
  *at_ = '"';
  at_ += text.size() + 1;
  *at_++ = '"';
  *at_++ = ',';
}

void json_writer::key(std::string_view name) {
  string(name);
  at_[-1] = ':';
}

void json_writer::base64(std::string_view bytes) {
  string(to_base64(bytes));
}

void json_writer::escape(std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  if (!is_utf8(text))
    throw payload_error{"the text is not valid UTF-8"};
  append("\"", 1);
  const auto* copied = text.data();
  const auto* end = text.data() + text.size();
  for (const auto* at = copied; at != end;) {
    if (end - at >= 8 && json_bytes::interrupts(json_bytes::load(at)) == 0) {
      at += 8;
      continue;
    }
    const auto byte = static_cast<unsigned char>(*at++);
    if (const char letter = escapes[byte]; letter != 0) {
      append(copied, static_cast<std::size_t>(at - copied) - 1);
      copied = at;
      const std::array<char, 6> escaped{'\\', letter, '0', '0', hex[byte >> 4], hex[byte & 15]};
      append(escaped.data(), letter == 'u' ? 6 : 2);
    }
  }
  append(copied, static_cast<std::size_t>(end - copied));
  append("\",", 2);
}

} // namespace troupe
