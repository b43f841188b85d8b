// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/nexus_common/greeting.hpp"

#include <troupe/nexus/service.hpp>
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>

#include <chrono>
#include <string>
#include <tuple>

namespace nexus_cancellation {

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
  using input = hello_input;
  using output = hello_output;
  static constexpr operation<input, output> hello{"SayHello"};
  static constexpr auto operations = std::tuple{hello};

  static constexpr auto endpoint = "nexus-cancellation-endpoint";
  static constexpr int most_seconds = 4; ///< that the handler works, and cleans up
  static constexpr std::chrono::seconds schedule_to_close_timeout{0};
  /// Of the workflow that greets.
  static std::string handler_id(const input& of) {
    return "hello-" + nexus_common::dotnet_name(of.language) + "-" + of.name;
  }
};

inline constexpr auto handler_namespace = "nexus-cancellation-handler-namespace";
inline constexpr auto handler_task_queue = "nexus-cancellation-handler-sample";
inline constexpr auto caller_namespace = "nexus-cancellation-caller-namespace";
inline constexpr auto caller_task_queue = "nexus-cancellation-caller-sample";

} // namespace nexus_cancellation
