// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <troupe/unique_function.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace troupe::actors {

class slot_supplier;

/// One slot: the right to poll for one task and to run it, or a claim: the right to poll alone.
/// Gives itself back when destroyed, on any thread.
class slot_permit {
public:
  slot_permit() = default;
  slot_permit(slot_permit&& other) noexcept = default;
  slot_permit& operator=(slot_permit&& other) noexcept {
    if (this != &other) {
      release();
      from_ = std::move(other.from_);
      tag_ = other.tag_;
    }
    return *this;
  }
  ~slot_permit() { release(); }

  explicit operator bool() const noexcept { return from_ != nullptr; }
  void release() noexcept;
  /// Tells the supplier what the slot is used for: a task has come. Once, before it runs.
  void mark_used(const struct slot_use& what) const;

  /// For the supplier: what it gave with the slot.
  [[nodiscard]] std::uint32_t tag() const noexcept { return tag_; }

private:
  friend class slot_supplier;
  slot_permit(std::shared_ptr<slot_supplier> from, std::uint32_t tag) noexcept
      : from_(std::move(from)), tag_(tag) {}
  std::shared_ptr<slot_supplier> from_;
  std::uint32_t tag_ = 0;
};

/// Who asks for a slot. Texts live as long as the worker.
struct slot_request {
  std::string_view kind; ///< the task kind's name
  std::string_view task_queue;
  std::string_view identity = {}; ///< the worker's
  bool is_sticky = false;
  std::uint32_t poller = 0; ///< which of the kind's pollers, from 0 on over all shards
  executor* home = nullptr; ///< where the poller lives: its time, and its timers
};

/// What a slot is used for. Texts live only during the call.
struct slot_use {
  std::string_view kind;
  std::string_view task_queue;
  bool is_sticky = false;
  std::string_view type;      ///< of the workflow or activity, a Nexus service; empty if unknown
  std::string_view operation; ///< of a Nexus service; else empty
};

/// What several workers with one budget are told of one kind of one of them.
struct slot_share {
  double weight = 1;             ///< of what is left when all have their minimum
  std::size_t minimum = 0;       ///< kept for it
  std::size_t running = 0;       ///< tasks with a slot
  std::size_t polls = 0;         ///< that are open: claims
  std::size_t waiting_tasks = 0; ///< that have come and have no slot yet
  time_point oldest_waits_since = time_point::max(); ///< of those; the latest time if there is none
  bool waits_to_poll = false;                        ///< some poller was refused a poll
};

[[nodiscard]] inline duration longest_wait(const slot_share& of, time_point now) {
  return of.oldest_waits_since < now ? now - of.oldest_waits_since : duration{};
}

/// Where the slots of one task kind come from: decides how many tasks are polled for and run at a
/// time.
///
/// Slots come before polls: a poller reserves one, polls, and hands the permit on with the task.
/// Where they are claims, a task takes its slot when it has come (`try_use`). Each reserved slot is
/// released once, used or not. One supplier serves one kind of one worker. Thread-safe; callbacks
/// run on whatever thread, without a lock held.
class slot_supplier : public std::enable_shared_from_this<slot_supplier> {
public:
  virtual ~slot_supplier() = default;

  /// Which sort it is, as the service is told it: `Fixed`, `ResourceBased`, `Custom`.
  [[nodiscard]] virtual std::string_view sort() const noexcept = 0;
  /// How many tasks can surely run at a time, at least 1: no more pollers are started, so that each
  /// of them can have a slot and none starves another.
  [[nodiscard]] virtual std::size_t guaranteed() const noexcept = 0;
  /// How many slots there are in all; nothing if that cannot be said.
  [[nodiscard]] virtual std::optional<std::size_t> capacity() const noexcept = 0;

  /// True: what `try_reserve` gives is a claim, and a task that has come asks `try_use`. Always the
  /// same.
  [[nodiscard]] virtual bool gives_claims() const noexcept { return false; }
  /// Its share, if it is one of several with one budget.
  [[nodiscard]] virtual std::optional<slot_share> share() const { return std::nullopt; }

  /// Once, before the first request: how many pollers there will be.
  virtual void begin(std::size_t pollers) = 0;

  /// A slot, or an empty permit if there is none for this poller now.
  [[nodiscard]] virtual slot_permit try_reserve(const slot_request& by) = 0;
  /// A task has come for a claim, or asks again: true if the claim is its slot now. Else it waits,
  /// the poller with it (`when_free`). On the poller's thread.
  [[nodiscard]] virtual bool try_use(slot_permit& /*claim*/, const slot_request& /*by*/) {
    return true;
  }
  /// A slot that no poller has or waits for, for a task that comes without a poll; an empty permit
  /// if there is none now. Which poller asks is of no matter; `home` need not be this thread's.
  [[nodiscard]] virtual slot_permit try_reserve_spare(const slot_request& by) = 0;
  /// Calls `on_free` once when it is worth while to try again; at once if it is now. A poller waits
  /// with one callback at a time; the last one given counts. On the poller's thread.
  virtual void when_free(const slot_request& by, unique_function<void()> on_free) = 0;
  /// Forgets that callback.
  virtual void stop_waiting(const slot_request& by) noexcept = 0;
  /// The slot of a finished task as that of the poller's next poll, without a release. False if it
  /// has to go back, e.g. since others wait for it. `waits`: the poller itself does.
  [[nodiscard]] virtual bool
  try_keep(const slot_permit& slot, const slot_request& by, bool waits) = 0;

  /// Calls `on_all_free` once when every slot is back: nothing polls and nothing runs; at once if
  /// that is so now. The last one given counts; an empty one forgets the one before.
  virtual void when_all_free(unique_function<void()> on_all_free) = 0;

protected:
  friend class slot_permit;
  /// `slot` has a task.
  virtual void used(const slot_permit& slot, const slot_use& what) = 0;
  /// The slot with this tag is over.
  virtual void released(std::uint32_t tag) noexcept = 0;

  [[nodiscard]] slot_permit make_permit(std::uint32_t tag) { return {shared_from_this(), tag}; }
  static void retag(slot_permit& permit, std::uint32_t tag) noexcept { permit.tag_ = tag; }
};

inline void slot_permit::release() noexcept {
  if (auto from = std::exchange(from_, nullptr))
    from->released(tag_);
}

inline void slot_permit::mark_used(const slot_use& what) const {
  if (from_)
    from_->used(*this, what);
}

} // namespace troupe::actors
