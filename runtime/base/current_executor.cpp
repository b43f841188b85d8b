// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/current_executor.hpp"

#include <utility>

namespace troupe {

namespace {

thread_local executor* current = nullptr;

} // namespace

executor* current_executor() noexcept {
  return current;
}

executor_scope::executor_scope(executor& now) noexcept : before_(std::exchange(current, &now)) {}

executor_scope::~executor_scope() {
  current = before_;
}

} // namespace troupe
