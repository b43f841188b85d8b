// SPDX-License-Identifier: Apache-2.0
// `troupe nexus operation ...`: operations that no workflow asked for.

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/connection/property_pages.hpp"
#include "apps/troupe/connection/standalone_calls.hpp"
#include "apps/troupe/contract/contract_command.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "apps/troupe/workflow/workflow_start.hpp"
#include "runtime/base/text/enum_name.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/protocol/json_value.hpp"
#include "runtime/protocol/links.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/nexus/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace troupe::cli {
namespace {

namespace api = temporal::api;
namespace wf = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace methods = rpc::methods::workflow_service;

constexpr const char* failed_poll = "failed polling nexus operation result: ";

constexpr standalone_group group_of_operations{
    .id_flag = "--operation-id",
    .id_help = "Operation ID",
    .one = "an operation",
    .many = "operations"};

// -- start, execute

struct call_flags {
  std::string operation_id, endpoint, service, operation;
  std::string schedule_to_close = "0s", schedule_to_start = "0s", start_to_close = "0s";
  std::string reuse_policy, conflict_policy, summary;
  std::vector<std::string> search_attributes;
  payload_flags input;

  void add(CLI::App& command);
  [[nodiscard]] wf::StartNexusOperationExecutionRequest request(const connection& to) const;
};

void call_flags::add(CLI::App& command) {
  add_text(command, "--endpoint", endpoint, "Endpoint name")->required();
  add_text(command, "--service", service, "Service name")->required();
  add_text(command, "--operation", operation, "Operation name")->required();
  add_text(command, "--operation-id", operation_id, "Operation ID")->required();
  add_duration(
      command, "--schedule-to-close-timeout", schedule_to_close, "Limit of the whole operation");
  add_duration(
      command,
      "--schedule-to-start-timeout",
      schedule_to_start,
      "Limit of the wait for the handler's answer");
  add_duration(
      command,
      "--start-to-close-timeout",
      start_to_close,
      "Limit of an operation that the handler only started");
  add_choice(
      command,
      "--id-conflict-policy",
      conflict_policy,
      {"Fail", "UseExisting", "TerminateExisting"},
      "What if one of this ID runs");
  add_choice(
      command,
      "--id-reuse-policy",
      reuse_policy,
      {"AllowDuplicate", "RejectDuplicate"},
      "What if one of this ID has ended");
  add_list(
      command,
      "--search-attribute",
      search_attributes,
      "Search attribute, KEY=JSON; may be given several times");
  add_text(command, "--static-summary", summary, "One line for user interfaces");
  input.add(command);
}

wf::StartNexusOperationExecutionRequest call_flags::request(const connection& to) const {
  auto made = request_about<wf::StartNexusOperationExecutionRequest>(to, operation_id, {});
  made.set_endpoint(endpoint);
  made.set_service(service);
  made.set_operation(operation);
  const auto set_time = [](const std::string& text, const char* flag, auto field) {
    if (const auto span = parse_duration(text, flag); span.count() != 0)
      to_proto(span, *field());
  };
  set_time(schedule_to_close, "schedule-to-close-timeout", [&] {
    return made.mutable_schedule_to_close_timeout();
  });
  set_time(schedule_to_start, "schedule-to-start-timeout", [&] {
    return made.mutable_schedule_to_start_timeout();
  });
  set_time(start_to_close, "start-to-close-timeout", [&] {
    return made.mutable_start_to_close_timeout();
  });
  enums::NexusOperationIdConflictPolicy conflict{};
  if (!conflict_policy.empty()
      && !enums::NexusOperationIdConflictPolicy_Parse(
          enum_name(conflict_policy, "NEXUS_OPERATION_ID_CONFLICT_POLICY_"), &conflict))
    throw command_error(
        "invalid id-conflict-policy: no operation can be ended for another: use Fail or "
        "UseExisting");
  made.set_id_conflict_policy(conflict);
  enums::NexusOperationIdReusePolicy reuse{};
  if (!reuse_policy.empty()
      && enums::NexusOperationIdReusePolicy_Parse(
          enum_name(reuse_policy, "NEXUS_OPERATION_ID_REUSE_POLICY_"), &reuse))
    made.set_id_reuse_policy(reuse);
  for (auto& [key, value] : payloads_of(search_attributes, "search attribute"))
    (*made.mutable_search_attributes()->mutable_indexed_fields())[key] = std::move(value);
  if (!summary.empty())
    set_text(summary, *made.mutable_user_metadata()->mutable_summary());
  api::common::v1::Payloads all;
  input.apply(all);
  if (all.payloads_size() > 1)
    throw command_error(
        "nexus operations accept at most one input argument, got "
        + std::to_string(all.payloads_size()));
  if (all.payloads_size() == 1)
    *made.mutable_input() = std::move(*all.mutable_payloads(0));
  return made;
}

std::string start_one(connection& to, const call_flags& what) {
  wf::StartNexusOperationExecutionResponse response;
  to.call(
      "failed starting nexus operation",
      methods::start_nexus_operation_execution,
      what.request(to),
      response);
  return response.run_id();
}

void print_started(
    const connection& to,
    const call_flags& what,
    const std::string& run_id,
    const global_flags& flags) {
  if (flags.format() == output_format::text) {
    say_heading("Started Nexus Operation:", flags);
    print(property_list(
        {{"Endpoint", what.endpoint},
         {"Service", what.service},
         {"Operation", what.operation},
         {"OperationId", what.operation_id},
         {"RunId", run_id},
         {"Namespace", to.name_space()}}));
    return;
  }
  print_json(
      json_object{}
          .text("endpoint", what.endpoint)
          .text("service", what.service)
          .text("operation", what.operation)
          .text("operationId", what.operation_id)
          .text("runId", run_id)
          .text("namespace", to.name_space())
          .str(),
      flags);
}

void start(const call_flags& what, const global_flags& flags) {
  connection to{flags};
  const auto run_id = start_one(to, what);
  print_started(to, what, run_id, flags);
}

// -- result

void print_result(
    connection& to, const std::string& id, std::string run_id, const global_flags& flags) {
  const auto ended = wait_for_end<wf::PollNexusOperationExecutionResponse>(
      to,
      methods::poll_nexus_operation_execution,
      request_about<wf::PollNexusOperationExecutionRequest>(to, id, run_id),
      "nexus operation",
      id,
      failed_poll,
      [](const auto& response) { return response.has_result() || response.has_failure(); });
  if (run_id.empty())
    run_id = ended.run_id();
  print_end(
      to_json(ended.result(), style_of(flags)),
      ended.has_failure() ? &ended.failure() : nullptr,
      "nexus operation",
      json_object{}.text("operationId", id).text("runId", run_id),
      flags);
}

void execute(const call_flags& what, const global_flags& flags) {
  connection to{flags};
  const auto run_id = start_one(to, what);
  if (flags.format() == output_format::text)
    print_started(to, what, run_id, flags);
  print_result(to, what.operation_id, run_id, flags);
}

void result(const standalone_flags& what, const global_flags& flags) {
  connection to{flags};
  print_result(to, what.id, what.run_id, flags);
}

// -- describe

std::string status_name(enums::NexusOperationExecutionStatus status) {
  return camel_case(
      enums::NexusOperationExecutionStatus_Name(status), "NEXUS_OPERATION_EXECUTION_STATUS_");
}

std::string summary_of(const api::nexus::v1::NexusOperationExecutionInfo& info) {
  const auto json = protocol::parse_json(info.user_metadata().summary().data());
  return json && json->is == protocol::json_value::type::string ? json->text : std::string{};
}

properties
lines_of(const api::nexus::v1::NexusOperationExecutionInfo& info, const global_flags& flags) {
  const auto now = std::chrono::system_clock::now();
  properties lines{
      {"OperationId", info.operation_id()},
      {"RunId", info.run_id()},
      {"Endpoint", info.endpoint()},
      {"Service", info.service()},
      {"Operation", info.operation()},
      {"Status", status_name(info.status())},
      {"State",
       camel_case(
           enums::PendingNexusOperationState_Name(info.state()), "PENDING_NEXUS_OPERATION_STATE_")},
      {"Attempt", std::to_string(info.attempt())}};
  const auto add = [&](const char* name, std::string value) {
    if (!value.empty())
      lines.push_back({name, std::move(value)});
  };
  const auto time = [&](bool is_there, const google::protobuf::Timestamp& at) {
    return is_there ? time_text(at, flags.time_style(), now) : std::string{};
  };
  const auto& limit = info.schedule_to_close_timeout();
  if (limit.seconds() != 0 || limit.nanos() != 0)
    add("ScheduleToCloseTimeout", go_duration(limit));
  add("ScheduledTime", time(info.has_schedule_time(), info.schedule_time()));
  add("CloseTime", time(info.has_close_time(), info.close_time()));
  add("ExpirationTime", time(info.has_expiration_time(), info.expiration_time()));
  add("BlockedReason", info.blocked_reason());
  add("OperationToken", info.operation_token());
  add("Identity", info.identity());
  add("Summary", summary_of(info));
  return lines;
}

void print_links(
    const google::protobuf::RepeatedPtrField<api::common::v1::Link>& links,
    const global_flags& flags) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& link : links)
    if (auto shown = protocol::to_nexus_link(link))
      rows.push_back({std::move(shown->url)});
  if (rows.empty())
    return;
  print("\n");
  say_heading("Links: " + std::to_string(rows.size()), flags);
  print("\n" + table(flags, {"Link"}, rows, {}));
}

