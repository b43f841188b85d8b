// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/service.hpp>

#include <boost/describe.hpp>

#include <string>
#include <tuple>

namespace hello_nexus {

struct my_input {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(my_input, (), (name))

struct my_output {
  std::string message;
};
BOOST_DESCRIBE_STRUCT(my_output, (), (message))

/// What caller and handler agree on; the Python sample of the same name has the same names on the
/// wire.
struct my_nexus_service : troupe::nexus::service<"MyNexusService"> {
  static constexpr operation<my_input, my_output> my_sync_operation{"my_sync_operation"};
  static constexpr operation<my_input, my_output> my_workflow_run_operation{
      "my_workflow_run_operation"};
  static constexpr auto operations = std::tuple{my_sync_operation, my_workflow_run_operation};
};

inline constexpr auto handler_namespace = "my-target-namespace";
inline constexpr auto handler_task_queue = "my-handler-task-queue";
inline constexpr auto caller_namespace = "my-caller-namespace";
inline constexpr auto caller_task_queue = "hello-nexus-basic-caller-task-queue";
inline constexpr auto endpoint = "my-nexus-endpoint-name";

} // namespace hello_nexus
