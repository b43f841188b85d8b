// SPDX-License-Identifier: Apache-2.0
// Many bytes of a JSON text at a time: eight in plain integers on every machine, 16 where a
// register of that width is always there. This is what makes reading and writing strings fast.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace troupe::json_bytes {

inline constexpr std::uint64_t each = 0x0101010101010101;
inline constexpr std::uint64_t high_bits = 0x8080808080808080;

template <class Word = std::uint64_t>
Word load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// Marks the bytes that do not stand for themselves in a JSON string (quotes, backslashes, control
/// characters) with their high bit. Exact for the lowest one, so zero means that there are none; a
/// byte above a marked one may be marked for nothing.
inline std::uint64_t interrupts(std::uint64_t word) {
  const auto quote = word ^ each * '"';
  const auto backslash = word ^ each * '\\';
  return ((quote - each) | (backslash - each) | (word - each * 0x20)) & ~word & high_bits;
}

/// Eight bytes, the first one lowest.
inline std::uint64_t load_in_order(const char* from) {
  const auto word = load(from);
  if constexpr (std::endian::native == std::endian::big)
    return __builtin_bswap64(word);
  return word;
}

/// The first byte from `at` on that does not stand for itself in a JSON string. There must be one,
/// and 15 readable bytes behind it.
inline const char* find_interrupt_by_words(const char* at) {
  while (true) {
    if (const auto found = interrupts(load_in_order(at)); found != 0)
      return at + std::countr_zero(found) / 8;
    at += 8;
  }
}

inline const char* find_interrupt(const char* at) {
#ifdef __SSE2__
  // Half the instructions, and most strings are found at once.
  while (true) {
    const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto last_control = _mm_set1_epi8(0x1f);
    const auto found = _mm_or_si128(
        _mm_or_si128(
            _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))),
        _mm_cmpeq_epi8(_mm_max_epu8(bytes, last_control), last_control));
    if (const auto mask = static_cast<unsigned>(_mm_movemask_epi8(found)); mask != 0)
      return at + std::countr_zero(mask);
    at += 16;
  }
#else
  return find_interrupt_by_words(at);
#endif
}

/// Appends the digits at `at` to a number, which wraps around beyond 19 of them; returns their end.
/// The text must have a byte behind it that is no digit, and seven readable ones behind that.
inline const char* take_digits(const char* at, std::uint64_t& value) {
  constexpr std::uint64_t powers[]{1, 10, 100, 1000, 10'000, 100'000, 1'000'000, 10'000'000};
  // Eight digits, the first one lowest; neighbours are joined three times.
  const auto joined = [](std::uint64_t digits) {
    const auto pairs = (digits * 10 + (digits >> 8)) & 0x00ff00ff00ff00ff;
    const auto fours = (pairs * 100 + (pairs >> 16)) & 0x0000ffff0000ffff;
    return (fours * 10'000 + (fours >> 32)) & 0xffffffff;
  };
  while (true) {
    const auto digits = load_in_order(at) ^ each * '0';
    const auto others = (((digits & ~high_bits) + each * (0x80 - 10)) | digits) & high_bits;
    if (others != 0) {
      const auto count = std::countr_zero(others) / 8;
      if (count != 0)
        value = value * powers[count] + joined(digits << (64 - 8 * count));
      return at + count;
    }
    value = value * 100'000'000 + joined(digits);
    at += 8;
  }
}

/// Copies bytes: a few instructions where they are few.
inline void copy_short(char* to, const char* from, std::size_t size) {
  if (size > 16) {
    std::memcpy(to, from, size);
  } else if (size >= 8) {
    // The two halves overlap.
    const auto last = load(from + size - 8);
    const auto first = load(from);
    std::memcpy(to, &first, 8);
    std::memcpy(to + size - 8, &last, 8);
  } else if (size >= 4) {
    const auto last = load<std::uint32_t>(from + size - 4);
    const auto first = load<std::uint32_t>(from);
    std::memcpy(to, &first, 4);
    std::memcpy(to + size - 4, &last, 4);
  } else {
    for (std::size_t i = 0; i < size; ++i)
      to[i] = from[i];
  }
}

/// True if both words hold nothing but ASCII that stands for itself in a JSON string.
[[gnu::always_inline]] inline bool are_plain_words(std::uint64_t first, std::uint64_t second) {
  return (interrupts(first) | interrupts(second) | ((first | second) & high_bits)) == 0;
}

/// The same in one step where there is a register of 16 bytes.
[[gnu::always_inline]] inline bool are_plain(std::uint64_t first, std::uint64_t second) {
#ifdef __SSE2__
  const auto bytes =
      _mm_set_epi64x(static_cast<std::int64_t>(second), static_cast<std::int64_t>(first));
  // As signed numbers, all that is not ASCII is below the control characters.
  const auto odd = _mm_or_si128(
      _mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')),
      _mm_or_si128(
          _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
  return _mm_movemask_epi8(odd) == 0;
#else
  return are_plain_words(first, second);
#endif
}

/// Copies 16 bytes; true if all is ASCII that stands for itself in a JSON string.
inline bool copy_16_plain(char* to, const char* from) {
  const auto first = load(from);
  const auto second = load(from + 8);
  std::memcpy(to, &first, 8);
  std::memcpy(to + 8, &second, 8);
  return are_plain(first, second);
}

/// The same for any size beyond 16.
[[gnu::noinline]] inline bool copy_long_plain(char* to, const char* from, std::size_t size) {
  bool plain = true;
  for (std::size_t i = 0; i < size - 16; i += 16)
    plain &= copy_16_plain(to + i, from + i);
  return copy_16_plain(to + size - 16, from + size - 16) && plain;
}

/// The same for any size; few instructions where it is small.
[[gnu::always_inline]] inline bool copy_plain(char* to, const char* from, std::size_t size) {
  if (size > 16)
    return copy_long_plain(to, from, size);
  if (size >= 8) {
    // The two halves overlap.
    const auto first = load(from);
    const auto last = load(from + size - 8);
    std::memcpy(to, &first, 8);
    std::memcpy(to + size - 8, &last, 8);
    return are_plain(first, last);
  }
  auto word = each * ' ';
  if (size >= 4) {
    const auto first = load<std::uint32_t>(from);
    const auto last = load<std::uint32_t>(from + size - 4);
    std::memcpy(to, &first, 4);
    std::memcpy(to + size - 4, &last, 4);
    word = std::uint64_t{last} << 32 | first;
  } else if (size != 0) {
    // The three are one and the same, or two of them, where there are fewer.
    const char all[]{from[0], from[size / 2], from[size - 1]};
    to[0] = all[0];
    to[size / 2] = all[1];
    to[size - 1] = all[2];
    for (const char c : all)
      word = word << 8 | static_cast<unsigned char>(c);
  }
  return are_plain(word, word);
}

} // namespace troupe::json_bytes
