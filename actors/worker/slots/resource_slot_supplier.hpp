// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/slots/permit_count.hpp"
#include "actors/worker/slots/slot_supplier.hpp"
#include "runtime/tuning/resource_controller.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace troupe::actors {

/// Between which bounds, and how fast.
struct resource_slot_limits {
  std::size_t minimum = 1;
  std::size_t maximum = 10'000;
  duration ramp{}; ///< between two slots above the minimum
};

/// As many slots as a controller has room for. Each poller has one of its own whatever is in use,
/// so that all sorts of polls go on; others are given out while there are fewer than the minimum,
/// or while there is room and the last one was given out a ramp ago. Who waits tries again every
/// 10 ms.
///
/// A finished task's slot serves the next poll while there is room, without a ramp: there are as
/// many as before. Without room it goes back, and so the number falls.
class resource_slot_supplier final : public slot_supplier {
public:
  resource_slot_supplier(std::shared_ptr<resource_controller> controller, resource_slot_limits of)
      : controller_(std::move(controller)), limits_(of) {}

  [[nodiscard]] std::string_view sort() const noexcept override { return "ResourceBased"; }
  /// Each poller has its own.
  [[nodiscard]] std::size_t guaranteed() const noexcept override { return limits_.maximum; }
  [[nodiscard]] std::optional<std::size_t> capacity() const noexcept override {
    return limits_.maximum;
  }
  void begin(std::size_t pollers) override;
  [[nodiscard]] slot_permit try_reserve(const slot_request& by) override;
  [[nodiscard]] slot_permit try_reserve_spare(const slot_request& by) override;
  void when_free(const slot_request& by, unique_function<void()> on_free) override;
  void stop_waiting(const slot_request& by) noexcept override;
  [[nodiscard]] bool try_keep(const slot_permit& slot, const slot_request& by, bool waits) override;
  void when_all_free(unique_function<void()> on_all_free) override {
    permits_.when_all_free(mutex_, std::move(on_all_free));
  }

private:
  void used(const slot_permit&, const slot_use&) override {}
  void released(std::uint32_t tag) noexcept override;

  struct seat {
    bool own_is_free = true;
    unique_function<void()> on_free;
    executor::timer_id timer = 0; ///< that calls it; 0: none
  };
  /// A shared one, under the lock.
  [[nodiscard]] slot_permit try_share(const slot_request& by);
  void on_timer(std::uint32_t poller);

  /// Tags: 0 is a shared slot, n + 1 the one of poller n.
  static constexpr std::uint32_t shared_tag = 0;

  const std::shared_ptr<resource_controller> controller_;
  const resource_slot_limits limits_;
  std::mutex mutex_; ///< guards what follows
  std::vector<seat> seats_;
  std::size_t shared_out_ = 0;
  permit_count permits_;
  time_point last_issue_{};
};

} // namespace troupe::actors
