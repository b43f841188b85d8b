// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/headers.hpp>
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
  std::string activity_id = {}; ///< within its workflow
  /// Of an activity that a client started by itself, without a workflow: then what is said of
  /// workflows here is empty. Empty in all others.
  std::string activity_run_id = {};
  std::string activity_type = {};                        ///< the name its code is registered by
  std::string workflow_id = {};                          ///< who asked for it
  std::string run_id = {};                               ///< of the workflow
  std::string workflow_type = {};                        ///< the name of its workflow's code
  std::string name_space = {};                           ///< where its workflow runs
  std::string task_queue = {};                           ///< where it came from
  int attempt = 1;                                       ///< counted from 1
  workflow::time_point scheduled_time{};                 ///< of the first attempt
  workflow::time_point current_attempt_scheduled_time{}; ///< of this one
  workflow::time_point started_time{};                   ///< of this one
  std::optional<workflow::duration> schedule_to_close_timeout = {}; ///< absent: no limit
  std::optional<workflow::duration> start_to_close_timeout = {};    ///< of one try; absent: none
  /// Between two heartbeats; absent: none are wanted.
  std::optional<workflow::duration> heartbeat_timeout = {};
  std::optional<workflow::retry_policy> retry_policy = {}; ///< as the service applies it
  troupe::priority priority = {};                          ///< before or behind others of its queue
  troupe::headers headers = {};                            ///< that the workflow sent along
  bool is_local = false; ///< run by the workflow's own worker within its task
};

} // namespace troupe::activity
