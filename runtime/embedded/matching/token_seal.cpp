// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/matching/token_seal.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <random>

namespace troupe::embedded {

namespace {

static_assert(std::endian::native == std::endian::little);

// SipHash, J.-P. Aumasson and D. J. Bernstein, 2012.

/// The four words that SipHash mixes.
struct siphash_state {
  explicit siphash_state(const token_key& key)
      : a(key[0] ^ 0x736f6d6570736575ULL), b(key[1] ^ 0x646f72616e646f6dULL ^ 0xee),
        c(key[0] ^ 0x6c7967656e657261ULL), d(key[1] ^ 0x7465646279746573ULL) {}

  void mix(int rounds) noexcept {
    for (int round = 0; round < rounds; ++round) {
      a += b;
      c += d;
      b = std::rotl(b, 13) ^ a;
      d = std::rotl(d, 16) ^ c;
      a = std::rotl(a, 32);
      c += b;
      a += d;
      b = std::rotl(b, 17) ^ c;
      d = std::rotl(d, 21) ^ a;
      c = std::rotl(c, 32);
    }
  }

  void take(std::uint64_t word) noexcept {
    d ^= word;
    mix(2);
    a ^= word;
  }

  [[nodiscard]] std::uint64_t folded() const noexcept { return a ^ b ^ c ^ d; }

  std::uint64_t a, b, c, d;
};

std::array<char, seal_size> seal_of(std::string_view text, const token_key& key) noexcept {
  siphash_state state{key};
  const auto size = text.size();
  for (; text.size() >= 8; text.remove_prefix(8)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), 8);
    state.take(word);
  }
  std::uint64_t last = 0;
  std::memcpy(&last, text.data(), text.size());
  state.take(last | static_cast<std::uint64_t>(size) << 56);
  state.c ^= 0xee;
  state.mix(4);
  const std::uint64_t first_half = state.folded();
  state.b ^= 0xdd;
  state.mix(4);
  const std::uint64_t second_half = state.folded();
  std::array<char, seal_size> out{};
  std::memcpy(out.data(), &first_half, 8);
  std::memcpy(out.data() + 8, &second_half, 8);
  return out;
}

} // namespace

token_key random_token_key() {
  std::random_device entropy;
  const auto word = [&] { return static_cast<std::uint64_t>(entropy()) << 32 | entropy(); };
  return {word(), word()};
}

std::string to_bytes(const token_key& key) {
  std::string bytes(sizeof(key), '\0');
  std::memcpy(bytes.data(), key.data(), sizeof(key));
  return bytes;
}

std::optional<token_key> token_key_from(std::string_view bytes) {
  token_key key{};
  if (bytes.size() != sizeof(key))
    return std::nullopt;
  std::memcpy(key.data(), bytes.data(), sizeof(key));
  return key;
}

void seal(std::string& token, const token_key& key) {
  const auto made = seal_of(token, key);
  token.append(made.data(), made.size());
}

std::optional<std::string_view> unseal(std::string_view token, const token_key& key) noexcept {
  if (token.size() < seal_size)
    return std::nullopt;
  const auto text = token.substr(0, token.size() - seal_size);
  const auto wanted = seal_of(text, key);
  // All bytes are looked at, so that the time tells nothing about how many were right.
  unsigned differs = 0;
  for (std::size_t at = 0; at < seal_size; ++at)
    differs |= static_cast<unsigned char>(wanted[at] ^ token[text.size() + at]);
  return differs == 0 ? std::optional{text} : std::nullopt;
}

} // namespace troupe::embedded