struct describe_flags {
  standalone_flags which;
  bool raw = false;
};

void describe(const describe_flags& what, const global_flags& flags) {
  connection to{flags};
  wf::DescribeNexusOperationExecutionResponse response;
  to.call(
      "failed describing nexus operation",
      methods::describe_nexus_operation_execution,
      request_about<wf::DescribeNexusOperationExecutionRequest>(
          to, what.which.id, what.which.run_id),
      response);
  if (what.raw || flags.format() != output_format::text) {
    print_message(response.info(), flags);
    return;
  }
  print(property_list(lines_of(response.info(), flags)));
  print_links(response.info().links(), flags);
}

// -- list, count

void list(const list_flags& what, const global_flags& flags) {
  print_executions<
      wf::ListNexusOperationExecutionsRequest,
      wf::ListNexusOperationExecutionsResponse>(
      flags,
      what,
      "failed listing nexus operations",
      methods::list_nexus_operation_executions,
      {"Status", "OperationId", "Endpoint", "Service", "Operation", "StartTime"},
      [&](const auto& each) -> std::vector<std::string> {
        return {
            status_name(each.status()),
            each.operation_id(),
            each.endpoint(),
            each.service(),
            each.operation(),
            time_text(each.schedule_time(), flags.time_style(), std::chrono::system_clock::now())};
      });
}

