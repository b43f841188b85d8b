// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/handler_code.hpp"

#include "runtime/base/current_executor.hpp"
#include "runtime/base/log/log.hpp"

#include <troupe/error.hpp>

#include <limits>
#include <utility>

namespace troupe::actors {

void handler_code::begin(void* what) {
  to_start_ = what;
  has_ended_ = false;
  queue();
}

void handler_code::close() noexcept {
  forget();
  closed_.store(true, std::memory_order_release);
}

/// Hands itself to the shard, unless it is there already.
void handler_code::queue() {
  if (alive_)
    return;
  alive_ = of_->self();
  home_.run_foreign(shared_from_this());
}

void handler_code::run(way_home& home) noexcept {
  const executor_scope here{*this};
  way_ = &home;
  if (auto* what = std::exchange(to_start_, nullptr))
    begin_(what, [this] { has_ended_ = true; });
  for (auto& work : std::exchange(works_, {})) {
    try {
      work();
      work = nullptr;
    } catch (...) {
      log::error(
          "a function posted to a shard threw", {{"error", describe(std::current_exception())}});
    }
  }
  way_ = nullptr;
}

void handler_code::came_back() noexcept {
  const auto alive = std::move(alive_);
  if (!closed_.load(std::memory_order_relaxed))
    of_->code_came_back();
}

void handler_code::left_behind(const std::source_location& coroutine) noexcept {
  const auto alive = std::move(alive_);
  closed_.store(true, std::memory_order_release);
  std::exchange(of_, nullptr)->code_left_behind(coroutine);
}

void handler_code::dissolve() noexcept {
  works_.clear();
  kept_ = nullptr;
}

// -- what the coroutines ask of the shard

void handler_code::post(unique_function<void()> work) {
  if (closed_.load(std::memory_order_acquire))
    return;
  home_.post([self = shared_from_this(), work = std::move(work)]() mutable {
    self->resume(std::move(work));
  });
}

executor::timer_id handler_code::schedule(duration after, unique_function<void()> work) {
  constexpr auto no_timer = std::numeric_limits<timer_id>::max();
  if (!enter())
    return no_timer;
  const auto timer =
      home_.schedule(after, [self = shared_from_this(), work = std::move(work)]() mutable {
        self->resume(std::move(work));
      });
  leave();
  return timer;
}

void handler_code::cancel(timer_id timer) {
  if (!enter())
    return;
  home_.cancel(timer);
  leave();
}

rpc::transport::call_id
handler_code::shard_calls::start(rpc::call what, rpc::reply_handler on_reply) {
  if (!of_.enter())
    return std::numeric_limits<call_id>::max();
  const auto id = over_.start(
      std::move(what),
      [self = of_.shared_from_this(),
       handler = std::move(on_reply)](rpc_status status, rpc::bytes reply) mutable {
        self->resume(
            [handler = std::move(handler),
             status = std::move(status),
             reply = std::move(reply)]() mutable { handler(std::move(status), std::move(reply)); });
      });
  of_.leave();
  return id;
}

void handler_code::shard_calls::cancel(call_id id) {
  if (!of_.enter())
    return;
  over_.cancel(id);
  of_.leave();
}

void handler_code::resume(unique_function<void()> work) {
  if (closed_.load(std::memory_order_relaxed))
    return;
  works_.push_back(std::move(work));
  queue();
}

time_point handler_code::now() const {
  return closed_.load(std::memory_order_acquire) ? std::chrono::system_clock::now() : home_.now();
}

bool handler_code::runs_here() const {
  return !closed_.load(std::memory_order_acquire) && home_.runs_here();
}

} // namespace troupe::actors
