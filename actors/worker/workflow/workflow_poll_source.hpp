// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/poll/poll_source.hpp"
#include "actors/worker/worker_context.hpp"
#include "actors/worker/workflow/workflow_tasks.hpp"

#include <memory>

namespace troupe::actors {

/// Polls for workflow tasks on the worker's queue (new runs, and runs that nobody holds) or on the
/// shard's sticky queue (runs that this shard holds), and hands them to the shard's sticky cache.
class workflow_poll_source final : public poll_source {
public:
  workflow_poll_source(
      std::shared_ptr<worker_context> worker,
      shard_context& shard,
      workflow_shard& context,
      sticky_cache_handle cache,
      bool sticky);

  [[nodiscard]] rpc::bytes make_request() override { return request_; }
  [[nodiscard]] poll_result read(rpc::bytes answer, const poller_handle& poller) override;

private:
  std::shared_ptr<worker_context> worker_;
  shard_context& shard_;
  workflow_shard& context_;
  sticky_cache_handle cache_;
  bool sticky_;
  rpc::bytes request_; ///< the same for every poll
};

} // namespace troupe::actors
