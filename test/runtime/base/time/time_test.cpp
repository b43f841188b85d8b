// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/time/time.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

using namespace std::chrono_literals;

namespace {

google::protobuf::Duration proto_duration(std::int64_t seconds, std::int32_t nanos) {
  google::protobuf::Duration made;
  made.set_seconds(seconds);
  made.set_nanos(nanos);
  return made;
}

google::protobuf::Timestamp proto_time(std::int64_t seconds, std::int32_t nanos) {
  google::protobuf::Timestamp made;
  made.set_seconds(seconds);
  made.set_nanos(nanos);
  return made;
}

} // namespace

// The C library has a function of this name, so the suite's namespace needs one around it.
namespace base_test {

BOOST_AUTO_TEST_SUITE(time)

BOOST_AUTO_TEST_CASE(carries_durations_both_ways) {
  for (const troupe::duration span :
       {troupe::duration{0},
        troupe::duration{1},
        troupe::duration{-1500ms},
        troupe::duration{87h}}) {
    google::protobuf::Duration wire;
    troupe::to_proto(span, wire);
    BOOST_TEST((troupe::from_proto(wire) == span));
    // Protobuf wants both parts with one sign.
    BOOST_TEST((wire.seconds() <= 0 || wire.nanos() >= 0));
    BOOST_TEST((wire.seconds() >= 0 || wire.nanos() <= 0));
  }
}

BOOST_AUTO_TEST_CASE(carries_instants_both_ways) {
  for (const troupe::duration since :
       {troupe::duration{0}, troupe::duration{1'790'000'000'123'456'789}, troupe::duration{-1}}) {
    google::protobuf::Timestamp wire;
    troupe::to_proto(troupe::time_point{since}, wire);
    BOOST_TEST((troupe::from_proto(wire) == troupe::time_point{since}));
    // Nanoseconds of an instant count forward, also before 1970.
    BOOST_TEST(wire.nanos() >= 0);
  }
}

BOOST_AUTO_TEST_CASE(saturates_what_is_out_of_range) {
  constexpr auto huge = std::numeric_limits<std::int64_t>::max();
  constexpr auto tiny = std::numeric_limits<std::int64_t>::min();
  constexpr auto nano_max = std::numeric_limits<std::int32_t>::max();
  const troupe::duration centuries = 292 * 365 * 24h;
  BOOST_TEST((troupe::from_proto(proto_duration(huge, nano_max)) > centuries));
  BOOST_TEST((troupe::from_proto(proto_duration(tiny, -nano_max)) < -centuries));
  BOOST_TEST((troupe::from_proto(proto_duration(1, 2'000'000'000)) == 3s));
  BOOST_TEST((troupe::from_proto(proto_duration(0, nano_max)) < 2148ms));
  BOOST_TEST((troupe::from_proto(proto_time(huge, nano_max)).time_since_epoch() > centuries));
  BOOST_TEST((troupe::from_proto(proto_time(tiny, 0)).time_since_epoch() < -centuries));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace base_test
