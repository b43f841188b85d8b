// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <troupe/embedded/v1/batch.pb.h>
#include <troupe/rpc_status.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace temporal::api::batch::v1 {
class BatchOperationInfo;
}

namespace troupe::embedded {

/// A batch operation as it is remembered, and kept in a store.
using batch_operation = v1::BatchOperation;

/// Why an operation may not begin; the checks of the real server, in its words and order.
rpc_status check(
    const temporal::api::workflowservice::v1::StartBatchOperationRequest& request,
    std::size_t max_id_bytes);

/// The list filter of the workflows that it is about; empty for one that names them.
std::string
filter_of(const temporal::api::workflowservice::v1::StartBatchOperationRequest& request);

[[nodiscard]] inline bool is_running(const batch_operation& what) {
  return what.state() == temporal::api::enums::v1::BATCH_OPERATION_STATE_RUNNING;
}

/// Ends it.
void close(
    batch_operation& what, temporal::api::enums::v1::BatchOperationState state, time_point now);

/// As DescribeBatchOperation shows it.
void show(
    const batch_operation& what,
    temporal::api::workflowservice::v1::DescribeBatchOperationResponse& to);

/// The batch operations of one namespace.
class batch_list {
public:
  /// So many run at once, as with the real server.
  static constexpr std::size_t most_running = 1;

  [[nodiscard]] const batch_operation* find(const std::string& job_id) const;
  /// Why none of this id may begin now.
  [[nodiscard]] rpc_status check_new(const std::string& job_id) const;
  /// Puts it in, or replaces what was known of it.
  void put(batch_operation what);
  void erase(const std::string& job_id) { all_.erase(job_id); }

  /// The one that runs; null: none.
  [[nodiscard]] const batch_operation* running() const;
  /// The ids of those that were closed before, and of the oldest if more than `most` are closed, or
  /// they hold more than 16 MiB together.
  [[nodiscard]] std::vector<std::string> superfluous(time_point before, std::size_t most) const;
  [[nodiscard]] std::vector<std::string> ids() const;

  /// A page as ListBatchOperations shows it: those that run first, then the newest. An unreadable
  /// token is refused.
  rpc_status list(
      const temporal::api::workflowservice::v1::ListBatchOperationsRequest& request,
      temporal::api::workflowservice::v1::ListBatchOperationsResponse& to) const;

private:
  std::map<std::string, batch_operation> all_;
};

} // namespace troupe::embedded
