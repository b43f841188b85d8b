// SPDX-License-Identifier: Apache-2.0
#include "bench/kitchen_sink/program.hpp"

#include <numeric>

namespace kitchen_sink {

namespace {

std::int64_t sum_of_parts(const action& what);

std::int64_t sum_of(const action& what) {
  switch (what.what) {
  case kind::timer: return 1;
  case kind::cancelled_timer: return 2;
  case kind::race: return 8;
  case kind::activity:
  case kind::paused_activity:
  case kind::reset_activity:
  case kind::changed_activity:
  case kind::local_activity:
  case kind::patient_local_activity: return what.number + 1;
  case kind::slow_activity: return 4;
  case kind::cancelled_activity: return 11;
  case kind::cancelled_operation: return 15;
  case kind::cancelled_child: return 6;
  case kind::cron_child: return 13;
  case kind::left_child: return 14;
  case kind::cancelled_peer: return 9;
  case kind::in_vain: return 12;
  case kind::version: return 3;
  case kind::patch: return 5;
  case kind::settled_patch: return 16;
  case kind::random: return 0;
  case kind::signals: return signal_value * what.times;
  case kind::updates: return update_value * what.times;
  case kind::peers: return signal_value * what.times + what.number;
  case kind::value:
  case kind::query:
  case kind::left_open:
  case kind::answer:
  case kind::upsert:
  case kind::failing_activity:
  case kind::long_local_activity:
  case kind::operation:
  case kind::failing_operation:
  case kind::unsure_operation:
  case kind::started_peer:
  case kind::side_effect:
  case kind::mutable_side_effect: return what.number;
  case kind::failing_child: return what.number + sum_of_parts(what);
  case kind::long_operation:
  case kind::child:
  case kind::retried_child:
  case kind::locked:
  case kind::limited:
  case kind::sequence:
  case kind::parallel: return sum_of_parts(what);
  }
  return 0;
}

std::int64_t sum_of_parts(const action& what) {
  return std::accumulate(
      what.parts.begin(), what.parts.end(), std::int64_t{0}, [](auto sum, const auto& each) {
        return sum + sum_of(each);
      });
}

std::size_t size_of(const action& what) {
  return std::accumulate(
      what.parts.begin(), what.parts.end(), std::size_t{1}, [](auto sum, const auto& each) {
        return sum + size_of(each);
      });
}

std::int64_t upserts_of(const action& what) {
  std::int64_t sum = what.what == kind::upsert ? 1 : 0;
  if (is_of_the_same_run(what.what))
    for (const auto& each : what.parts)
      sum += upserts_of(each);
  return sum;
}

} // namespace

bool is_of_the_same_run(kind what) {
  return what == kind::sequence || what == kind::parallel || what == kind::locked
         || what == kind::limited;
}

std::int64_t sum_of(const program& what) {
  auto sum = what.carried + sum_of(what.what);
  for (const auto& each : what.runs_after)
    sum += sum_of(each.what);
  return sum;
}

std::int64_t upserts_of(const program& what) {
  auto sum = upserts_of(what.what);
  for (const auto& each : what.runs_after)
    sum += upserts_of(each.what);
  return sum;
}

messages messages_of(const action& what) {
  messages all;
  if (what.what == kind::signals)
    all.signals = what.times;
  if (what.what == kind::updates)
    all.updates = what.times;
  for (const auto& each : what.parts) {
    const auto of_part = messages_of(each);
    all.signals += of_part.signals;
    all.updates += of_part.updates;
  }
  return all;
}

std::size_t size_of(const program& what) {
  auto size = size_of(what.what);
  for (const auto& each : what.runs_after)
    size += size_of(each.what);
  return size;
}

} // namespace kitchen_sink
