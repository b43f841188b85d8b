// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/slots/permit_count.hpp"
#include "actors/worker/slots/slot_supplier.hpp"

#include <troupe/tuner.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// The slots of a program's own supplier.
///
/// Each poller asks it for one slot at a time; the answer may come later and on any thread, and
/// wakes the poller. No lock is held while the program's code runs.
class custom_slots final : public slot_supplier {
public:
  custom_slots(slot_kind kind, std::shared_ptr<custom_slot_supplier> from)
      : kind_(kind), from_(std::move(from)) {}

  [[nodiscard]] std::string_view sort() const noexcept override { return "Custom"; }
  /// All pollers ask; whom it lets wait is the program's to say.
  [[nodiscard]] std::size_t guaranteed() const noexcept override;
  [[nodiscard]] std::optional<std::size_t> capacity() const noexcept override;
  void begin(std::size_t pollers) override;
  [[nodiscard]] slot_permit try_reserve(const slot_request& by) override;
  [[nodiscard]] slot_permit try_reserve_spare(const slot_request& by) override;
  void when_free(const slot_request& by, unique_function<void()> on_free) override;
  void stop_waiting(const slot_request& by) noexcept override;
  /// No: the program hears of each task's end.
  [[nodiscard]] bool try_keep(const slot_permit&, const slot_request&, bool) override {
    return false;
  }
  void when_all_free(unique_function<void()> on_all_free) override {
    permits_.when_all_free(mutex_, std::move(on_all_free));
  }

private:
  class asking;

  struct seat {
    std::shared_ptr<asking> asked;        ///< null: the program is asked for nothing
    std::optional<std::uint32_t> granted; ///< waits to be taken
    bool rests = false;                   ///< and asks again later...
    bool waits_for_release = false;       ///< ...or when a slot is released
    std::uint64_t rest = 0;               ///< counts them, so that a late timer is known
    unique_function<void()> on_free;
  };
  struct granted {
    granted_slot slot;
    slot_info info;
    bool is_used = false;
  };

  void used(const slot_permit& slot, const slot_use& what) override;
  void released(std::uint32_t tag) noexcept override;

  void on_granted(asking& by, granted_slot slot);
  void on_failed(asking& by, const std::exception_ptr& error) noexcept;
  void on_asks_again(asking& by, duration after);
  void on_rested(std::uint32_t poller, std::uint64_t rest);
  [[nodiscard]] slot_reserve_context context_of(const slot_request& by) const;
  /// Under the lock.
  [[nodiscard]] seat* seat_of(const asking& by) noexcept;
  [[nodiscard]] std::uint32_t add(granted_slot slot);
  void rest(asking& by, seat& who, duration after, bool until_release);
  /// Hands it back to the program.
  void give_back(const granted_slot& slot, const slot_info* info) noexcept;
  void complain(std::string_view about, const std::exception_ptr& error) noexcept;

  const slot_kind kind_;
  const std::shared_ptr<custom_slot_supplier> from_;
  std::mutex mutex_; ///< guards what follows
  std::vector<seat> seats_;
  /// By tag. An entry is its permit's: nobody else looks at it.
  std::unordered_map<std::uint32_t, granted> out_;
  std::uint32_t last_tag_ = 0;
  std::size_t next_to_wake_ = 0;
  permit_count permits_; ///< a slot is out until the program has it back
  std::optional<std::chrono::nanoseconds> complained_; ///< by the steady clock
};

} // namespace troupe::actors
