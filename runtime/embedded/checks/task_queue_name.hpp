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

/// The name of the queue that a sticky one stands beside, which others do not have: of polls and
/// descriptions. Commands and starts may say anything there.
rpc_status
check_normal_name(const temporal::api::taskqueue::v1::TaskQueue& queue, std::size_t max_id_bytes);

} // namespace troupe::embedded
