// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/front/body_watch.hpp"

#include "actors/embedded/front/grpc_call.hpp"

#include <utility>

namespace troupe::embedded {

void body_watch::watch(awaited_body& call, time_point deadline) {
  call.deadline_ = deadline;
  call.waited_ = std::chrono::seconds{0};
  call.place_ = waiting_.size();
  waiting_.push_back(&call);
  if (is_beating_) // nearly always where there is traffic: no lock then
    return;
  std::lock_guard guard{mutex_};
  if (!is_set_ && !is_stopped_)
    set();
}

void body_watch::forget(awaited_body& call) {
  const auto place = std::exchange(call.place_, awaited_body::nowhere);
  if (place == awaited_body::nowhere)
    return;
  auto* const last = waiting_.back();
  waiting_.pop_back();
  if (last == &call)
    return;
  waiting_[place] = last;
  last->place_ = place;
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
  for (auto* call : waiting_)
    if ((call->waited_ += beat) > front_.body_patience || call->deadline_ <= now)
      call->expire();
  {
    std::lock_guard guard{mutex_};
    is_set_ = false;
    is_beating_ = false;
    if (!waiting_.empty() && !is_stopped_)
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
