// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// UUIDs in their lower-case text form from 128 bits of the caller's randomness, of which version
/// and variant take six: who needs the same ids again (replay, tests) brings the bits.
[[nodiscard]] std::string uuid_v4(std::uint64_t high, std::uint64_t low);

/// One that sorts by time (version 7): 48 bits of milliseconds since 1970, 12 of `high` and 62 of
/// `low`.
[[nodiscard]] std::string
uuid_v7(std::uint64_t milliseconds, std::uint64_t high, std::uint64_t low);

/// A random UUID (version 4) from a generator that each thread seeds once from the system: unique,
/// quick, no secret. Thread-safe.
[[nodiscard]] std::string random_uuid();

/// Why this text is no UUID of 36 characters, in the words of the server; empty if it is one.
[[nodiscard]] std::string uuid_problem(std::string_view text);
[[nodiscard]] bool is_uuid(std::string_view text) noexcept;

} // namespace troupe
