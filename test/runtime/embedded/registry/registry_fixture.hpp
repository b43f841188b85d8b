// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/registry/endpoints.hpp"
#include "runtime/embedded/registry/namespaces.hpp"

#include <boost/test/unit_test.hpp>
#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <chrono>
#include <string>
#include <string_view>

/// Registries with nothing in them but what is always there, and ids that count up.
namespace troupe::embedded::registry_test {

namespace wire = temporal::api::workflowservice::v1;
namespace nexus = temporal::api::nexus::v1;

struct fixture {
  int ids = 0;
  namespace_registry namespaces{[this] { return next_id(); }};
  endpoint_registry endpoints{namespaces, [this] { return next_id(); }};
  troupe::time_point now{std::chrono::hours{500'000}};

  std::string next_id() {
    auto number = std::to_string(++ids);
    return "00000000-0000-4000-8000-" + std::string(12 - number.size(), '0') + number;
  }

  troupe::rpc_status add(const std::string& name, std::int64_t retention_seconds = 86'400) {
    wire::RegisterNamespaceRequest request;
    request.set_namespace_(name);
    if (retention_seconds != 0)
      request.mutable_workflow_execution_retention_period()->set_seconds(retention_seconds);
    return namespaces.add(request);
  }

  static nexus::EndpointSpec spec(
      const std::string& name,
      const std::string& name_space = "default",
      const std::string& queue = "q") {
    nexus::EndpointSpec made;
    made.set_name(name);
    made.mutable_target()->mutable_worker()->set_namespace_(name_space);
    made.mutable_target()->mutable_worker()->set_task_queue(queue);
    return made;
  }
};

inline void expect(const troupe::rpc_status& status, status_code code, std::string_view text) {
  BOOST_TEST(static_cast<int>(status.code) == static_cast<int>(code));
  BOOST_TEST(status.message == text);
}

} // namespace troupe::embedded::registry_test
