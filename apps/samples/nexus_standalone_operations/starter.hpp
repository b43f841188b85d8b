// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/nexus_standalone_operations/contract.hpp"

#include <troupe/client.hpp>

#include <boost/algorithm/string/case_conv.hpp>

#include <chrono>
#include <ostream>
#include <string>

namespace nexus_standalone_operations {

/// Calls both operations without a workflow, looks one of them up again, lists and counts them.
inline void run_starter(const troupe::client& client, std::ostream& out) {
  using namespace std::chrono_literals;
  const auto nexus = client.nexus_client<my_nexus_service>(endpoint);

  const auto echo = nexus.start<my_nexus_service::echo>(
      {"hello"}, {.id = "echo-" + unique(), .schedule_to_close_timeout = 10s});
  out << "Echo result: " << echo.result().message << '\n';
  const auto existing = client.get_operation<echo_output>(echo.id());
  out << "Echo result from existing operation handle: " << existing.result().message << '\n';

  const auto hello = nexus.start<my_nexus_service::hello>(
      {"World"}, {.id = "hello-" + unique(), .schedule_to_close_timeout = 10s});
  out << "\nStarted `MyNexusService.Hello`. OperationID: " << hello.id() << '\n';
  out << "`MyNexusService.Hello` result: " << hello.result().greeting << '\n';

  out << "\nListing Nexus operations:\n";
  const auto query = std::string{"Endpoint = \""} + endpoint + '"';
  for (const auto& each : client.list_operations(query))
    out << " OperationId: " << each.id << ",  Operation: " << each.operation
        << ",  Status: " << boost::algorithm::to_upper_copy(std::string{to_string(each.status)})
        << '\n';
  out << "\nTotal Nexus operations: " << client.count_operations(query) << '\n';
}

} // namespace nexus_standalone_operations
