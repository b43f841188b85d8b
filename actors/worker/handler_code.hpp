// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/shard.hpp"
#include "runtime/rpc/transport.hpp"

#include <caf/actor_control_block.hpp>

#include <atomic>
#include <memory>
#include <source_location>
#include <utility>
#include <vector>

namespace troupe::actors {

/// The actor whose coroutines they are. Called on the shard, while it has nothing else to do.
class handler_owner {
public:
  /// The coroutines have run as far as they could: ask `take_ended`.
  virtual void code_came_back() noexcept = 0;
  /// They will not; what they had is theirs.
  virtual void code_left_behind(const std::source_location& coroutine) noexcept = 0;
  /// Keeps it alive.
  [[nodiscard]] virtual caf::strong_actor_ptr self() noexcept = 0;

protected:
  ~handler_owner() = default;
};

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
  handler_code(handler_owner& of, shard& home, rpc::transport& calls)
      : of_(&of), home_(home), calls_(*this, calls) {}

  /// Has the shard start the coroutine of `what`, by `what.run_on_shard(finished)`. It lives until
  /// the end is told, or `forget`.
  template <class Call>
  void start(Call& what) {
    begin_ = [](void* of, unique_function<void()> finished) {
      static_cast<Call*>(of)->run_on_shard(std::move(finished));
    };
    begin(&what);
  }
  /// The actor's call is over: if its code has not begun, it does not.
  void forget() noexcept { to_start_ = nullptr; }
  /// The actor has ended.
  void close() noexcept;
  /// When it was left behind: the call is its own from here on.
  void keep(std::shared_ptr<void> call) noexcept { kept_ = std::move(call); }
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
  void begin(void* what);
  void resume(unique_function<void()> work);
  void queue();

  handler_owner* of_;
  shard& home_;                     ///< not to be touched once it is closed
  std::atomic<bool> closed_{false}; ///< the shard has no more to do with it
  caf::strong_actor_ptr alive_;     ///< the actor, while it is with the shard
  way_home* way_ = nullptr;         ///< while the code runs; its thread's
  void (*begin_)(void*, unique_function<void()>) = nullptr;
  void* to_start_ = nullptr;                   ///< what `begin_` is called with
  std::vector<unique_function<void()>> works_; ///< that resume coroutines
  shard_calls calls_;
  bool has_ended_ = false;
  std::shared_ptr<void> kept_;
};

} // namespace troupe::actors
