// SPDX-License-Identifier: Apache-2.0
#include "runtime/tuning/check_tuner.hpp"

#include <troupe/tuner.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace troupe {

using namespace std::chrono_literals;

namespace {

void check_source(const slot_source& source, const std::string& kind) {
  const auto refuse = [&](const char* why) {
    throw std::invalid_argument("the " + kind + " slots of the tuner: " + why);
  };
  if (const auto* fixed = std::get_if<fixed_size_slots>(&source)) {
    if (fixed->slots == 0)
      refuse("at least one is needed");
  } else if (const auto* by_resources = std::get_if<resource_based_slots>(&source)) {
    const auto& options = by_resources->options;
    if (!by_resources->controller)
      refuse("the controller is null: give them one of make_resource_controller");
    if (options.maximum && *options.maximum == 0)
      refuse("the maximum must be at least 1");
    if (options.minimum && options.maximum && *options.minimum > *options.maximum)
      refuse("the minimum is above the maximum");
    if (options.ramp_throttle && options.ramp_throttle->count() < 0)
      refuse("the ramp_throttle must not be negative");
  } else if (const auto* own = std::get_if<std::shared_ptr<custom_slot_supplier>>(&source)) {
    if (*own == nullptr)
      refuse("the supplier is null");
  }
}

} // namespace

void tuning::check(const worker_tuner& tuner) {
  check_source(tuner.workflow, "workflow");
  check_source(tuner.activity, "activity");
  check_source(tuner.local_activity, "local_activity");
  check_source(tuner.nexus, "nexus");
}

const char* to_string(slot_kind kind) noexcept {
  switch (kind) {
  case slot_kind::workflow: return "workflow";
  case slot_kind::activity: return "activity";
  case slot_kind::local_activity: return "local_activity";
  case slot_kind::nexus: return "nexus";
  }
  return "unknown";
}

slot_reservation& slot_reservation::operator=(slot_reservation&& other) noexcept {
  if (this != &other) {
    slot_reservation left{std::move(asker_)}; // fails
    asker_ = std::move(other.asker_);
  }
  return *this;
}

slot_reservation::~slot_reservation() {
  if (asker_)
    asker_->failed(nullptr);
}

const slot_reserve_context& slot_reservation::context() const {
  if (!asker_)
    throw std::logic_error("this reservation of a slot has been answered");
  return asker_->context();
}

std::shared_ptr<detail::slot_asker> slot_reservation::take() {
  if (!asker_)
    throw std::logic_error("this reservation of a slot has been answered");
  return std::exchange(asker_, nullptr);
}

void slot_reservation::grant(granted_slot slot) {
  take()->granted(std::move(slot));
}

void slot_reservation::fail(std::exception_ptr error) {
  take()->failed(std::move(error));
}

void slot_reservation::ask_again(std::chrono::nanoseconds after) {
  take()->asks_again(after);
}

void custom_slot_supplier::reserve(slot_reservation request) {
  if (auto slot = try_reserve(request.context()))
    request.grant(std::move(*slot));
  else
    request.ask_again(10ms);
}

std::shared_ptr<const worker_tuner> make_tuner(worker_tuner sources) {
  tuning::check(sources);
  return std::make_shared<const worker_tuner>(std::move(sources));
}

std::shared_ptr<const worker_tuner>
resource_based_tuner(const resource_based_tuner_options& options) {
  const auto controller = make_resource_controller(
      {.target_memory_usage = options.target_memory_usage,
       .target_cpu_usage = options.target_cpu_usage,
       .memory = options.memory,
       .cpu = options.cpu});
  return make_tuner(
      {.workflow = resource_based_slots{controller, options.workflow},
       .activity = resource_based_slots{controller, options.activity},
       .local_activity = resource_based_slots{controller, options.local_activity},
       .nexus = resource_based_slots{controller, options.nexus}});
}

} // namespace troupe
