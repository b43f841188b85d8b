// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/task_outcome.hpp"

#include "actors/worker/slots/slot_metrics.hpp"
#include "runtime/base/log/log.hpp"

#include <string>

namespace troupe::actors {

namespace {

using telemetry::metric;

constexpr metric accepted_tasks{
    .name = "task_accepted", .help = "tasks that came with a poll", .is_ours = true};
constexpr metric ended_tasks{
    .name = "task_ended", .help = "tasks that are over, by what became of them", .is_ours = true};

} // namespace

std::string_view to_string(task_outcome outcome) noexcept {
  switch (outcome) {
  case task_outcome::answered: return "answered";
  case task_outcome::deadline_passed: return "deadline passed";
  case task_outcome::task_gone: return "task gone";
  case task_outcome::answer_failed: return "answer failed";
  case task_outcome::repeated_failure: return "repeated failure";
  case task_outcome::unreadable: return "unreadable";
  case task_outcome::not_needed: return "not needed";
  case task_outcome::shutdown: return "shutdown";
  case task_outcome::died: return "died";
  case task_outcome::forgotten: return "forgotten";
  }
  return "unknown";
}

outcome_counters::outcome_counters(telemetry::meter& meter, std::string_view worker_type)
    : accepted(meter.counter(accepted_tasks, {{"worker_type", std::string{worker_type}}})),
      slots_used(meter.gauge(used_slots, {{"worker_type", std::string{worker_type}}})) {
  ended.reserve(task_outcome_count);
  for (std::size_t i = 0; i < task_outcome_count; ++i)
    ended.push_back(meter.counter(
        ended_tasks,
        {{"worker_type", std::string{worker_type}},
         {"outcome", std::string{to_string(static_cast<task_outcome>(i))}}}));
}

outcome_guard& outcome_guard::operator=(outcome_guard&& other) noexcept {
  if (this != &other) {
    if (is_open())
      record(task_outcome::forgotten);
    where_ = other.where_;
    kind_ = other.kind_;
    other.where_ = nullptr;
  }
  return *this;
}

outcome_guard::~outcome_guard() {
  if (!is_open())
    return;
  log::error(
      "a task was neither answered nor dropped for a reason", {{"kind", std::string{kind_}}});
  record(task_outcome::forgotten);
}

void outcome_guard::record(task_outcome outcome) noexcept {
  if (where_ == nullptr)
    return;
  where_->ended[static_cast<std::size_t>(outcome)].add();
  where_->slots_used.add(-1);
  where_ = nullptr;
}

} // namespace troupe::actors
