// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The JSON API of a Temporal service over HTTP.
namespace troupe::gateway {

/// The HTTP methods that routes have. A request of `post` has a body, the message without what the
/// path says; the others' is made of the query.
enum class verb : char { get, post, remove };

/// One row of the table: a method of the service and the path by which it is called.
struct route {
  verb with;
  std::string_view method; ///< `ListWorkers`
  /// `/namespaces/{namespace}/workers`: what stands in braces is the path of a field of the
  /// request. Also served under `/api/v1`, where a leading `/cluster` is left out.
  std::string_view path;
};

/// All that `temporal.api.workflowservice.v1.WorkflowService` shows over HTTP.
std::span<const route> workflow_routes();
/// The same of `temporal.api.operatorservice.v1.OperatorService`.
std::span<const route> operator_routes();

/// The path of a route under `/api/v1`.
std::string versioned_path(std::string_view path);

/// A method of the service that a request names.
struct destination {
  std::string_view service; ///< `temporal.api.workflowservice.v1.WorkflowService`
  const route* row = nullptr;
  /// The fields that the path holds, `execution.workflow_id`, and their values.
  std::vector<std::pair<std::string_view, std::string>> fields = {};
};

/// The destination of a request with that method and path, whose segments are escaped; nothing if
/// there is none.
std::optional<destination> find_route(verb with, std::string_view path);

} // namespace troupe::gateway
