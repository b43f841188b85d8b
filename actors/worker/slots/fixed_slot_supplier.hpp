// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/slots/permit_count.hpp"
#include "actors/worker/slots/slot_supplier.hpp"

#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

namespace troupe::actors {

/// A fixed number of slots. Each poller has one of its own, the rest are shared; who waits for a
/// shared one is told in the order in which they came.
class fixed_slot_supplier final : public slot_supplier {
public:
  explicit fixed_slot_supplier(std::size_t slots) : total_(slots > 0 ? slots : 1) {}

  [[nodiscard]] std::string_view sort() const noexcept override { return "Fixed"; }
  [[nodiscard]] std::size_t guaranteed() const noexcept override { return total_; }
  [[nodiscard]] std::optional<std::size_t> capacity() const noexcept override { return total_; }
  void begin(std::size_t pollers) override;
  [[nodiscard]] slot_permit try_reserve(const slot_request& by) override;
  [[nodiscard]] slot_permit try_reserve_spare(const slot_request& by) override;
  void when_free(const slot_request& by, unique_function<void()> on_free) override;
  void stop_waiting(const slot_request& by) noexcept override;
  [[nodiscard]] bool try_keep(const slot_permit& slot, const slot_request& by, bool waits) override;
  void when_all_free(unique_function<void()> on_all_free) override {
    permits_.when_all_free(mutex_, std::move(on_all_free));
  }

  /// How many are not out.
  [[nodiscard]] std::size_t free() const;

private:
  void used(const slot_permit&, const slot_use&) override {}
  void released(std::uint32_t tag) noexcept override;

  struct seat {
    bool own_is_free = true;
    bool is_queued = false; ///< in `queue_`, perhaps with nothing to wait for any more
    unique_function<void()> on_free;
  };
  /// Under the lock.
  [[nodiscard]] unique_function<void()> stop_waiting_at(seat& who) noexcept;
  [[nodiscard]] unique_function<void()> next_waiting() noexcept;

  /// Tags: 0 is a shared slot, n + 1 the one of poller n.
  static constexpr std::uint32_t shared_tag = 0;

  const std::size_t total_;
  mutable std::mutex mutex_; ///< guards what follows
  std::vector<seat> seats_;
  std::size_t shared_free_ = 0;
  permit_count permits_;
  std::deque<std::uint32_t> queue_;     ///< pollers that wait for a shared slot
  std::atomic<std::size_t> waiting_{0}; ///< seats that wait, to be read without the lock
};

} // namespace troupe::actors
