// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/cli.hpp"
#include "apps/troupe/connection/connection.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the ways to describe a task queue share.
namespace troupe::cli {

/// The kinds of tasks, by their names in flags.
inline constexpr std::array<std::pair<std::string_view, temporal::api::enums::v1::TaskQueueType>, 3>
    queue_types{{
        {"workflow", temporal::api::enums::v1::TASK_QUEUE_TYPE_WORKFLOW},
        {"activity", temporal::api::enums::v1::TASK_QUEUE_TYPE_ACTIVITY},
        {"nexus", temporal::api::enums::v1::TASK_QUEUE_TYPE_NEXUS},
    }};

/// What `task-queue describe` takes.
struct describe_queue_flags {
  std::string task_queue, legacy_type = "workflow";
  std::vector<std::string> types, build_ids;
  std::int64_t partitions = 1;
  bool is_legacy = false, without_stats = false, with_reachability = false, with_config = false;
  bool all_active = false, unversioned = false;
};

/// Asks about the queue; throws `command_error`, `fault` first, if there is no answer.
temporal::api::workflowservice::v1::DescribeTaskQueueResponse describe_task_queue(
    const temporal::api::workflowservice::v1::DescribeTaskQueueRequest& what,
    connection& to,
    const std::string& fault = "unable to describe task queue");

/// A request about the queue that asks for nothing yet.
temporal::api::workflowservice::v1::DescribeTaskQueueRequest
request_for(const describe_queue_flags& what, const connection& to);

/// `--legacy-mode`: the pollers of one kind of task, in each part of the queue.
void describe_as_before(const describe_queue_flags& what, const global_flags& flags);

/// The limits that are set, as a table.
void print_limits(
    const temporal::api::taskqueue::v1::TaskQueueConfig& of, const global_flags& flags);

/// `task-queue config get|set`.
void add_task_queue_config_commands(CLI::App& group, const global_flags& flags);

} // namespace troupe::cli
