// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/service.hpp>

#include <boost/describe.hpp>

#include <string>
#include <tuple>

namespace nexus_multiple_args {

struct hello_input {
  std::string name;
  std::string language; ///< en, fr, de, es or tr
};
BOOST_DESCRIBE_STRUCT(hello_input, (), (name, language))

struct hello_output {
  std::string message;
};
BOOST_DESCRIBE_STRUCT(hello_output, (), (message))

/// `MyNexusService` of the Python sample.
struct my_nexus_service : troupe::nexus::service<"MyNexusService"> {
  static constexpr operation<hello_input, hello_output> hello{"hello"};
  static constexpr auto operations = std::tuple{hello};
};

inline constexpr auto handler_namespace = "nexus-multiple-args-handler-namespace";
inline constexpr auto handler_task_queue = "nexus-multiple-args-handler-task-queue";
inline constexpr auto caller_namespace = "nexus-multiple-args-caller-namespace";
inline constexpr auto caller_task_queue = "nexus-multiple-args-caller-task-queue";
inline constexpr auto endpoint = "nexus-multiple-args-nexus-endpoint";

} // namespace nexus_multiple_args
