// SPDX-License-Identifier: Apache-2.0
#include "runtime/telemetry/trace_ids.hpp"
#include "test/support/recorded_spans.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace troupe;

BOOST_AUTO_TEST_SUITE(trace_ids)

BOOST_AUTO_TEST_CASE(a_traceparent_is_read_and_written) {
  const std::string text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const auto read = from_traceparent(text);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(int{read->trace[0]} == 0x4b);
  BOOST_TEST(int{read->span[7]} == 0xb7);
  BOOST_TEST(read->is_sampled);
  BOOST_TEST(to_traceparent(*read) == text);
  const auto unsampled =
      from_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02");
  BOOST_REQUIRE(unsampled.has_value());
  BOOST_TEST(!unsampled->is_sampled);
  BOOST_TEST(to_traceparent(*unsampled).ends_with("-00"));
  BOOST_TEST(from_traceparent("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes")
                 .has_value());
}

BOOST_AUTO_TEST_CASE(what_is_no_traceparent_is_not_read) {
  for (const std::string text :
       {"",
        "00",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
        "00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
        "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
    BOOST_TEST(!from_traceparent(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(a_span_within_another_keeps_its_trace) {
  test::recorded_spans to;
  const auto first = telemetry::new_context({}, to);
  const auto second = telemetry::new_context(first, to);
  BOOST_TEST(first.is_valid());
  BOOST_TEST((second.trace == first.trace));
  BOOST_TEST((second.span != first.span));
  BOOST_TEST((telemetry::new_context({}, to).trace != first.trace));
}

BOOST_AUTO_TEST_CASE(whoever_began_the_trace_says_if_it_is_sampled) {
  test::recorded_spans none{false};
  BOOST_TEST(!telemetry::new_context({}, none).is_sampled);
  auto sampled = telemetry::new_context({}, none);
  sampled.is_sampled = true;
  BOOST_TEST(telemetry::new_context(sampled, none).is_sampled);
}

BOOST_AUTO_TEST_CASE(derived_ids_come_out_the_same_each_time) {
  test::recorded_spans to;
  const auto one = telemetry::derived_context({}, to, "run", 1);
  BOOST_TEST((one == telemetry::derived_context({}, to, "run", 1)));
  BOOST_TEST((one != telemetry::derived_context({}, to, "run", 2)));
  BOOST_TEST((one != telemetry::derived_context({}, to, "other", 1)));
  BOOST_TEST(one.is_valid());
}

BOOST_AUTO_TEST_SUITE_END()
