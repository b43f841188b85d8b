// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/rpc_status.hpp>

#include <cstddef>

namespace temporal::api::taskqueue::v1 {
class TaskQueue;
}

namespace troupe::embedded {

/// The name a user may give a task queue.
rpc_status check_task_queue(
    bool has_queue, const temporal::api::taskqueue::v1::TaskQueue& queue, std::size_t max_id_bytes);

} // namespace troupe::embedded
