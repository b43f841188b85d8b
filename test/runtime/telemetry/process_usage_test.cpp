// SPDX-License-Identifier: Apache-2.0
#include "runtime/telemetry/process_usage.hpp"
#include "runtime/telemetry/prometheus_text.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <sstream>
#include <string>

namespace {

/// The number of a line `name 1.5`.
double number_of(const std::string& text, const std::string& name) {
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(name + ' '))
      return std::stod(line.substr(name.size() + 1));
  return -1;
}

} // namespace

BOOST_AUTO_TEST_SUITE(process_usage)

BOOST_AUTO_TEST_CASE(memory_and_cpu_time_are_asked_for_whenever_somebody_reads) {
  const auto all = std::make_shared<troupe::telemetry::registry>();
  const auto shown = troupe::telemetry::observe_process(*all);
  const auto read = [&] {
    return troupe::telemetry::to_prometheus(
        all->read(), {.prefix = "x_", .attach_service_name = false});
  };
  const auto before = read();
  BOOST_TEST(number_of(before, "process_resident_memory_bytes") > 1 << 20);
  BOOST_TEST(before.find("# TYPE process_cpu_seconds_total counter") != std::string::npos);
  const auto took = number_of(before, "process_cpu_seconds_total");
  BOOST_TEST(took > 0);
  // The loop takes it: what reads of clocks and files cost is far more than 20 ms in all.
  double now = took;
  for (int reads = 0; reads < 1'000'000 && now < took + 0.02; ++reads)
    now = number_of(read(), "process_cpu_seconds_total");
  BOOST_REQUIRE(now >= took + 0.02);
}

BOOST_AUTO_TEST_SUITE_END()
