// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/front/body_watch.hpp"

#include "actors/embedded/front/grpc_call.hpp"

#include <utility>

namespace troupe::embedded {

void body_watch::watch(awaited_body& call, time_point deadline) {
  call.deadline_ = deadline;
  call.waited_ = std::chrono::seconds{0};
  call.is_watched_ = true;
  call.older_ = std::exchange(newest_, &call);
  call.newer_ = nullptr;
  (call.older_ != nullptr ? call.older_->newer_ : oldest_) = &call;
  if (++count_ > front_.most_awaited) {
    auto& oldest = *oldest_;
    unlink(oldest);
    oldest.expire();
  }
  if (is_beating_) // nearly always where there is traffic: no lock then
    return;
  std::lock_guard guard{mutex_};
  if (!is_set_ && !is_stopped_)
    set();
}

void body_watch::forget(awaited_body& call) {
  if (call.is_watched_)
    unlink(call);
}

void body_watch::unlink(awaited_body& call) {
  call.is_watched_ = false;
  --count_;
  (call.older_ != nullptr ? call.older_->newer_ : oldest_) = call.newer_;
  (call.newer_ != nullptr ? call.newer_->older_ : newest_) = call.older_;
}

void body_watch::set() {
  is_set_ = true;
  is_beating_ = true;
  front_.live_calls.fetch_add(1, std::memory_order_relaxed);
  alarm_.Set(
      front_.queue,
      std::chrono::system_clock::now() + beat,
      static_cast<rpc::completion_tag*>(this));
}

void body_watch::complete(bool) {
  const auto now = std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
  for (auto* call = oldest_; call != nullptr; call = call->newer_)
    if ((call->waited_ += beat) > front_.body_patience || call->deadline_ <= now)
      call->expire();
  {
    std::lock_guard guard{mutex_};
    is_set_ = false;
    is_beating_ = false;
    if (count_ != 0 && !is_stopped_)
      set();
  }
  if (front_.live_calls.fetch_sub(1, std::memory_order_acq_rel) == 1)
    front_.live_calls.notify_all();
}

void body_watch::stop() {
  std::lock_guard guard{mutex_};
  is_stopped_ = true;
  if (is_set_)
    alarm_.Cancel();
}

} // namespace troupe::embedded
