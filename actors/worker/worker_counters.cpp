// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/worker_counters.hpp"

#include "runtime/base/log.hpp"

#include <string>

namespace troupe::actors {

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
  where_ = nullptr;
}

std::uint64_t latency_total::quantile(double q) const noexcept {
  std::uint64_t seen_in_all = 0;
  for (const auto each : buckets)
    seen_in_all += each;
  // Not `count`: the shard may be between its two additions.
  const auto wanted = static_cast<double>(seen_in_all) * q;
  std::uint64_t seen = 0;
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (buckets[i] == 0)
      continue;
    seen += buckets[i];
    last = latency::nanoseconds_of(i);
    if (static_cast<double>(seen) >= wanted)
      break;
  }
  return last;
}

} // namespace troupe::actors
