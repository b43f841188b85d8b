// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/priority.hpp>
#include <troupe/workflow/info.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace troupe::activity {

/// What an activity may know about the attempt that runs.
struct info {
  /// Names this attempt to the service, for a completion from elsewhere: see
  /// `context::complete_later`. Bytes, no text. Empty in a local activity.
  std::string task_token = {};
  std::string activity_id = {};
  std::string activity_type = {};
  std::string workflow_id = {};
  std::string run_id = {}; ///< of the workflow
  std::string workflow_type = {};
  std::string name_space = {};
  std::string task_queue = {};
  int attempt = 1;                                                  ///< counted from 1
  workflow::time_point scheduled_time{};                            ///< of the first attempt
  workflow::time_point current_attempt_scheduled_time{};            ///< of this one
  workflow::time_point started_time{};                              ///< of this one
  std::optional<workflow::duration> schedule_to_close_timeout = {}; ///< absent: no limit
  std::optional<workflow::duration> start_to_close_timeout = {};
  std::optional<workflow::duration> heartbeat_timeout = {};
  std::optional<workflow::retry_policy> retry_policy = {}; ///< as the service applies it
  troupe::priority priority = {};
  bool is_local = false; ///< run by the workflow's own worker within its task
};

} // namespace troupe::activity
