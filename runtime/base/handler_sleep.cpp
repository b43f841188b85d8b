// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/executor.hpp"

#include <troupe/detail/handler_sleep.hpp>

namespace troupe::detail {

/// One suspended coroutine with its timer. The timer, the cancellation and the frame's destruction
/// race for it on the shard's thread; whoever comes first takes the frame out.
struct handler_sleep::waiting {
  std::coroutine_handle<> frame;
  executor* where = nullptr;
  executor::timer_id timer = 0;
  cancellation_registration registration;
  bool whole = false;

  void wake(bool after_full_time) {
    if (!frame)
      return;
    whole = after_full_time;
    where->cancel(timer);
    std::exchange(frame, {}).resume();
  }
};

handler_sleep::~handler_sleep() {
  if (!waiting_ || !waiting_->frame)
    return;
  waiting_->frame = {};
  waiting_->where->cancel(waiting_->timer);
}

bool handler_sleep::await_ready() const noexcept {
  return time_ <= time_.zero() || token_.is_cancelled();
}

void handler_sleep::suspend(std::coroutine_handle<> caller) {
  auto waits = std::make_shared<waiting>();
  waiting_ = waits;
  waits->frame = caller;
  waits->where = where_;
  waits->timer = where_->schedule(time_, [waits] { waits->wake(true); });
  // The cancelling thread may be another one, and may hold locks: resume later, on the shard.
  waits->registration = token_.on_cancel([weak = std::weak_ptr{waits}, where = where_] {
    where->post([weak] {
      if (auto still = weak.lock())
        still->wake(false);
    });
  });
}

bool handler_sleep::await_resume() const noexcept {
  return waiting_ ? waiting_->whole : !token_.is_cancelled();
}

} // namespace troupe::detail
