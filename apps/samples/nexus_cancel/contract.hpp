// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/nexus_common/greeting.hpp"

#include <troupe/nexus/service.hpp>
#include <troupe/payload/json.hpp>

#include <boost/describe.hpp>

#include <chrono>
#include <string>
#include <tuple>

namespace nexus_cancel {

using nexus_common::hello_language;

struct hello_input {
  std::string name;
  hello_language language = hello_language::en;
};
BOOST_DESCRIBE_STRUCT(hello_input, (), (name, language))

struct hello_output {
  std::string message;
};
BOOST_DESCRIBE_STRUCT(hello_output, (), (message))

/// `NexusService` of the Python sample.
struct nexus_service : troupe::nexus::service<"NexusService"> {
  using input = hello_input;
  using output = hello_output;
  static constexpr operation<input, output> hello{"hello"};
  static constexpr auto operations = std::tuple{hello};

  static constexpr auto endpoint = "nexus-cancel-endpoint";
  static constexpr int most_seconds = 5; ///< that the handler works, and cleans up
  static constexpr std::chrono::seconds schedule_to_close_timeout{10};
  /// Of the workflow that greets.
  static std::string handler_id(const input& of) {
    return "hello-handler-" + of.name + "-" + nexus_common::python_name(of.language);
  }
};

inline constexpr auto handler_namespace = "nexus-cancel-handler-namespace";
inline constexpr auto handler_task_queue = "nexus-cancel-handler-task-queue";
inline constexpr auto caller_namespace = "nexus-cancel-caller-namespace";
inline constexpr auto caller_task_queue = "nexus-cancel-caller-task-queue";

} // namespace nexus_cancel
