// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/tuning/slot_budget.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

namespace troupe::tuning {

/// What many workers with one budget decide about polls and tasks of one kind.
///
/// A poll is a claim, a task is a slot: a poll is made if its member could take a slot at that
/// moment for each poll that it has open, and takes it when a task has come. So a poll that waits
/// keeps nothing from anybody, and idle members cost no slots. A task that finds none, as others
/// were quicker, waits; its member polls no more meanwhile, so at most as many tasks of it wait as
/// it had polls open.
///
/// A member that is behind the others keeps one poll of each sort also while no slot is open: else
/// its tasks could not wait for the next slot, which is to be its own, and shares would follow who
/// polls when, not the weights.
///
/// Who is refused a poll is named by `next_poll` when slots are open: in the order in which they
/// came, and no more of them at a time than slots are open, so that not all come back for the first
/// slot. Plain state, one thread at a time.
class shared_slots {
public:
  using member = slot_budget::member;

  explicit shared_slots(std::size_t total) : budget_(total) {}

  /// These throw as those of `slot_budget` do.
  [[nodiscard]] member add(budget_share of);
  void reweight(member who, budget_share of) { budget_.reweight(who, of); }
  void resize(std::size_t total) { budget_.resize(total); }
  void hold_back(std::optional<std::size_t> but_for) noexcept { budget_.hold_back(but_for); }
  /// It polls no more; what it has open and out still comes back, and its waiting tasks still run.
  void remove(member who);

  /// True: it polls now. False: it may try again whenever a poll or task of its own has ended or
  /// begun; if it is for others' sake it waits besides, and is named by `next_poll`. The first poll
  /// of a sort needs only one slot that could be had, whatever other polls the member has open: or
  /// one sort would keep the last slot from the others for as long as a long poll lasts.
  [[nodiscard]] bool try_poll(member who, bool is_first_of_its_sort = false);
  /// As if it had been refused a poll, for others of it that wait.
  void wait_to_poll(member who);
  /// A poll came back without a task.
  void poll_ended(member who);
  /// A poll brought a task, or a task came without one (`had_poll`). True: it has a slot. False: it
  /// waits for one.
  [[nodiscard]] bool task_came(member who, bool had_poll = true);
  /// A slot for a task that has not come yet and will not wait for one.
  [[nodiscard]] bool try_take_spare(member who);
  /// One that waits is given up: it will not run.
  void task_given_up(member who);
  /// A task that had a slot is over.
  void task_ended(member who);

  /// Whose oldest waiting task begins now: it has its slot. Asked until there is none after each
  /// `task_ended`, `reweight`, `resize`, `remove` and `hold_back`.
  [[nodiscard]] std::optional<member> next_task();
  /// Who was refused a poll and should try again. Asked until there is none after each `task_ended`
  /// and each `begin_round`.
  [[nodiscard]] std::optional<member> next_poll();
  /// So often (every 100 ms) while some wait to poll and slots are open, and whenever more are for
  /// another reason than a task's end: as many may try again.
  void begin_round() noexcept { may_try_ = budget_.open(); }
  [[nodiscard]] bool has_waiting_polls() const noexcept { return !to_poll_.empty(); }
  /// Some task has come and has no slot.
  [[nodiscard]] bool has_waiting_tasks() const noexcept { return budget_.has_waiting(); }

  struct numbers {
    std::size_t polls = 0;         ///< that are open
    std::size_t waiting_tasks = 0; ///< that have no slot yet
    std::size_t running = 0;       ///< tasks with a slot
    bool waits_to_poll = false;
    budget_share share;
  };
  [[nodiscard]] numbers of(member who) const;
  [[nodiscard]] const slot_budget& budget() const noexcept { return budget_; }

private:
  struct entry {
    std::size_t polls = 0;
    std::size_t waiting_tasks = 0;
    std::uint64_t waits_to_poll = 0; ///< since when, by number; 0: it does not
    bool is_removed = false;
  };
  void forget_if_over(member who);
  void stop_waiting_to_poll(entry& who) noexcept;

  slot_budget budget_;
  std::unordered_map<member, entry> entries_;
  std::map<std::uint64_t, member> to_poll_; ///< who waits for that, in the order they came
  std::uint64_t last_wait_ = 0;
  std::size_t may_try_ = 0; ///< of those, in this round
};

} // namespace troupe::tuning
