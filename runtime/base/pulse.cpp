// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/pulse.hpp"

#include "runtime/base/deterministic_code.hpp"

#include <troupe/async.hpp>

#include <utility>

namespace troupe {

namespace {

constinit thread_local pulse* ours = nullptr;
constinit thread_local std::source_location latest;

} // namespace

pulse* set_pulse(pulse* here) noexcept {
  return std::exchange(ours, here);
}

void beat() noexcept {
  // One writer, so a load and a store are enough.
  if (ours != nullptr)
    ours->beats.store(ours->beats.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

std::source_location latest_coroutine() noexcept {
  return latest;
}

void detail::now_running(const std::source_location& coroutine) noexcept {
  latest = coroutine;
  if (ours != nullptr)
    ours->coroutine.store(coroutine, std::memory_order_relaxed);
}

} // namespace troupe
