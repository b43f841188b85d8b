// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>

namespace troupe {

/// What a thread says of the user's code that it runs, for who watches it: which coroutine has it
/// now, and that it gets on. Written by its thread alone, read by anybody.
struct pulse {
  std::atomic<std::uint64_t> beats{0};
  std::atomic<std::source_location> coroutine{std::source_location{}};
};

/// From now on this thread says it there; null: nowhere. Returns where it did before.
pulse* set_pulse(pulse* here) noexcept;

/// This thread has got on: what it does now began just now.
void beat() noexcept;

} // namespace troupe
