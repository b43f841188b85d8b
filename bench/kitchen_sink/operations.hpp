// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/kitchen_sink/program.hpp"

#include <troupe/nexus/service.hpp>
#include <troupe/worker.hpp>

#include <boost/describe.hpp>

#include <cstdint>
#include <string_view>
#include <tuple>

namespace kitchen_sink {

struct number {
  std::int64_t value = 0;
  int times = 0;
};
BOOST_DESCRIBE_STRUCT(number, (), (value, times))

struct sink_service : troupe::nexus::service<"KitchenSinkService"> {
  static constexpr operation<number, number> echo{"echo"};
  /// Fails with the number.
  static constexpr operation<number, number> fail{"fail"};
  /// Its handler fails so many times before it answers.
  static constexpr operation<number, number> hesitate{"hesitate"};
  /// Does what the program says.
  static constexpr operation<program, std::int64_t> run{"run"};
  static constexpr auto operations = std::tuple{echo, fail, hesitate, run};
};

/// Where it is found.
inline constexpr std::string_view endpoint_name = "kitchen-sink";

void add_operations_to(troupe::worker& to);

} // namespace kitchen_sink
