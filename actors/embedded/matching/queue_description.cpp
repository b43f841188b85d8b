// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/matching/queue_description.hpp"

#include "actors/shard/pinned_actor.hpp"
#include "runtime/base/time/time.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <array>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

enums::TaskQueueType type_of(queue_kind kind) {
  switch (kind) {
  case queue_kind::nexus: return enums::TASK_QUEUE_TYPE_NEXUS;
  case queue_kind::activity: return enums::TASK_QUEUE_TYPE_ACTIVITY;
  default: return enums::TASK_QUEUE_TYPE_WORKFLOW;
  }
}

queue_kind kind_of(const wire::DescribeTaskQueueRequest& request) {
  switch (request.task_queue_type()) {
  case enums::TASK_QUEUE_TYPE_NEXUS: return queue_kind::nexus;
  case enums::TASK_QUEUE_TYPE_ACTIVITY: return queue_kind::activity;
  default:
    return request.task_queue().kind() == enums::TASK_QUEUE_KIND_STICKY ? queue_kind::sticky
                                                                        : queue_kind::workflow;
  }
}

/// What is the same for all queues.
void fill_common(wire::DescribeTaskQueueResponse& response) {
  response.mutable_versioning_info()->set_current_version("__unversioned__");
  response.mutable_versioning_info()->mutable_update_time()->set_seconds(-62'135'596'800);
  response.mutable_effective_rate_limit()->set_requests_per_second(4000);
  response.mutable_effective_rate_limit()->set_rate_limit_source(enums::RATE_LIMIT_SOURCE_SYSTEM);
}

template <class Where>
void add_pollers(const queue_view& seen, Where& to) {
  for (const auto& each : seen.pollers) {
    auto& poller = *to.add_pollers();
    poller.set_identity(each.identity);
    poller.set_rate_per_second(100'000);
    to_proto(each.last_access, *poller.mutable_last_access_time());
  }
}

template <class Stats>
void fill_stats(const queue_view& seen, Stats& stats) {
  stats.set_approximate_backlog_count(seen.backlog);
  to_proto(seen.backlog_age, *stats.mutable_approximate_backlog_age());
}

void describe_one(
    const call_ptr& from, const wire::DescribeTaskQueueRequest& request, const queue_view& seen) {
  wire::DescribeTaskQueueResponse response;
  add_pollers(seen, response);
  fill_common(response);
  if (request.include_task_queue_status()) {
    // Tools read it without asking whether it is there. Tasks have no stored ids here; the real
    // server shows its first block and the system's rate for an unused queue.
    auto& status = *response.mutable_task_queue_status();
    status.set_backlog_count_hint(seen.backlog);
    status.set_rate_per_second(4000);
    status.mutable_task_id_block()->set_start_id(1);
    status.mutable_task_id_block()->set_end_id(100'000);
  }
  if (request.report_stats()) {
    fill_stats(seen, *response.mutable_stats());
    (*response.mutable_stats_by_priority_key())[3] = response.stats();
  }
  from->answer(response);
}

auto& parts_of(const call_ptr& from) {
  if (!from->draft) {
    from->draft = std::make_unique<wire::DescribeTaskQueueResponse>();
    fill_common(static_cast<wire::DescribeTaskQueueResponse&>(*from->draft));
  }
  auto& response = static_cast<wire::DescribeTaskQueueResponse&>(*from->draft);
  return *(*response.mutable_versions_info())[""].mutable_types_info();
}

void add_part(
    const call_ptr& from,
    const wire::DescribeTaskQueueRequest& request,
    queue_kind kind,
    const queue_view& seen) {
  auto& part = parts_of(from)[static_cast<int>(type_of(kind))];
  add_pollers(seen, part);
  if (request.report_stats())
    fill_stats(seen, *part.mutable_stats());
}

/// Asks the next queue that is wanted and not described yet; answers if there is none.
void go_on(directory& here, const call_ptr& from, const wire::DescribeTaskQueueRequest& request) {
  constexpr std::array kinds{queue_kind::workflow, queue_kind::activity, queue_kind::nexus};
  const auto& wanted = request.task_queue_types();
  for (auto kind : kinds) {
    const auto type = static_cast<int>(type_of(kind));
    if (parts_of(from).contains(type)
        || (!wanted.empty() && std::find(wanted.begin(), wanted.end(), type) == wanted.end()))
      continue;
    if (auto queue = here.find_queue(from->name_space->id, request.task_queue().name(), kind)) {
      actors::tell(queue, serve_call{from});
      return;
    }
    add_part(from, request, kind, {});
  }
  from->answer(*from->draft);
}

} // namespace

void describe_queue(directory& here, const call_ptr& from) {
  const auto& request = from->as<wire::DescribeTaskQueueRequest>();
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
    describe_one(from, request, seen);
    return;
  }
  add_part(from, request, kind, seen);
  go_on(here, from, request);
}

} // namespace troupe::embedded
