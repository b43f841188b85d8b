// SPDX-License-Identifier: Apache-2.0
#include "runtime/telemetry/trace_ids.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <random>

namespace troupe {

namespace {

constexpr std::size_t traceparent_size = 55; // 00-<32>-<16>-<2>

template <std::size_t N>
bool is_zero(const std::array<std::uint8_t, N>& id) noexcept {
  return std::ranges::all_of(id, [](auto byte) { return byte == 0; });
}

template <std::size_t N>
void append_hex(std::string& to, const std::array<std::uint8_t, N>& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const auto byte : bytes) {
    to += digits[byte >> 4U];
    to += digits[byte & 15U];
  }
}

/// Two lower-case digits; upper-case ones are not allowed there.
bool read_byte(std::string_view two, std::uint8_t& to) noexcept {
  if (std::ranges::any_of(two, [](char each) { return each >= 'A' && each <= 'F'; }))
    return false;
  const auto* const first = two.data();
  const auto [end, problem] = std::from_chars(first, first + two.size(), to, 16);
  return problem == std::errc{} && end == first + two.size();
}

template <std::size_t N>
bool read_hex(std::string_view text, std::array<std::uint8_t, N>& to) noexcept {
  for (std::size_t i = 0; i < N; ++i)
    if (!read_byte(text.substr(2 * i, 2), to[i]))
      return false;
  return true;
}

} // namespace

bool trace_context::is_valid() const noexcept {
  return !is_zero(trace) && !is_zero(span);
}

bool tracer::samples(const trace_id&) noexcept {
  return true;
}

std::string to_traceparent(const trace_context& from) {
  std::string text = "00-";
  append_hex(text, from.trace);
  text += '-';
  append_hex(text, from.span);
  return text += from.is_sampled ? "-01" : "-00";
}

std::optional<trace_context> from_traceparent(std::string_view text) noexcept {
  std::uint8_t version = 0;
  std::uint8_t flags = 0;
  trace_context result;
  const bool is_readable = text.size() >= traceparent_size && read_byte(text.substr(0, 2), version)
                           && text[2] == '-' && read_hex(text.substr(3), result.trace)
                           && text[35] == '-' && read_hex(text.substr(36), result.span)
                           && text[52] == '-' && read_byte(text.substr(53, 2), flags);
  if (!is_readable || version == 255 || !result.is_valid())
    return std::nullopt;
  if (text.size() > traceparent_size && (version == 0 || text[traceparent_size] != '-'))
    return std::nullopt;
  result.is_sampled = (flags & 1U) != 0;
  return result;
}

namespace telemetry {

namespace {

/// SplitMix64: spreads a number over all bits.
std::uint64_t mixed(std::uint64_t value) noexcept {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

std::uint64_t random_number() {
  thread_local std::mt19937_64 numbers{[] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64{seed};
  }()};
  return numbers();
}

/// Never all zeros.
template <std::size_t N, class Next>
void fill(std::array<std::uint8_t, N>& id, Next next) {
  for (std::size_t at = 0; at < N; at += sizeof(std::uint64_t)) {
    const std::uint64_t part = next() | 1U;
    std::memcpy(id.data() + at, &part, sizeof part);
  }
}

template <class Next>
trace_context make(const std::optional<trace_context>& parent, tracer& asked, Next next) {
  trace_context result;
  if (parent) {
    result = *parent;
  } else {
    fill(result.trace, next);
    result.is_sampled = asked.samples(result.trace);
  }
  fill(result.span, next);
  return result;
}

} // namespace

trace_context new_context(const std::optional<trace_context>& parent, tracer& asked) {
  return make(parent, asked, random_number);
}

trace_context derived_context(
    const std::optional<trace_context>& parent,
    tracer& asked,
    std::string_view name,
    std::uint64_t number) {
  std::uint64_t state = 14'695'981'039'346'656'037U; // FNV-1a
  for (const char each : name)
    state = (state ^ static_cast<unsigned char>(each)) * 1'099'511'628'211U;
  state = mixed(state ^ mixed(number));
  return make(parent, asked, [&] { return state = mixed(state); });
}

} // namespace telemetry

} // namespace troupe
