// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/activity/registry.hpp"

#include <troupe/activity/interceptor.hpp>
#include <troupe/cancellation.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/tracing.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe {
class client;
}
namespace troupe::detail {
class program_metrics;
}

namespace troupe::activity {

/// What every attempt of one worker shares. Immutable; outlives the attempts made from it.
struct environment {
  std::shared_ptr<const registry> activities;
  data_converter converter = {};
  std::string name_space = "default";
  std::string task_queue = {};
  std::string identity = {};
  troupe::client* client = nullptr; ///< for activities; null: `context.client()` throws
  std::vector<std::shared_ptr<const interceptor>> interceptors = {}; ///< outermost first
  std::shared_ptr<troupe::tracer> tracer = {};                       ///< null: no traces
  std::shared_ptr<troupe::detail::program_metrics> metrics = {};     ///< null: nothing is counted
  cancellation_token shutdown = {}; ///< cancelled when the worker begins to stop
  /// Throws what the code of an attempt gets to see that tells more by a heartbeat than the service
  /// takes. Any thread; empty: nothing is too much.
  std::function<void(const payloads&)> check_details = {};
};

} // namespace troupe::activity
