// SPDX-License-Identifier: Apache-2.0
// Activities and Nexus operations that no workflow asked for.
#include "actors/embedded/call/method_table.hpp"
#include "actors/embedded/call/ways.hpp"
#include "actors/embedded/execution/execution_actor.hpp"
#include "actors/embedded/visibility/visibility_actor.hpp"
#include "runtime/embedded/decision/execution.hpp"
#include "runtime/embedded/standalone/operation_view.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/standalone/standalone_requests.hpp"
#include "runtime/embedded/standalone/standalone_view.hpp"
#include "runtime/rpc/methods.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::embedded {

namespace {

namespace wire = temporal::api::workflowservice::v1;
namespace names = rpc::methods::workflow_service;
using namespace ways;

/// The two kinds: their switch, what is said where they are switched off, and their keys.
struct activities {
  static constexpr auto is_on = &service_settings::standalone_activities;
  static constexpr const char* off = "Standalone activity is disabled";
  static constexpr std::string_view key_prefix = activity_prefix;
  /// The words for an id that is too long.
  static const char* id_words(std::string_view method) {
    return method == names::start_activity_execution ? "activityId" : activity_words.id;
  }
};
struct operations {
  static constexpr auto is_on = &service_settings::standalone_operations;
  static constexpr const char* off = "Standalone Nexus operation is disabled";
  static constexpr std::string_view key_prefix = operation_prefix;
  static const char* id_words(std::string_view) { return operation_words.id; }
};

/// Calls are refused where these are switched off, as the real server refuses them.
template <class Kind>
struct where_enabled : in_namespace {
  template <class Request>
  static bool find(directory& here, const call_ptr& from) {
    if (!in_namespace::find<Request>(here, from))
      return false;
    if (here.settings.*Kind::is_on)
      return true;
    from->answer(plain_status(status_code::unimplemented, Kind::off));
    return false;
  }
};

/// The record of the id, which a start may make.
template <class Kind>
struct by_id : where_enabled<Kind> {
  template <class Request>
  static void go(directory& here, const call_ptr& from) {
    const auto& id = id_in(from->as<Request>());
    // Before it becomes the key of an actor that only says so.
    if (auto status = check_length(id, here.settings.max_id_bytes, Kind::id_words(from->method()));
        !status.ok())
      from->answer(std::move(status));
    else
      to_record(here, from, standalone_key(Kind::key_prefix, id));
  }
};

template <class Kind>
struct by_index : where_enabled<Kind> {
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

template <class Request, read_result (*Read)(const record&, const Request&, std::size_t)>
void reads(execution_actor& owner, const call_ptr& from, const Request&) {
  owner.read_standalone_for(from, [](const record& rec, const call& asked) {
    return Read(rec, asked.as<Request>(), any_length);
  });
}

template <class Request>
void list(visibility_actor& owner, const call_ptr& from, const Request&) {
  owner.scan_for(from, [](const call& asked) {
    return visibility_scan::list(asked.as<Request>(), *asked.name_space);
  });
}

template <class Request>
void count(visibility_actor& owner, const call_ptr& from, const Request&) {
  owner.scan_for(from, [](const call& asked) {
    return visibility_scan::count(asked.as<Request>(), *asked.name_space);
  });
}

constexpr std::array rows{
    row<by_id<activities>, decides<start_standalone, wire::StartActivityExecutionRequest>>(
        names::start_activity_execution, role::write),
    row<by_id<activities>, reads<wire::DescribeActivityExecutionRequest, describe_activity>>(
        names::describe_activity_execution, role::read),
    row<by_id<activities>, reads<wire::PollActivityExecutionRequest, poll_activity>>(
        names::poll_activity_execution, role::read),
    row<by_index<activities>, list<wire::ListActivityExecutionsRequest>>(
        names::list_activity_executions, role::read),
    row<by_index<activities>, count<wire::CountActivityExecutionsRequest>>(
        names::count_activity_executions, role::read),
    row<by_id<activities>, decides<cancel_standalone, wire::RequestCancelActivityExecutionRequest>>(
        names::request_cancel_activity_execution, role::write),
    row<by_id<activities>, decides<terminate_standalone, wire::TerminateActivityExecutionRequest>>(
        names::terminate_activity_execution, role::write),
    row<by_id<activities>, decides<delete_standalone, wire::DeleteActivityExecutionRequest>>(
        names::delete_activity_execution, role::write),

    row<by_id<operations>, decides<start_operation, wire::StartNexusOperationExecutionRequest>>(
        names::start_nexus_operation_execution, role::write),
    row<by_id<operations>, reads<wire::DescribeNexusOperationExecutionRequest, describe_operation>>(
        names::describe_nexus_operation_execution, role::read),
    row<by_id<operations>, reads<wire::PollNexusOperationExecutionRequest, poll_operation>>(
        names::poll_nexus_operation_execution, role::read),
    row<by_index<operations>, list<wire::ListNexusOperationExecutionsRequest>>(
        names::list_nexus_operation_executions, role::read),
    row<by_index<operations>, count<wire::CountNexusOperationExecutionsRequest>>(
        names::count_nexus_operation_executions, role::read),
    row<by_id<operations>,
        decides<cancel_operation, wire::RequestCancelNexusOperationExecutionRequest>>(
        names::request_cancel_nexus_operation_execution, role::write),
    row<by_id<operations>,
        decides<terminate_operation, wire::TerminateNexusOperationExecutionRequest>>(
        names::terminate_nexus_operation_execution, role::write),
    row<by_id<operations>, decides<delete_operation, wire::DeleteNexusOperationExecutionRequest>>(
        names::delete_nexus_operation_execution, role::write),
};

} // namespace

std::span<const method_row> standalone_calls() {
  return rows;
}

} // namespace troupe::embedded
