// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/batch/batch.hpp"

#include <google/protobuf/message.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

namespace troupe::embedded {

/// What is asked of one workflow of a batch operation, a request after another.
///
///     begin --request--> (its answer) --next--> another request, or nothing: it is over
///
/// A reset looks for its point first, in the run's history or among its reset points; what is about
/// all activities asks for those of each type that the run's description has, as the real server's
/// requests for all of them find none. Requests have ids that follow from the operation and the
/// run: done again after a crash, they change nothing.
class batch_target {
public:
  /// A request message of the workflow service.
  using request = std::unique_ptr<google::protobuf::Message>;

  batch_target(const batch_operation& of, temporal::api::common::v1::WorkflowExecution execution);

  /// The first request.
  [[nodiscard]] request begin();
  /// What follows the answer to the last one: another request, or null. Then it is over, and
  /// `has_failed` tells how.
  [[nodiscard]] request next(const rpc_status& status, std::string_view reply);

  [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }
  [[nodiscard]] const std::string& run_id() const noexcept { return execution_.run_id(); }
  [[nodiscard]] const std::string& workflow_id() const noexcept { return execution_.workflow_id(); }
  /// Why it has failed, for the log.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
  enum class step { asks, looks_for_first, looks_for_last, looks_for_build, looks_for_types };

  [[nodiscard]] request act();
  [[nodiscard]] request look();
  [[nodiscard]] request reset();
  request look_further(std::string_view reply);
  request look_at_points(std::string_view reply);
  request look_at_types(std::string_view reply);
  request fail(std::string why);
  [[nodiscard]] std::string request_id() const;

  const temporal::api::workflowservice::v1::StartBatchOperationRequest& job_;
  temporal::api::common::v1::WorkflowExecution execution_;
  step step_ = step::asks;
  std::int64_t event_id_ = 0; ///< that a reset goes back to
  std::string page_token_;
  std::deque<std::string> types_; ///< of activities, the first is asked for
  bool has_failed_ = false;
  std::string problem_;
};

/// True for what may go away by itself: the request is to be sent again.
[[nodiscard]] bool may_try_again(const rpc_status& status);

} // namespace troupe::embedded
