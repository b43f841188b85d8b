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

/// A key that nobody can guess.
token_key random_token_key();

/// What the services of this process seal their tokens with: made from entropy when it is first
/// needed, unless a store that outlives the process gave it the one it kept.
const token_key& process_token_key();

/// To be called before the first service starts. A token sealed with another key is refused from
/// then on.
void use_token_key(const token_key& key);

/// Appends the seal of everything that is in `token`.
void seal(std::string& token, const token_key& key);

/// The token without its seal; nothing if it was not sealed with this key. Any input is safe.
std::optional<std::string_view> unseal(std::string_view token, const token_key& key) noexcept;

} // namespace troupe::embedded
