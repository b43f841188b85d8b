// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/pulse.hpp"

#include <troupe/async.hpp>

#include <utility>

namespace troupe {

namespace {

constinit thread_local pulse* ours = nullptr;

} // namespace

pulse* set_pulse(pulse* here) noexcept {
  return std::exchange(ours, here);
}

void beat() noexcept {
  // One writer, so a load and a store are enough.
  if (ours != nullptr)
    ours->beats.store(ours->beats.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void detail::now_running(const std::source_location& coroutine) noexcept {
  if (ours != nullptr)
    ours->coroutine.store(coroutine, std::memory_order_relaxed);
}

} // namespace troupe
