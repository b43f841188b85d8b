// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/tuning/shared_slots.hpp"

#include <troupe/unique_function.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troupe {
class resource_controller;
}

namespace troupe::actors {

/// `tuning::shared_slots` for the threads of many workers: one lock, and whoever changes something
/// tells the others what it means for them.
///
/// With a controller, members get no more than their minima while that has no room, but for as many
/// as are always given. Executors that are passed to it must live as long as its members.
class slot_pool : public std::enable_shared_from_this<slot_pool> {
public:
  using id = tuning::shared_slots::member;
  using told_functions = std::vector<unique_function<void()>>;

  /// One kind of task of one worker. Both are called under the pool's lock and add what is to be
  /// called after it.
  class member {
  public:
    virtual ~member() = default;
    /// Its oldest waiting task has a slot now.
    virtual void task_may_begin(told_functions& told) = 0;
    /// It was refused a poll and should try again.
    virtual void may_poll(told_functions& told) = 0;
  };

  /// `controller` may be null. `always`: tasks that run whatever it says.
  slot_pool(std::size_t slots, std::shared_ptr<resource_controller> controller, std::size_t always)
      : controller_(std::move(controller)), always_(always), slots_(slots) {}

  /// The pool, locked. Whoever may go on by what was done meanwhile is told when this ends, without
  /// the lock; `told`, too.
  class access {
  public:
    explicit access(slot_pool& pool) : pool_(pool), guard_(pool.mutex_) {}
    ~access();
    access(const access&) = delete;
    access& operator=(const access&) = delete;

    [[nodiscard]] tuning::shared_slots* operator->() noexcept { return &pool_.slots_; }
    /// Throws as `slot_budget::add` does. `who` is there until it leaves.
    [[nodiscard]] id join(member& who, tuning::budget_share of);
    /// It is called no more.
    void leave(id who);
    /// Asks the controller, if there is one.
    void look(time_point now);
    /// Every 100 ms while somebody waits for what no task's end brings, those who do are looked at
    /// again. On the thread of `on`, by whoever asks for something.
    void keep_rounds(executor& on);
    [[nodiscard]] bool has_room() const noexcept { return pool_.has_room_; }

    told_functions told = {};

  private:
    slot_pool& pool_;
    std::unique_lock<std::mutex> guard_;
  };

  /// Of members' own state, which this guards, too.
  [[nodiscard]] std::mutex& mutex() noexcept { return mutex_; }

private:
  void round(executor& on);

  const std::shared_ptr<resource_controller> controller_;
  const std::size_t always_;
  std::mutex mutex_; ///< guards what follows, and what is the members' own
  tuning::shared_slots slots_;
  std::unordered_map<id, member*> members_;
  bool has_room_ = true;
  bool is_round_timed_ = false;
};

} // namespace troupe::actors
