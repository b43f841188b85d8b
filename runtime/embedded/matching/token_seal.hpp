// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Tokens leave the service and come back from strangers: a seal shows that a token is one of ours,
/// unchanged. It is a keyed hash (SipHash-2-4 with 128 bits), which costs a hot answer some 200
/// cycles where an HMAC by OpenSSL would cost a microsecond.
namespace troupe::embedded {

inline constexpr std::size_t seal_size = 16;

using token_key = std::array<std::uint64_t, 2>;

/// A key that nobody can guess. A service has one for as long as its store lives, so that a token
/// which it gave out before a restart is good after it.
token_key random_token_key();

/// The key as a store keeps it, and back; nothing if the bytes are no key.
std::string to_bytes(const token_key& key);
std::optional<token_key> token_key_from(std::string_view bytes);

/// Appends the seal of everything that is in `token`.
void seal(std::string& token, const token_key& key);

/// The token without its seal; nothing if it was not sealed with this key. Any input is safe.
std::optional<std::string_view> unseal(std::string_view token, const token_key& key) noexcept;

} // namespace troupe::embedded
