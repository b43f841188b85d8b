// SPDX-License-Identifier: Apache-2.0
// Activities that no workflow asked for.
#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/call/ways.hpp"
#include "actors/embedded/execution/execution_actor.hpp"
#include "actors/embedded/visibility/visibility_actor.hpp"
#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/standalone/standalone_view.hpp"
#include "runtime/rpc/methods.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace names = rpc::methods::workflow_service;
using namespace ways;

/// Calls are refused where these activities are switched off, as the real server refuses them.
struct where_enabled : in_namespace {
  template <class Request>
  static bool find(directory& here, const call_ptr& from) {
    if (!in_namespace::find<Request>(here, from))
      return false;
    if (here.settings.standalone_activities)
      return true;
    from->answer(plain_status(status_code::unimplemented, "Standalone activity is disabled"));
    return false;
  }
};

/// The record of the activity id, which a start may make.
struct by_id : where_enabled {
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    const auto& id = from->as<Request>().activity_id();
    const auto limit = here.settings.max_id_bytes;
    // Before it becomes the key of an actor that only says so.
    if (id.size() > limit)
      from->answer(bad_argument(
          (from->method() == names::start_activity_execution ? "activityId" : "activity ID")
          + std::string{" exceeds length limit. Length="} + std::to_string(id.size())
          + " Limit=" + std::to_string(limit)));
    else
      to_record(here, from, standalone_key(id));
  }
};

struct by_index : where_enabled {
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    actors::tell(here.visibility(from->name_space->id), serve_call{from});
  }
};

template <class Input, class Request>
void decides(execution_actor& owner, const call_ptr& from, const Request& request) {
  owner.decide_for(from, Input{request});
}

/// Ids were checked for their length on the way.
constexpr std::size_t any_length = static_cast<std::size_t>(-1);

void describe(
    execution_actor& owner, const call_ptr& from, const wire::DescribeActivityExecutionRequest&) {
  owner.read_activity_for(from, [](const record& rec, const call& asked) {
    return describe_activity(rec, asked.as<wire::DescribeActivityExecutionRequest>(), any_length);
  });
}

void poll(execution_actor& owner, const call_ptr& from, const wire::PollActivityExecutionRequest&) {
  owner.read_activity_for(from, [](const record& rec, const call& asked) {
    return poll_activity(rec, asked.as<wire::PollActivityExecutionRequest>(), any_length);
  });
}

void list(
    visibility_actor& owner, const call_ptr& from, const wire::ListActivityExecutionsRequest&) {
  owner.scan_for(from, [](const call& asked) {
    return visibility_scan::list_activities(
        asked.as<wire::ListActivityExecutionsRequest>(), *asked.name_space);
  });
}

void count(
    visibility_actor& owner, const call_ptr& from, const wire::CountActivityExecutionsRequest&) {
  owner.scan_for(from, [](const call& asked) {
    return visibility_scan::count_activities(
        asked.as<wire::CountActivityExecutionsRequest>(), *asked.name_space);
  });
}

constexpr std::array rows{
    row<by_id, decides<start_standalone, wire::StartActivityExecutionRequest>>(
        names::start_activity_execution, role::write),
    row<by_id, describe>(names::describe_activity_execution, role::read),
    row<by_id, poll>(names::poll_activity_execution, role::read),
    row<by_index, list>(names::list_activity_executions, role::read),
    row<by_index, count>(names::count_activity_executions, role::read),
    row<by_id, decides<cancel_standalone, wire::RequestCancelActivityExecutionRequest>>(
        names::request_cancel_activity_execution, role::write),
    row<by_id, decides<terminate_standalone, wire::TerminateActivityExecutionRequest>>(
        names::terminate_activity_execution, role::write),
    row<by_id, decides<delete_standalone, wire::DeleteActivityExecutionRequest>>(
        names::delete_activity_execution, role::write),
};

} // namespace

std::span<const method_row> standalone_calls() {
  return rows;
}

} // namespace troupe::embedded
