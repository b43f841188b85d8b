// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/worker/work_pool.hpp"
#include "actors/worker/worker_context.hpp"

#include <memory>
#include <utility>

namespace troupe::actors {

/// Hands a plain function to the worker's pool; all that becomes ready in one turn of the shard
/// goes there together. On the shard.
inline void submit_to_pool(
    const std::shared_ptr<worker_context>& worker, shard_context& context, pool_work work) {
  if (context.for_pool.empty())
    context.home.defer(
        [worker, &context] { worker->pool->submit(std::exchange(context.for_pool, {})); });
  context.for_pool.push_back(std::move(work));
}

} // namespace troupe::actors
