// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/time/duration_text.hpp"
#include "runtime/base/time/time_text.hpp"

#include <troupe/payload/json.hpp>

#include <chrono>

namespace troupe::detail {

using namespace std::chrono;

std::string format_time(sys_time<nanoseconds> time) {
  return rfc3339(time);
}

std::string format_duration(nanoseconds span) {
  return iso8601_duration(span);
}

sys_time<nanoseconds> read_time(json_reader& in) {
  const auto start = in.position();
  if (in.peek() == json_kind::string) {
    const auto time = parse_iso8601(in.read_string());
    std::int64_t since = 0;
    if (time && !__builtin_mul_overflow(time->seconds, 1'000'000'000, &since)
        && !__builtin_add_overflow(since, time->nanos, &since))
      return sys_time<nanoseconds>{nanoseconds{since}};
  }
  in.rewind(start);
  in.expected("time as in \"2026-01-31T12:00:00Z\"");
}

nanoseconds read_duration(json_reader& in) {
  const auto start = in.position();
  if (in.peek() == json_kind::string)
    if (const auto span = parse_iso8601_duration(in.read_string()))
      return *span;
  in.rewind(start);
  in.expected("duration as in \"PT1.5S\"");
}

} // namespace troupe::detail
