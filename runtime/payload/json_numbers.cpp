// SPDX-License-Identifier: Apache-2.0
//
// How json_reader reads numbers. The usual ones (up to 18 digits, no exponent) take one pass over
// their digits; what that pass cannot vouch for is read again with care, and that is where all
// errors come from.
#include "runtime/payload/json_bytes.hpp"
#include "runtime/payload/json_chars.hpp"

#include <troupe/payload/json_reader.hpp>

#include <array>
#include <cfloat>
#include <charconv>
#include <cstdlib>
#include <limits>

namespace troupe {
namespace {

// Where the number ends that begins at `at` and has at least one byte that is no digit behind it;
// null if it is not one as JSON has it.
const char* scan_number(const char* at, bool& is_integer) {
  const auto digits = [&] {
    const auto* first = at;
    while (is_digit(*at))
      ++at;
    return at != first;
  };
  is_integer = true;
  if (*at == '-')
    ++at;
  if (*at == '0')
    ++at;
  else if (!digits())
    return nullptr;
  if (*at == '.') {
    is_integer = false;
    ++at;
    if (!digits())
      return nullptr;
  }
  if (*at == 'e' || *at == 'E') {
    is_integer = false;
    ++at;
    if (*at == '+' || *at == '-')
      ++at;
    if (!digits())
      return nullptr;
  }
  return ends_scalar(*at) ? at : nullptr;
}

// The digits before any point: one at least, and no zero before others.
inline bool is_whole_part(const char* first, const char* end) {
  return end != first && (*first != '0' || end - first == 1);
}

constexpr std::ptrdiff_t safe_digits = 18; // fit 64 bits with and without sign

// The powers of ten that a type holds exactly.
template <class Real>
constexpr auto exact_powers = [] {
  std::array<Real, std::is_same_v<Real, double> ? 23 : 11> powers{};
  Real power = 1;
  for (auto& each : powers) {
    each = power;
    power *= 10;
  }
  return powers;
}();

template <class Real>
bool to_real(std::string_view text, Real& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{})
    return true;
  // Too small is as good as zero, too large is not a number; from_chars does not say which of the
  // two it was.
  const std::string copy{text};
  const double wide = std::strtod(copy.c_str(), nullptr);
  if (wide > 1 || wide < -1)
    return false;
  value = static_cast<Real>(wide);
  return true;
}

} // namespace

const char* json_reader::number_end(const char* begin, bool& is_integer) const {
  const auto* end = scan_number(begin, is_integer);
  if (end == nullptr)
    malformed("not a number", begin);
  return end;
}

template <class Integer>
Integer json_reader::read_integer(Integer min, Integer max) {
  const auto* begin = next();
  const bool is_negative = *begin == '-';
  const auto* first = begin + (is_negative ? 1 : 0);
  std::uint64_t digits = 0;
  const auto* end = json_bytes::take_digits(first, digits);
  if (is_whole_part(first, end) && end - first <= safe_digits && ends_scalar(*end)
      && (std::is_signed_v<Integer> || !is_negative)) {
    const auto value = static_cast<Integer>(is_negative ? 0 - digits : digits);
    if (value >= min && value <= max) {
      at_ = end;
      return value;
    }
  }
  return read_unusual_integer(min, max);
}

template <class Integer>
Integer json_reader::read_unusual_integer(Integer min, Integer max) {
  if (peek() != json_kind::number)
    expected("number");
  bool is_integer = false;
  const auto* begin = next();
  const auto* end = number_end(begin, is_integer);
  if (!is_integer)
    expected("whole number");
  Integer value{};
  const auto [parsed, error] = std::from_chars(begin, end, value);
  // An unsigned type does not take the sign of "-0".
  const bool is_zero = std::string_view{begin, end} == "-0";
  if (!is_zero && (error != std::errc{} || parsed != end || value < min || value > max))
    expected("number from " + std::to_string(min) + " to " + std::to_string(max));
  at_ = end;
  return is_zero ? Integer{} : value;
}

std::int64_t json_reader::read_int64(std::int64_t min, std::int64_t max) {
  return read_integer<std::int64_t>(min, max);
}

std::uint64_t json_reader::read_uint64(std::uint64_t max) {
  return read_integer<std::uint64_t>(0, max);
}

// A whole number of digits that the type holds exactly, divided by a power of ten that it holds
// exactly, is rounded once, by the division: the nearest value, as from_chars gives it.
template <class Real>
Real json_reader::read_real() {
  const auto* begin = next();
  const bool is_negative = *begin == '-';
  const auto* first = begin + (is_negative ? 1 : 0);
  std::uint64_t digits = 0;
  // One by one: most have few on either side of the point.
  const auto take_digits = [&](const char* at) {
    for (; is_digit(*at); ++at)
      digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
    return at;
  };
  const auto* point = take_digits(first);
  const auto* end = point;
  std::size_t decimals = 0;
  if (*point == '.') {
    end = take_digits(point + 1);
    decimals = static_cast<std::size_t>(end - point) - 1;
  }
  constexpr auto exact = std::uint64_t{1} << std::numeric_limits<Real>::digits;
  if (FLT_EVAL_METHOD == 0 && is_whole_part(first, point) && end != point + 1
      && end - first <= safe_digits + 1 && digits <= exact && decimals < exact_powers<Real>.size()
      && ends_scalar(*end)) {
    at_ = end;
    const auto value = static_cast<Real>(digits) / exact_powers<Real>[decimals];
    return is_negative ? -value : value;
  }
  return read_unusual_real<Real>();
}

template <class Real>
Real json_reader::read_unusual_real() {
  if (peek() != json_kind::number)
    expected("number");
  bool is_integer = false;
  const auto* begin = next();
  const auto* end = number_end(begin, is_integer);
  Real value{};
  if (!to_real(std::string_view{begin, end}, value))
    expected("number within the range of floating point");
  at_ = end;
  return value;
}

double json_reader::read_double() {
  return read_real<double>();
}

float json_reader::read_float() {
  return read_real<float>();
}

} // namespace troupe
