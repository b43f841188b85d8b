// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/bytes.hpp"

#include <troupe/activity/info.hpp>
#include <troupe/cancellation.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/result.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace temporal::api::workflowservice::v1 {
class PollActivityTaskQueueResponse;
}

namespace troupe::activity {

/// An attempt to run: what the service sent, or a workflow asks of its own worker.
struct task {
  activity::info info = {};
  payloads input = {};
  payloads last_details = {}; ///< that an earlier attempt told
};

/// An answered poll.
struct poll_answer {
  std::optional<activity::task> task; ///< nothing: the poll ended without one
  std::optional<int> poller_delta;    ///< the service's advice: so many pollers more or less
};

/// Reads a PollActivityTaskQueueResponse. The error says what is wrong with it. `task_queue` is the
/// one that was polled.
[[nodiscard]] result<poll_answer, std::string>
read_poll_answer(const rpc::bytes& message, std::string_view task_queue);
/// The same of a task that came in another way; takes its payloads.
[[nodiscard]] activity::task take_task(
    temporal::api::workflowservice::v1::PollActivityTaskQueueResponse&& from,
    std::string_view task_queue);

/// A PollActivityTaskQueueRequest.
struct poll_options {
  std::string_view name_space;
  std::string_view task_queue;
  std::string_view identity;
  std::string_view worker_instance_key = {};
  std::optional<double> most_per_second = {}; ///< of the queue, for all of its workers
};
[[nodiscard]] rpc::bytes make_poll_request(const poll_options& options);

/// Reads a RecordActivityTaskHeartbeatResponse: why the activity should stop, `none` if it should
/// not, or if the answer cannot be read.
[[nodiscard]] cancel_reason read_heartbeat_answer(const rpc::bytes& message);

} // namespace troupe::activity
