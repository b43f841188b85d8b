// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace troupe::workflow {

/// SipHash-1-3 with a zero key over the bytes and one 0xFF: how sdk-core makes a run's seed of its
/// run id.
std::uint64_t seed_of(std::string_view run_id) noexcept;

/// xoshiro256**: small state, good enough for everything but secrets.
class random_stream {
public:
  explicit random_stream(std::uint64_t seed = 0) noexcept;
  std::uint64_t next() noexcept;

private:
  std::array<std::uint64_t, 4> state_;
};

} // namespace troupe::workflow
