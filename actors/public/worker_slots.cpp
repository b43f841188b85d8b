// SPDX-License-Identifier: Apache-2.0
#include "actors/public/worker_slots.hpp"

#include "actors/public/worker_home.hpp"
#include "actors/worker/slots/custom_slots.hpp"
#include "actors/worker/slots/fixed_slot_supplier.hpp"
#include "actors/worker/slots/resource_slot_supplier.hpp"
#include "runtime/tuning/check_tuner.hpp"
#include "runtime/tuning/resource_controller.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <utility>
#include <variant>

namespace troupe::detail {

namespace {

using namespace std::chrono_literals;
using actors::resource_slot_limits;

/// As in Temporal's SDKs.
resource_slot_limits usual_limits(slot_kind kind) {
  switch (kind) {
  case slot_kind::workflow: return {.minimum = 2, .maximum = 10'000, .ramp = {}};
  case slot_kind::activity:
  case slot_kind::local_activity: return {.minimum = 1, .maximum = 10'000, .ramp = 50ms};
  case slot_kind::nexus: break;
  }
  return {.minimum = 1, .maximum = 10'000, .ramp = {}};
}

resource_slot_limits limits_of(slot_kind kind, const resource_based_slot_options& options) {
  auto limits = usual_limits(kind);
  limits.maximum = options.maximum.value_or(limits.maximum);
  limits.minimum = options.minimum.value_or(std::min(limits.minimum, limits.maximum));
  limits.maximum = std::max(limits.maximum, limits.minimum);
  limits.ramp = options.ramp_throttle.value_or(limits.ramp);
  return limits;
}

const slot_source& source_of(const worker_tuner& tuner, slot_kind kind) {
  switch (kind) {
  case slot_kind::workflow: return tuner.workflow;
  case slot_kind::activity: return tuner.activity;
  case slot_kind::local_activity: return tuner.local_activity;
  case slot_kind::nexus: break;
  }
  return tuner.nexus;
}

std::shared_ptr<actors::slot_supplier>
make_slots(const worker_options& options, slot_kind kind, std::size_t usual) {
  const auto fixed = [](std::size_t slots) {
    return std::make_shared<actors::fixed_slot_supplier>(slots);
  };
  if (!options.tuner)
    return fixed(usual);
  const auto& source = source_of(*options.tuner, kind);
  if (const auto* chosen = std::get_if<fixed_size_slots>(&source))
    return fixed(chosen->slots);
  if (const auto* by_resources = std::get_if<resource_based_slots>(&source))
    return std::make_shared<actors::resource_slot_supplier>(
        by_resources->controller, limits_of(kind, by_resources->options));
  if (const auto* own = std::get_if<std::shared_ptr<custom_slot_supplier>>(&source))
    return std::make_shared<actors::custom_slots>(kind, *own);
  return fixed(usual);
}

/// Before anything is made of it.
const worker_options& checked(const worker_options& options) {
  if (options.tuner)
    try {
      tuning::check(*options.tuner);
    } catch (const std::invalid_argument& error) {
      throw worker_error(error.what());
    }
  return options;
}

} // namespace

worker_slots::worker_slots(const worker_options& options)
    : workflow(
          make_slots(checked(options), slot_kind::workflow, options.max_concurrent_workflow_tasks)),
      activity(make_slots(options, slot_kind::activity, options.max_concurrent_activities)),
      local_activity(
          make_slots(options, slot_kind::local_activity, options.max_concurrent_local_activities)),
      nexus(make_slots(options, slot_kind::nexus, options.max_concurrent_nexus_tasks)) {
  if (!options.tuner)
    return;
  for (const auto kind :
       {slot_kind::workflow, slot_kind::activity, slot_kind::local_activity, slot_kind::nexus})
    if (const auto* found = std::get_if<resource_based_slots>(&source_of(*options.tuner, kind));
        found != nullptr && !controller_)
      controller_ = found->controller;
}

std::vector<telemetry::observed>
worker_slots::observe(telemetry::registry& to, const telemetry::labels& with) const {
  using telemetry::metric;
  using telemetry::metric_kind;
  using state = resource_controller::state;
  std::vector<telemetry::observed> all;
  if (!controller_)
    return all;
  const auto add = [&](const metric& what, double (*read)(const state&)) {
    all.push_back(to.observe(
        what, with, [controller = controller_, read] { return read(controller->last()); }));
  };
  add({.name = "resource_slots_mem_usage",
       .kind = metric_kind::gauge,
       .help = "memory in use as resource-based slots see it, in percent of what may be used"},
      [](const state& now) { return 100 * now.usage.memory; });
  add({.name = "resource_slots_cpu_usage",
       .kind = metric_kind::gauge,
       .help = "CPU in use as resource-based slots see it, in percent of what may be used"},
      [](const state& now) { return 100 * now.usage.cpu; });
  add({.name = "resource_slots_mem_pid_output",
       .kind = metric_kind::gauge,
       .help = "how much more the PID controller of the memory would have in use"},
      [](const state& now) { return now.memory_output; });
  add({.name = "resource_slots_cpu_pid_output",
       .kind = metric_kind::gauge,
       .help = "how much more the PID controller of the CPU would have in use"},
      [](const state& now) { return now.cpu_output; });
  return all;
}

worker_slots worker_home::make_slots(const worker_options& options, const served_kinds&) {
  return worker_slots{options};
}

std::size_t most_at_a_time(const actors::slot_supplier& slots) {
  return slots.capacity().value_or(std::numeric_limits<std::size_t>::max());
}

std::size_t saturated_sum(std::size_t a, std::size_t b) {
  return a > std::numeric_limits<std::size_t>::max() - b ? std::numeric_limits<std::size_t>::max()
                                                         : a + b;
}

} // namespace troupe::detail
