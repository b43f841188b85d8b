// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/activity/standalone_commands.hpp"

#include "apps/troupe/connection/property_pages.hpp"
#include "apps/troupe/connection/standalone_calls.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/base/text/enum_name.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <google/protobuf/descriptor.h>
#include <temporal/api/activity/v1/message.pb.h>
#include <temporal/api/failure/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <string>
#include <vector>

namespace troupe::cli {
namespace {

namespace api = temporal::api;
namespace wf = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace methods = rpc::methods::workflow_service;

constexpr standalone_group group_of_activities{
    .id_flag = "-a,--activity-id",
    .id_help = "Activity ID",
    .one = "such an activity",
    .many = "such activities"};

// -- describe

std::string status_name(enums::ActivityExecutionStatus status) {
  return camel_case(enums::ActivityExecutionStatus_Name(status), "ACTIVITY_EXECUTION_STATUS_");
}

/// Lines of what is known, in the order of the message; of what is no text the JSON if `raw`.
properties lines_of(
    const api::activity::v1::ActivityExecutionInfo& info, bool raw, const global_flags& flags) {
  using google::protobuf::FieldDescriptor;
  const auto& reflection = *info.GetReflection();
  const auto now = std::chrono::system_clock::now();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(info, &fields);
  properties lines;
  for (const auto* field : fields) {
    auto name = std::string{field->json_name()};
    name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
    std::string value;
    if (field->is_repeated())
      continue;
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: value = reflection.GetString(info, field); break;
    case FieldDescriptor::CPPTYPE_INT32:
      value = std::to_string(reflection.GetInt32(info, field));
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      value = std::to_string(reflection.GetInt64(info, field));
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      value = field->name() == "status" ? status_name(info.status())
                                        : camel_case(
                                              enums::PendingActivityState_Name(info.run_state()),
                                              "PENDING_ACTIVITY_STATE_");
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const auto& message = reflection.GetMessage(info, field);
      if (raw) {
        value = to_json(message, style_of(flags));
      } else if (const auto* span = dynamic_cast<const google::protobuf::Duration*>(&message)) {
        if (span->seconds() == 0 && span->nanos() == 0)
          continue;
        value = go_duration(*span);
      } else if (const auto* at = dynamic_cast<const google::protobuf::Timestamp*>(&message)) {
        value = time_text(*at, flags.time_style(), now);
      } else if (field->name() == "activity_type") {
        name = "Type";
        value = info.activity_type().name();
      } else if (field->name() == "last_failure") {
        value = info.last_failure().message();
      } else {
        continue; // what the text has no place for
      }
      break;
    }
    default: continue;
    }
    lines.push_back({std::move(name), std::move(value)});
  }
  return lines;
}

struct describe_flags {
  standalone_flags which;
  bool raw = false;
};

void describe(const describe_flags& what, const global_flags& flags) {
  connection to{flags};
  wf::DescribeActivityExecutionResponse response;
  to.call(
      "failed describing activity",
      methods::describe_activity_execution,
      request_about<wf::DescribeActivityExecutionRequest>(to, what.which.id, what.which.run_id),
      response);
  if (flags.format() == output_format::text)
    print(property_list(lines_of(response.info(), what.raw, flags)));
  else
    print_message(response.info(), flags);
}

// -- list, count

void list(const list_flags& what, const global_flags& flags) {
  print_executions<wf::ListActivityExecutionsRequest, wf::ListActivityExecutionsResponse>(
      flags,
      what,
      "failed listing activities",
      methods::list_activity_executions,
      {"Status", "ActivityId", "Type", "StartTime"},
      [&](const auto& each) -> std::vector<std::string> {
        return {
            status_name(each.status()),
            each.activity_id(),
            each.activity_type().name(),
            time_text(each.schedule_time(), flags.time_style(), std::chrono::system_clock::now())};
      });
}

void count(const list_flags& what, const global_flags& flags) {
  print_count<wf::CountActivityExecutionsResponse, wf::CountActivityExecutionsRequest>(
      flags, what.query, "failed counting activities", methods::count_activity_executions);
}

// -- their end

void cancel(const standalone_flags& what, const global_flags& flags) {
  ask_for_end<
      wf::RequestCancelActivityExecutionRequest,
      wf::RequestCancelActivityExecutionResponse>(
      flags,
      what,
      "failed to request activity cancellation",
      methods::request_cancel_activity_execution,
      "Cancellation requested");
}

void terminate(const standalone_flags& what, const global_flags& flags) {
  ask_for_end<wf::TerminateActivityExecutionRequest, wf::TerminateActivityExecutionResponse>(
      flags,
      with_reason(what),
      "failed to terminate activity",
      methods::terminate_activity_execution,
      "Activity terminated");
}

void result(const standalone_flags& what, const global_flags& flags) {
  connection to{flags};
  print_outcome(
      wait_for_outcome(to, "failed polling activity result: ", what.id, what.run_id),
      json_object{}.text("activityId", what.id).text("runId", what.run_id),
      flags);
}

} // namespace

api::activity::v1::ActivityExecutionOutcome wait_for_outcome(
    connection& to,
    const std::string& prefix,
    const std::string& activity_id,
    const std::string& run_id) {
  return wait_for_end<wf::PollActivityExecutionResponse>(
             to,
             methods::poll_activity_execution,
             request_about<wf::PollActivityExecutionRequest>(to, activity_id, run_id),
             "activity",
             activity_id,
             prefix,
             [](const auto& response) {
               return response.outcome().value_case()
                      != api::activity::v1::ActivityExecutionOutcome::VALUE_NOT_SET;
             })
      .outcome();
}

void print_outcome(
    const api::activity::v1::ActivityExecutionOutcome& outcome,
    json_object out,
    const global_flags& flags) {
  const auto& results = outcome.result();
  print_end(
      results.payloads_size() == 1 ? to_json(results.payloads(0), style_of(flags))
                                   : to_json(results, style_of(flags)),
      outcome.has_failure() ? &outcome.failure() : nullptr,
      "activity",
      std::move(out),
      flags);
}

void add_standalone_commands(CLI::App& group, const global_flags& flags) {
  auto [describe_one, described] = add_command<describe_flags>(
      group, flags, "describe", "Show an activity that no workflow asked for", describe);
  group_of_activities.add_which(describe_one, described.which);
  add_switch(describe_one, "--raw", described.raw, "Values as they are");
  group_of_activities.add_commands(group, flags, list, count, cancel, terminate, result);
}

} // namespace troupe::cli
