// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/time/time.hpp"

#include <algorithm>

namespace troupe {
namespace {

constexpr std::int64_t nanos_per_second = 1'000'000'000;
// Some seconds short of what 64 bits of nanoseconds hold, so that nanos always fit on top: a peer
// may send more of them than a second has.
constexpr std::int64_t max_seconds = INT64_MAX / nanos_per_second - 3;

std::int64_t to_nanos(std::int64_t seconds, std::int32_t nanos) noexcept {
  return std::clamp(seconds, -max_seconds, max_seconds) * nanos_per_second + nanos;
}

template <class Proto>
void store(std::int64_t nanos, Proto& to, bool floor) noexcept {
  auto seconds = nanos / nanos_per_second;
  auto rest = nanos % nanos_per_second;
  // A Timestamp counts nanos upwards also before 1970; a Duration's parts have one sign.
  if (floor && rest < 0) {
    --seconds;
    rest += nanos_per_second;
  }
  to.set_seconds(seconds);
  to.set_nanos(static_cast<std::int32_t>(rest));
}

} // namespace

duration from_proto(const google::protobuf::Duration& from) noexcept {
  return duration{to_nanos(from.seconds(), from.nanos())};
}

time_point from_proto(const google::protobuf::Timestamp& from) noexcept {
  return time_point{duration{to_nanos(from.seconds(), from.nanos())}};
}

void to_proto(duration from, google::protobuf::Duration& to) noexcept {
  store(from.count(), to, false);
}

void to_proto(time_point from, google::protobuf::Timestamp& to) noexcept {
  store(from.time_since_epoch().count(), to, true);
}

} // namespace troupe
