// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"
#include "runtime/rpc/bytes.hpp"

#include <troupe/nexus/context.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::nexus {

/// A request with more entries of one sort (headers, callback headers, input metadata, links) than
/// this is refused: no caller needs so many, and everything that looks one up goes through them
/// all.
inline constexpr std::size_t max_entries = 256;

/// A task as the service sent it, read once. The views point into `storage`, the received message.
struct nexus_task {
  enum class request { start, cancel, unknown };

  rpc::bytes storage;

  std::string_view token;
  std::string_view poller_group_id; ///< goes back with the answer
  request kind = request::unknown;
  std::string_view service;
  std::string_view operation;
  std::string_view endpoint;
  std::vector<header_entry> headers;
  std::optional<time_point> scheduled_at;
  bool temporal_failures = false; ///< the caller understands failures in the new form
  /// Why no handler may see the request (BAD_REQUEST); empty if one may. The text is static.
  std::string_view refusal;

  // start
  std::string_view request_id;
  std::string_view callback_url;
  std::vector<header_entry> callback_headers;
  std::vector<link> links;
  payload_view input;
  std::vector<header_entry> input_metadata;

  // cancel
  std::string_view operation_token;

  /// A header in any case; nothing if it is not there.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
};

/// Of each sort no more than `max_entries` stay, and what had more says so in its refusal: for
/// tasks that were not read by `read_poll_answer`.
void limit_entries(nexus_task& task);

/// An answered poll.
struct poll_answer {
  std::optional<nexus_task> task;  ///< nothing: the poll ended without one
  std::optional<int> poller_delta; ///< the service's advice: so many pollers more or less
};

/// Reads a PollNexusTaskQueueResponse. The error says what is wrong with it.
[[nodiscard]] result<poll_answer, std::string> read_poll_answer(rpc::bytes message);

/// A PollNexusTaskQueueRequest.
struct poll_options {
  std::string_view name_space;
  std::string_view task_queue;
  std::string_view identity;
  std::string_view worker_instance_key = {};
};
[[nodiscard]] rpc::bytes make_poll_request(const poll_options& options);

inline constexpr std::string_view poll_method =
    "/temporal.api.workflowservice.v1.WorkflowService/PollNexusTaskQueue";

} // namespace troupe::nexus
