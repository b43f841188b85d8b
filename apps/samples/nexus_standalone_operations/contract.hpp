// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/service.hpp>

#include <boost/describe.hpp>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <string>
#include <tuple>

namespace nexus_standalone_operations {

inline constexpr const char* endpoint = "my-nexus-endpoint";
inline constexpr const char* task_queue = "nexus-handler-queue";

struct echo_input {
  std::string message;
};
BOOST_DESCRIBE_STRUCT(echo_input, (), (message))

struct echo_output {
  std::string message;
};
BOOST_DESCRIBE_STRUCT(echo_output, (), (message))

struct hello_input {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(hello_input, (), (name))

struct hello_output {
  std::string greeting;
};
BOOST_DESCRIBE_STRUCT(hello_output, (), (greeting))

/// For ids that nobody else has.
inline std::string unique() {
  return boost::uuids::to_string(boost::uuids::random_generator{}());
}

struct my_nexus_service : troupe::nexus::service<"MyNexusService"> {
  static constexpr operation<echo_input, echo_output> echo{"echo"};
  static constexpr operation<hello_input, hello_output> hello{"hello"};
  static constexpr auto operations = std::tuple{echo, hello};
};

} // namespace nexus_standalone_operations
