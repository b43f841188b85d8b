// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <stop_token>
#include <string_view>
#include <utility>

namespace troupe {

/// Why running user code was asked to stop.
enum class cancel_reason {
  none,            ///< it was not
  requested,       ///< somebody cancelled the work itself, or the workflow that waits for it
  timed_out,       ///< its time is over; nobody waits for the answer any more
  worker_shutdown, ///< the worker stops; the work may be given to another one
  paused,          ///< an activity was paused; it is begun anew when it goes on
  reset,           ///< an activity was reset; it is begun anew, with its first attempt
  not_found,       ///< the service knows nothing of it any more: what comes of it is not wanted
};

/// As it stands in the log.
[[nodiscard]] constexpr std::string_view to_string(cancel_reason reason) noexcept {
  switch (reason) {
  case cancel_reason::none: return "none";
  case cancel_reason::requested: return "requested";
  case cancel_reason::timed_out: return "timed out";
  case cancel_reason::worker_shutdown: return "worker shutdown";
  case cancel_reason::paused: return "paused";
  case cancel_reason::reset: return "reset";
  case cancel_reason::not_found: return "not found";
  }
  return "none";
}

/// Keeps a callback registered; destroying it takes the callback back (and waits for it if it runs
/// just now).
using cancellation_registration = std::shared_ptr<void>;

/// Tells running user code (handlers, activities) that it should stop. A cheap value, copies watch
/// the same thing. Thread-safe: a plain function on the blocking pool may ask it while the worker's
/// thread cancels.
class cancellation_token {
public:
  cancellation_token() = default; ///< never cancelled

  /// Any thread.
  [[nodiscard]] bool is_cancelled() const noexcept { return stop_.stop_requested(); }

  /// Why; `none` as long as it is not cancelled. The first reason stays.
  [[nodiscard]] cancel_reason reason() const noexcept {
    // Pairs with the release in cancellation_source::cancel, which comes before the stop request.
    return is_cancelled() && reason_ ? reason_->load(std::memory_order_acquire)
                                     : cancel_reason::none;
  }

  /// Runs `callback` when it is cancelled, on the cancelling thread; at once, on this thread, if it
  /// is already. The callback must be quick and must not throw. Keep the result for as long as the
  /// callback may run.
  template <class Callback>
  [[nodiscard]] cancellation_registration on_cancel(Callback callback) const {
    return std::make_shared<std::stop_callback<Callback>>(stop_, std::move(callback));
  }

  /// The same signal for code that knows `std::stop_token` (`std::condition_variable_any::wait`,
  /// ...).
  [[nodiscard]] const std::stop_token& stop_token() const noexcept { return stop_; }

private:
  friend class cancellation_source;

  std::stop_token stop_;
  std::shared_ptr<const std::atomic<cancel_reason>> reason_;
};

/// The other end of a `cancellation_token`: who holds it may cancel. Thread-safe.
class cancellation_source {
public:
  cancellation_source()
      : reason_(std::make_shared<std::atomic<cancel_reason>>(cancel_reason::none)) {}

  /// One of any number that hear of it.
  [[nodiscard]] cancellation_token token() const {
    cancellation_token result;
    result.stop_ = stop_.get_token();
    result.reason_ = reason_;
    return result;
  }

  /// True if this call was the first, and so its reason is the one that counts.
  bool cancel(cancel_reason reason) {
    auto expected = cancel_reason::none;
    if (!reason_->compare_exchange_strong(expected, reason, std::memory_order_acq_rel))
      return false;
    return stop_.request_stop();
  }

private:
  std::stop_source stop_;
  std::shared_ptr<std::atomic<cancel_reason>> reason_;
};

} // namespace troupe