void count(const list_flags& what, const global_flags& flags) {
  print_count<wf::CountNexusOperationExecutionsResponse, wf::CountNexusOperationExecutionsRequest>(
      flags,
      what.query,
      "failed counting nexus operations",
      methods::count_nexus_operation_executions);
}

// -- their end

void cancel(const standalone_flags& what, const global_flags& flags) {
  ask_for_end<
      wf::RequestCancelNexusOperationExecutionRequest,
      wf::RequestCancelNexusOperationExecutionResponse>(
      flags,
      what,
      "failed to request nexus operation cancellation",
      methods::request_cancel_nexus_operation_execution,
      "Cancellation requested");
}

void terminate(const standalone_flags& what, const global_flags& flags) {
  ask_for_end<
      wf::TerminateNexusOperationExecutionRequest,
      wf::TerminateNexusOperationExecutionResponse>(
      flags,
      with_reason(what),
      "failed to terminate nexus operation",
      methods::terminate_nexus_operation_execution,
      "Nexus Operation terminated");
}

} // namespace

void add_nexus_commands(CLI::App& app, const global_flags& flags) {
  auto& nexus = *app.add_subcommand("nexus", "Call Nexus operations, write their contracts")
                     ->require_subcommand(1);
  add_generate_command(nexus, flags);
  auto& group = *nexus.add_subcommand("operation", "Operations that no workflow asked for")
                     ->require_subcommand(1);

  auto [start_command, started] =
      add_command<call_flags>(group, flags, "start", "Start an operation", start);
  started.add(start_command);
  auto [execute_command, executed] = add_command<call_flags>(
      group, flags, "execute", "Start an operation and wait for its result", execute);
  executed.add(execute_command);

  auto [describe_one, described] =
      add_command<describe_flags>(group, flags, "describe", "Show an operation", describe);
  group_of_operations.add_which(describe_one, described.which);
  add_switch(describe_one, "--raw", described.raw, "Values as they are");
  group_of_operations.add_commands(group, flags, list, count, cancel, terminate, result);
}

} // namespace troupe::cli
