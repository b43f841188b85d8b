// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/interceptor.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/tracing.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// Who a client says it is, and how long it waits. Shared by its calls, never changed.
struct client_settings {
  std::string name_space = "default";
  std::string identity = {};
  std::chrono::milliseconds rpc_timeout{30'000};
  std::chrono::milliseconds long_poll_timeout{70'000};
  data_converter converter = {};
  std::shared_ptr<troupe::tracer> tracer = {};                              ///< null: no traces
  std::vector<std::shared_ptr<const client_interceptor>> interceptors = {}; ///< in their order

  /// For what belongs to this workflow.
  [[nodiscard]] data_converter converter_of(std::string_view workflow_id) const {
    return converter.with_context({.name_space = name_space, .workflow_id = workflow_id});
  }
};

} // namespace troupe
