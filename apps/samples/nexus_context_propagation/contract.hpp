// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/nexus_common/greeting.hpp"

#include <troupe/nexus/service.hpp>
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>

#include <string>
#include <tuple>

namespace nexus_context_propagation {

using nexus_common::hello_language;

struct hello_input {
  static constexpr auto json_naming = troupe::naming::pascal_case;
  std::string name;
  hello_language language = hello_language::en;
};
BOOST_DESCRIBE_STRUCT(hello_input, (), (name, language))

struct hello_output {
  static constexpr auto json_naming = troupe::naming::pascal_case;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(hello_output, (), (message))

/// `IHelloService` of the .NET sample.
struct hello_service : troupe::nexus::service<"HelloService"> {
  static constexpr operation<hello_input, hello_output> say_hello{"SayHello"};
  static constexpr auto operations = std::tuple{say_hello};
};

/// What the user travels by: a payload in the headers of workflows, plain text in those of Nexus.
inline constexpr auto context_key = "__my_context_key";

inline constexpr auto handler_namespace = "nexus-context-propagation-handler-namespace";
inline constexpr auto handler_task_queue = "nexus-context-propagation-handler-sample";
inline constexpr auto caller_namespace = "nexus-context-propagation-caller-namespace";
inline constexpr auto caller_task_queue = "nexus-context-propagation-caller-sample";
inline constexpr auto endpoint = "nexus-context-propagation-endpoint";

} // namespace nexus_context_propagation
