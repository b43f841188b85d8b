// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/shard.hpp"
#include "runtime/nexus/dispatch.hpp"
#include "runtime/rpc/transport.hpp"

#include <caf/actor_control_block.hpp>

#include <atomic>
#include <memory>
#include <vector>

namespace troupe::actors {

class nexus_handler_actor;

/// The coroutines of one handler actor as foreign code, and the shard as they see it: an executor
/// whose work runs as foreign code too, and a transport whose replies come to them as such.
///
/// If the code does not come back, everything that it had asked of the shard (timers, work that was
/// posted) is dropped when it is due, and what it asks for later is refused: its coroutines stay
/// suspended and are destroyed by the thread that was left with them. Used again for the actor's
/// next task, unless it did not come back.
///
/// Threading: `post`, `now` and `runs_here` are thread-safe, also when the shard is gone; the rest
/// is the shard's, and for `schedule` and `cancel` the running code's.
class handler_code final : public foreign_code,
                           public executor,
                           public std::enable_shared_from_this<handler_code> {
public:
  handler_code(nexus_handler_actor& of, shard& home, rpc::transport& calls)
      : of_(&of), home_(home), calls_(*this, calls) {}

  /// Has the coroutine of the call started by the shard. The call lives until the end is told, or
  /// `forget`.
  void start(nexus::operation_call& what);
  /// The actor's call is over: if its code has not begun, it does not.
  void forget() noexcept { to_start_ = nullptr; }
  /// The actor has ended.
  void close() noexcept;
  /// When it was left behind: the call is its own from here on.
  void keep(std::shared_ptr<nexus::operation_call> call) noexcept { kept_ = std::move(call); }
  /// Once after the call's coroutine has ended.
  [[nodiscard]] bool take_ended() noexcept { return std::exchange(has_ended_, false); }

  void run(way_home& home) noexcept override;
  void came_back() noexcept override;
  void left_behind(const std::source_location& coroutine) noexcept override;
  void dissolve() noexcept override;

  /// What the coroutines call the service through. It lives as long as this; calls of code that was
  /// left behind are dropped.
  [[nodiscard]] rpc::transport& calls() noexcept { return calls_; }

  void post(unique_function<void()> work) override;
  timer_id schedule(duration after, unique_function<void()> work) override;
  void cancel(timer_id timer) override;
  [[nodiscard]] time_point now() const override;
  [[nodiscard]] bool runs_here() const override;

private:
  class shard_calls final : public rpc::transport {
  public:
    shard_calls(handler_code& of, rpc::transport& over) : of_(of), over_(over) {}
    call_id start(rpc::call what, rpc::reply_handler on_reply) override;
    void cancel(call_id id) override;

  private:
    handler_code& of_;
    rpc::transport& over_; ///< the shard's
  };

  /// True: what is the shard's may be used until `leave`.
  [[nodiscard]] bool enter() noexcept {
    return way_ != nullptr ? way_->enter() : !closed_.load(std::memory_order_acquire);
  }
  void leave() noexcept {
    if (way_ != nullptr)
      way_->leave();
  }
  void resume(unique_function<void()> work);
  void queue();

  nexus_handler_actor* of_;
  shard& home_;                     ///< not to be touched once it is closed
  std::atomic<bool> closed_{false}; ///< the shard has no more to do with it
  caf::strong_actor_ptr alive_;     ///< the actor, while it is with the shard
  way_home* way_ = nullptr;         ///< while the code runs; its thread's
  nexus::operation_call* to_start_ = nullptr;
  std::vector<unique_function<void()>> works_; ///< that resume coroutines
  shard_calls calls_;
  bool has_ended_ = false;
  std::shared_ptr<nexus::operation_call> kept_;
};

} // namespace troupe::actors
