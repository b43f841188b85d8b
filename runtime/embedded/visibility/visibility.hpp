// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/embedded/registry/namespaces.hpp"

#include <troupe/rpc_status.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace temporal::api::workflow::v1 {
class WorkflowExecutionInfo;
}
namespace temporal::api::workflowservice::v1 {
class CountWorkflowExecutionsRequest;
class CountWorkflowExecutionsResponse;
class ListWorkflowExecutionsRequest;
class ListWorkflowExecutionsResponse;
} // namespace temporal::api::workflowservice::v1

namespace troupe::embedded {

/// The runs of one namespace as lists see them, in the order of lists: open ones first, then by
/// close time and start time descending, then by run id. Pure.
class visibility_index {
public:
  visibility_index();
  ~visibility_index();

  /// Puts in a run or replaces what was known of it.
  void put(temporal::api::workflow::v1::WorkflowExecutionInfo row);
  void remove(const std::string& run_id);
  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }

  rpc_status list(
      const temporal::api::workflowservice::v1::ListWorkflowExecutionsRequest& request,
      const namespace_entry& name_space,
      temporal::api::workflowservice::v1::ListWorkflowExecutionsResponse& response) const;
  rpc_status count(
      const temporal::api::workflowservice::v1::CountWorkflowExecutionsRequest& request,
      const namespace_entry& name_space,
      temporal::api::workflowservice::v1::CountWorkflowExecutionsResponse& response) const;

private:
  /// Times negated, so that the smallest key is the newest; an open run closes after all others.
  struct key {
    std::int64_t close;
    std::int64_t start;
    std::string run_id;
    auto operator<=>(const key&) const = default;
  };

  static key key_of(const temporal::api::workflow::v1::WorkflowExecutionInfo& row);
  static bool decode_token(const std::string& token, key& out);
  static std::string encode_token(const key& last);

  std::map<key, std::unique_ptr<temporal::api::workflow::v1::WorkflowExecutionInfo>> rows_;
  std::unordered_map<std::string, key> keys_;
};

} // namespace troupe::embedded
