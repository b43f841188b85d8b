// SPDX-License-Identifier: Apache-2.0
#include "runtime/tuning/resource_controller.hpp"

#include "runtime/base/log/log.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

namespace troupe {

namespace {

constexpr duration log_interval = std::chrono::minutes{1};

} // namespace

resource_controller::resource_controller(const resource_controller_options& options, measure read)
    : options_(options), read_(std::move(read)), memory_(options.memory), cpu_(options.cpu) {}

bool resource_controller::has_room(time_point now) {
  const std::lock_guard guard{mutex_};
  // A time that was set back is none to wait for.
  if (!measured_ || now - *measured_ >= period || now < *measured_)
    refresh(now);
  return has_room_;
}

resource_controller::state resource_controller::last() const {
  const std::lock_guard guard{mutex_};
  return {usage_, memory_.output(), cpu_.output()};
}

void resource_controller::refresh(time_point now) {
  measured_ = now;
  std::string why;
  const auto usage = read_(why);
  if (!usage) {
    has_room_ = false;
    if (!complained_ || now - *complained_ >= log_interval) {
      complained_ = now;
      log::error(
          "what CPU and memory are in use cannot be read: resource-based slots stay at their "
          "minimum",
          {{"error", why}});
    }
    return;
  }
  usage_ = *usage;
  memory_.next(options_.target_memory_usage, usage_.memory);
  cpu_.next(options_.target_cpu_usage, usage_.cpu);
  has_room_ =
      usage_.memory <= options_.target_memory_usage && memory_.wants_more() && cpu_.wants_more();
}

std::shared_ptr<resource_controller>
make_resource_controller(const resource_controller_options& options) {
  const auto check = [](double target, const char* what) {
    if (!(target > 0 && target <= 1))
      throw std::invalid_argument(
          std::string{what} + " must be above 0 and at most 1: a fraction of what may be used");
  };
  check(options.target_memory_usage, "target_memory_usage");
  check(options.target_cpu_usage, "target_cpu_usage");
  auto reader = std::make_shared<tuning::resource_reader>();
  if (!reader->read())
    throw std::runtime_error(
        "resource-based slots need to know what is in use: " + reader->problem());
  return std::make_shared<resource_controller>(options, [reader](std::string& why) {
    auto usage = reader->read();
    why = reader->problem();
    return usage;
  });
}

} // namespace troupe
