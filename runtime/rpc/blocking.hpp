// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <troupe/result.hpp>
#include <troupe/unique_function.hpp>

#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace troupe::rpc {

/// Runs whatever is due on a hand-drained executor, moving its time if need be; false if nothing is
/// left that could ever run. Each wait has a copy of its own.
using pump_function = std::function<bool()>;

/// Waits for one asynchronous outcome on behalf of a caller that blocks.
///
/// With a real executor the caller's thread sleeps. With a hand-drained one, `pump` is called until
/// the outcome is there. Blocking on the executor's own thread could never end: it throws
/// `std::logic_error` instead.
class waiter {
public:
  explicit waiter(executor& runs_on, pump_function pump = {})
      : runs_on_(&runs_on), pump_(std::move(pump)) {}

  /// `start` gets a handler to call once with a `result<T>`; it runs on the executor.
  template <class T, class Start>
  T wait(Start start) const {
    auto shared = std::make_shared<box<T>>();
    run(
        [shared, begin = std::move(start)]() mutable {
          begin([shared](result<T> outcome) {
            {
              std::lock_guard lock{shared->mutex};
              shared->outcome.emplace(std::move(outcome));
              shared->done = true;
            }
            shared->changed.notify_all();
          });
        },
        *shared);
    auto outcome = std::move(*shared->outcome);
    if constexpr (std::is_void_v<T>)
      outcome.value();
    else
      return std::move(outcome).value();
  }

private:
  struct flag {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false; ///< guarded by `mutex`
  };
  template <class T>
  struct box : flag {
    std::optional<result<T>> outcome;
  };

  void run(unique_function<void()> start, flag& finished) const;

  executor* runs_on_;
  pump_function pump_;
};

} // namespace troupe::rpc
