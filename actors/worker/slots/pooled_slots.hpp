// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/slots/permit_count.hpp"
#include "actors/worker/slots/slot_pool.hpp"
#include "actors/worker/slots/slot_supplier.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace troupe::actors {

/// Slots of a pool that several workers share.
///
/// Polls have claims only; a task takes its slot when it has come, or waits for one. Tasks without
/// polls (local activities) ask for a slot and wait for it. What belongs to its pollers is guarded
/// by the pool's lock.
class pooled_slots final : public slot_supplier, private slot_pool::member {
public:
  enum class use { by_polls, without_polls };

  /// Throws `std::invalid_argument` if the pool cannot keep the minimum beside those of others.
  pooled_slots(std::shared_ptr<slot_pool> pool, tuning::budget_share share, use how);
  ~pooled_slots() override;

  [[nodiscard]] std::string_view sort() const noexcept override { return "Custom"; }
  /// Each poller may poll while there is one slot.
  [[nodiscard]] std::size_t guaranteed() const noexcept override;
  /// What others leave, which changes all the time.
  [[nodiscard]] std::optional<std::size_t> capacity() const noexcept override {
    return std::nullopt;
  }
  [[nodiscard]] bool gives_claims() const noexcept override { return how_ == use::by_polls; }
  [[nodiscard]] std::optional<slot_share> share() const override;
  void begin(std::size_t pollers) override;
  [[nodiscard]] slot_permit try_reserve(const slot_request& by) override;
  [[nodiscard]] slot_permit try_reserve_spare(const slot_request& by) override;
  [[nodiscard]] bool try_use(slot_permit& claim, const slot_request& by) override;
  void when_free(const slot_request& by, unique_function<void()> on_free) override;
  void stop_waiting(const slot_request& by) noexcept override;
  /// No: who has fewer for its weight is to have it.
  [[nodiscard]] bool try_keep(const slot_permit&, const slot_request&, bool) override {
    return false;
  }
  void when_all_free(unique_function<void()> on_all_free) override {
    permits_.when_all_free(pool_->mutex(), std::move(on_all_free));
  }

  /// Another share from now on. Throws as the constructor does, and if it has been removed.
  void reweight(tuning::budget_share share);
  /// It polls no more, and nothing is kept for it; what it has comes back. Again without effect.
  void remove();

private:
  /// Of a permit, beside its poller's number.
  enum class stage : std::uint32_t { claim, waiting_task, slot };
  static constexpr std::uint32_t stages = 3;
  static std::uint32_t tag_of(stage which, std::uint32_t poller) noexcept {
    return poller * stages + static_cast<std::uint32_t>(which);
  }

  struct seat {
    std::size_t polls = 0; ///< claims that are out
    std::size_t begun = 0; ///< of its waiting tasks: those that have their slot, and do not know it
    bool has_asked = false;             ///< without polls: it is among the waiting tasks
    bool is_refused_for_others = false; ///< what it asked for last
    std::uint64_t refused_at = 0;       ///< by the count of reasons
    unique_function<void()> on_free;
  };
  struct waiting_task {
    std::uint32_t poller;
    time_point since;
  };

  void used(const slot_permit&, const slot_use&) override {}
  void released(std::uint32_t tag) noexcept override;
  void task_may_begin(slot_pool::told_functions& told) override;
  void may_poll(slot_pool::told_functions& told) override { tell_all(told); }

  // -- under the pool's lock
  [[nodiscard]] slot_permit make_slot(std::uint32_t poller);
  [[nodiscard]] slot_permit ask(slot_pool::access& locked, const slot_request& by);
  /// False: it has its slot already.
  [[nodiscard]] bool give_up_one(slot_pool::access& locked, std::uint32_t poller);
  /// One reason to try again is one for all its pollers: who is refused says so again.
  void tell_all(slot_pool::told_functions& told);

  const std::shared_ptr<slot_pool> pool_;
  const use how_;
  slot_pool::id id_;
  std::vector<seat> seats_;
  std::deque<waiting_task> waiting_; ///< oldest first
  permit_count permits_;
  std::uint64_t reasons_ = 0; ///< to try again, so far: one may come between a refusal and a wait
  bool is_removed_ = false;
};

} // namespace troupe::actors
