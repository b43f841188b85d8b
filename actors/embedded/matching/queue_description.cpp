// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/matching/queue_description.hpp"

#include "actors/shard/pinned_actor.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/record/status.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

queue_kind kind_of(const wire::DescribeTaskQueueRequest& request) {
  switch (request.task_queue_type()) {
  case enums::TASK_QUEUE_TYPE_NEXUS: return queue_kind::nexus;
  case enums::TASK_QUEUE_TYPE_ACTIVITY: return queue_kind::activity;
  default:
    return request.task_queue().kind() == enums::TASK_QUEUE_KIND_STICKY ? queue_kind::sticky
                                                                        : queue_kind::workflow;
  }
}

/// What the real server lets a queue hand out in a second if nobody says anything else.
constexpr double system_rate = 4000;

void fill_common(
    const queue_configs::config& config,
    const queue_view& seen,
    wire::DescribeTaskQueueResponse& response) {
  response.mutable_versioning_info()->set_current_version("__unversioned__");
  response.mutable_versioning_info()->mutable_update_time()->set_seconds(-62'135'596'800);
  const auto by_config = queue_rate(config);
  const double wanted = by_config ? *by_config : seen.most_per_second.value_or(system_rate);
  auto& limit = *response.mutable_effective_rate_limit();
  limit.set_requests_per_second(static_cast<float>(std::min(wanted, system_rate)));
  limit.set_rate_limit_source(
      !(wanted < system_rate) ? enums::RATE_LIMIT_SOURCE_SYSTEM
      : by_config             ? enums::RATE_LIMIT_SOURCE_API
                              : enums::RATE_LIMIT_SOURCE_WORKER);
}

template <class Where>
void add_pollers(const queue_view& seen, Where& to) {
  for (const auto& each : seen.pollers) {
    auto& poller = *to.add_pollers();
    poller.set_identity(each.identity);
    poller.set_rate_per_second(each.per_second);
    to_proto(each.last_access, *poller.mutable_last_access_time());
  }
}

using queue_stats = temporal::api::taskqueue::v1::TaskQueueStats;

queue_stats stats_of(const queue_view::level_stats& seen) {
  queue_stats stats;
  stats.set_approximate_backlog_count(seen.backlog);
  to_proto(seen.backlog_age, *stats.mutable_approximate_backlog_age());
  stats.set_tasks_add_rate(seen.add_rate);
  stats.set_tasks_dispatch_rate(seen.dispatch_rate);
  return stats;
}

queue_view::level_stats all_levels(const queue_view& seen) {
  queue_view::level_stats all;
  for (const auto& each : seen.levels) {
    all.backlog += each.backlog;
    all.backlog_age = std::max(all.backlog_age, each.backlog_age);
    all.add_rate += each.add_rate;
    all.dispatch_rate += each.dispatch_rate;
  }
  return all;
}

void describe_one(
    directory& here,
    const call_ptr& from,
    const wire::DescribeTaskQueueRequest& request,
    const queue_view& seen) {
  wire::DescribeTaskQueueResponse response;
  add_pollers(seen, response);
  const auto config = here.queue_configs.find(
      {from->name_space->id, request.task_queue().name(), type_of(kind_of(request))});
  fill_common(config, seen, response);
  if (request.report_config() && config)
    *response.mutable_config() = *config;
  if (request.include_task_queue_status()) {
    // Tools read it without asking whether it is there. Tasks have no stored ids here; the real
    // server shows its first block and the system's rate for an unused queue.
    auto& status = *response.mutable_task_queue_status();
    status.set_backlog_count_hint(all_levels(seen).backlog);
    status.set_rate_per_second(response.effective_rate_limit().requests_per_second());
    status.mutable_task_id_block()->set_start_id(1);
    status.mutable_task_id_block()->set_end_id(100'000);
  }
  if (request.report_stats()) {
    *response.mutable_stats() = stats_of(all_levels(seen));
    // Levels that never had a task are not shown, but for the one of tasks that name none.
    for (std::int32_t level = 1; level <= priority_levels; ++level) {
      const auto& each = seen.levels[static_cast<std::size_t>(level - 1)];
      if (level == priority_level(0) || each.backlog > 0 || each.add_rate > 0
          || each.dispatch_rate > 0)
        (*response.mutable_stats_by_priority_key())[level] = stats_of(each);
    }
  }
  from->answer(response);
}

/// No tool asks for more, and each is work on the shard. The real server has no such limit.
constexpr std::size_t most_parts = 1000;

auto& draft_of(const call_ptr& from) {
  if (!from->draft)
    from->draft = std::make_unique<wire::DescribeTaskQueueResponse>();
  return static_cast<wire::DescribeTaskQueueResponse&>(*from->draft);
}

/// Only the unversioned queue has tasks and polls.
bool wants_unversioned(const wire::DescribeTaskQueueRequest& request) {
  const auto& versions = request.versions();
  return versions.unversioned() || (versions.build_ids().empty() && !versions.all_active());
}

std::vector<std::int32_t> types_of(const wire::DescribeTaskQueueRequest& request) {
  if (request.task_queue_types().empty())
    return {enums::TASK_QUEUE_TYPE_WORKFLOW, enums::TASK_QUEUE_TYPE_ACTIVITY};
  return {request.task_queue_types().begin(), request.task_queue_types().end()};
}

void add_part(
    const call_ptr& from,
    const wire::DescribeTaskQueueRequest& request,
    const std::string& build_id,
    std::int32_t type,
    const queue_view& seen) {
  auto& version = (*draft_of(from).mutable_versions_info())[build_id];
  auto& part = (*version.mutable_types_info())[type];
  if (request.report_pollers())
    add_pollers(seen, part);
  if (request.report_stats())
    *part.mutable_stats() = stats_of(all_levels(seen));
  if (request.report_task_reachability())
    version.set_task_reachability(
        build_id.empty() ? enums::BUILD_ID_TASK_REACHABILITY_REACHABLE
                         : enums::BUILD_ID_TASK_REACHABILITY_UNREACHABLE);
}

auto find_queue_of(
    directory& here,
    const call_ptr& from,
    const wire::DescribeTaskQueueRequest& request,
    std::int32_t type) {
  constexpr std::array kinds{queue_kind::workflow, queue_kind::activity, queue_kind::nexus};
  for (auto kind : kinds)
    if (type_of(kind) == type)
      return here.find_queue(from->name_space->id, request.task_queue().name(), kind);
  return task_queue_handle{};
}

/// Asks the next queue that is wanted and not described yet; answers if there is none.
void go_on(directory& here, const call_ptr& from, const wire::DescribeTaskQueueRequest& request) {
  const auto types = types_of(request);
  if (wants_unversioned(request))
    for (const auto type : types) {
      const auto& known = draft_of(from).versions_info();
      if (const auto found = known.find("");
          found != known.end() && found->second.types_info().contains(type))
        continue;
      if (auto queue = find_queue_of(here, from, request, type)) {
        actors::tell(queue, serve_call{from});
        return;
      }
      add_part(from, request, {}, type, {});
    }
  for (const auto& build_id : request.versions().build_ids())
    for (const auto type : types)
      add_part(from, request, build_id, type, {});
  from->answer(draft_of(from));
}

} // namespace

void describe_queue(directory& here, const call_ptr& from) {
  const auto& request = from->as<wire::DescribeTaskQueueRequest>();
  if (request.api_mode() == enums::DESCRIBE_TASK_QUEUE_MODE_ENHANCED) {
    const auto types = static_cast<std::size_t>(request.task_queue_types_size());
    const auto builds = static_cast<std::size_t>(request.versions().build_ids_size());
    if (types > most_parts || builds > most_parts || types * builds > most_parts) {
      from->answer(plain_status(
          status_code::invalid_argument, "too many task queue types or build ids are asked for"));
      return;
    }
    go_on(here, from, request);
    return;
  }
  const auto kind = kind_of(request);
  if (auto queue = here.find_queue(from->name_space->id, request.task_queue().name(), kind))
    actors::tell(queue, serve_call{from});
  else
    describe_queue(here, from, kind, {});
}

void describe_queue(
    directory& here, const call_ptr& from, queue_kind kind, const queue_view& seen) {
  const auto& request = from->as<wire::DescribeTaskQueueRequest>();
  if (request.api_mode() != enums::DESCRIBE_TASK_QUEUE_MODE_ENHANCED) {
    describe_one(here, from, request, seen);
    return;
  }
  add_part(from, request, {}, type_of(kind), seen);
  go_on(here, from, request);
}

} // namespace troupe::embedded
