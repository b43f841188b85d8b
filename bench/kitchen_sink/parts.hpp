// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/kitchen_sink/activities.hpp"
#include "bench/kitchen_sink/interpreter.hpp"

#include <troupe/result.hpp>

#include <chrono>

/// What the parts of the interpreter share.
namespace kitchen_sink {

inline const troupe::workflow::activity_options quick{
    .start_to_close_timeout = std::chrono::seconds{10},
    .retry_policy = troupe::workflow::retry_policy{
        .initial_interval = std::chrono::milliseconds{100}, .backoff_coefficient = 2}};

inline std::chrono::milliseconds time_of(const action& what) {
  return std::chrono::milliseconds{what.number};
}

/// A program that waits until it is cancelled.
inline program until_cancelled() {
  program waiting;
  waiting.ending = ending::canceled;
  return waiting;
}

/// What was cancelled has to end as canceled, and so does the run if it is cancelled itself.
template <class T>
void require_cancelled(
    const troupe::workflow::context& ctx, const troupe::result<T>& outcome, const char* what) {
  require(!outcome, what);
  ctx.throw_if_cancelled();
  if (troupe::find_cause<troupe::canceled_error>(outcome.error()) == nullptr)
    std::rethrow_exception(outcome.error());
}

} // namespace kitchen_sink
