// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/embedded/registry/namespaces.hpp"
#include "runtime/embedded/visibility/visibility_query.hpp"

#include <troupe/result.hpp>
#include <troupe/rpc_status.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace google::protobuf {
class Message;
}
namespace temporal::api::workflow::v1 {
class WorkflowExecutionInfo;
}
namespace temporal::api::workflowservice::v1 {
class CountActivityExecutionsRequest;
class CountNexusOperationExecutionsRequest;
class CountWorkflowExecutionsRequest;
class CountWorkflowExecutionsResponse;
class ListActivityExecutionsRequest;
class ListNexusOperationExecutionsRequest;
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

  struct run_name {
    std::string key; ///< of its record
    std::string run_id;
  };
  /// Some of the runs, at most so many; none only if there is none.
  [[nodiscard]] std::vector<run_name> some(std::size_t most) const;

  /// Both at once, however long that takes; see `visibility_scan`.
  rpc_status list(
      const temporal::api::workflowservice::v1::ListWorkflowExecutionsRequest& request,
      const namespace_entry& name_space,
      temporal::api::workflowservice::v1::ListWorkflowExecutionsResponse& response) const;
  rpc_status count(
      const temporal::api::workflowservice::v1::CountWorkflowExecutionsRequest& request,
      const namespace_entry& name_space,
      temporal::api::workflowservice::v1::CountWorkflowExecutionsResponse& response) const;

private:
  friend class visibility_scan;

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

/// A list or a count under way: looks at a part of the index at a time, so that no filter and no
/// number of runs holds up what else its thread has to do. Between two parts the index may change;
/// a run that moves meanwhile is seen once, twice or not at all, as with pages of a list.
class visibility_scan {
public:
  using rows_of = visibility_query::rows_of;

  static result<visibility_scan, rpc_status> list(
      const temporal::api::workflowservice::v1::ListWorkflowExecutionsRequest& request,
      const namespace_entry& name_space);
  static result<visibility_scan, rpc_status> count(
      const temporal::api::workflowservice::v1::CountWorkflowExecutionsRequest& request,
      const namespace_entry& name_space);
  /// The same of activities and operations without a workflow, whose rows are marked.
  static result<visibility_scan, rpc_status> list(
      const temporal::api::workflowservice::v1::ListActivityExecutionsRequest& request,
      const namespace_entry& name_space);
  static result<visibility_scan, rpc_status> count(
      const temporal::api::workflowservice::v1::CountActivityExecutionsRequest& request,
      const namespace_entry& name_space);
  static result<visibility_scan, rpc_status> list(
      const temporal::api::workflowservice::v1::ListNexusOperationExecutionsRequest& request,
      const namespace_entry& name_space);
  static result<visibility_scan, rpc_status> count(
      const temporal::api::workflowservice::v1::CountNexusOperationExecutionsRequest& request,
      const namespace_entry& name_space);
  visibility_scan(visibility_scan&&) noexcept;
  visibility_scan& operator=(visibility_scan&&) noexcept;
  ~visibility_scan();

  /// About a millisecond of work.
  static constexpr std::size_t slice = 2000;

  /// Goes on until it has done `budget` units of work (`visibility_query::matches`), of which one
  /// row may take the last ones; true once the answer is complete.
  bool step(const visibility_index& index, std::size_t budget = slice);
  /// The response of the request that it was made for, once it is complete.
  [[nodiscard]] const google::protobuf::Message& response() const;

private:
  explicit visibility_scan(visibility_query query, rows_of whose);

  /// Of any of the requests: they have the same fields.
  template <class Request>
  static result<visibility_scan, rpc_status>
  make_list(const Request& request, const namespace_entry& name_space, rows_of whose);
  template <class Request>
  static result<visibility_scan, rpc_status>
  make_count(const Request& request, const namespace_entry& name_space, rows_of whose);

  /// Search attributes as the store gives them back: in one form, and none without a value.
  void canonicalise(temporal::api::workflow::v1::WorkflowExecutionInfo& row) const;
  /// Takes the row in; the answer is complete if that fills the page.
  bool take(
      const visibility_index::key& at,
      const temporal::api::workflow::v1::WorkflowExecutionInfo& row);
  void finish();
  void finish_count();
  /// The complete answer, as those who asked for no workflows get it.
  template <class Listed, class Counted, class Show>
  void show_as(Show show);

  visibility_query query_;
  std::optional<visibility_index::key> last_; ///< the row that was looked at last
  visibility_index::key last_taken_{};        ///< the last row of the page
  std::size_t page_size_ = 0;
  std::size_t page_bytes_ = 0;
  std::array<std::int64_t, 9> by_status_{}; ///< of the rows that were counted
  std::int64_t total_ = 0;
  std::unique_ptr<temporal::api::workflowservice::v1::ListWorkflowExecutionsResponse> listed_;
  /// Types of custom attributes, which lists show by type.
  std::map<std::string, attribute_type, std::less<>> types_;
  std::unique_ptr<temporal::api::workflowservice::v1::CountWorkflowExecutionsResponse> counted_;
  rows_of whose_;
  std::unique_ptr<google::protobuf::Message> shown_; ///< of no workflows: made of the two above
};

} // namespace troupe::embedded
