// SPDX-License-Identifier: Apache-2.0
// `troupe workflow ...`.

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "apps/troupe/workflow/workflow_change.hpp"
#include "apps/troupe/workflow/workflow_describe.hpp"
#include "apps/troupe/workflow/workflow_flags.hpp"
#include "apps/troupe/workflow/workflow_follow.hpp"
#include "apps/troupe/workflow/workflow_query.hpp"
#include "apps/troupe/workflow/workflow_start.hpp"
#include "runtime/base/text/printable.hpp"
#include "runtime/protocol/json_value.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace troupe::cli {
namespace {

namespace api = temporal::api;
namespace wf = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

void execute(const start_flags& with, bool detailed, const global_flags& flags) {
  connection to{flags};
  const auto began = std::chrono::steady_clock::now();
  const auto started = start_workflow(to, with, flags, false);
  if (flags.format() == output_format::text) {
    print("\n");
    print_progress(to, {started.workflow_id, started.run_id, true, false, false}, detailed, flags);
  }
  const auto closed = wait_for_close(to, started.workflow_id, started.run_id);
  const auto took = std::chrono::steady_clock::now() - began;
  if (flags.format() == output_format::text) {
    print_result(closed, took, flags);
  } else {
    json_object out;
    out.text("workflowId", started.workflow_id)
        .text("runId", started.run_id)
        .text("type", with.type)
        .text("namespace", to.name_space())
        .text("taskQueue", with.task_queue);
    if (const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
        millis != 0)
      out.raw("durationMillis", std::to_string(millis));
    add_result(out, closed, flags);
    if (detailed) {
      api::history::v1::History history;
      history_reader reader{to, {started.workflow_id, started.run_id, false, false, false}};
      while (auto event = reader.next("failed reading history after completion"))
        *history.add_events() = *std::move(event);
      out.raw("history", to_json(history, payload_style::raw));
    }
    print_json(out.str(), flags);
  }
  require_completed(closed);
}

void result(const workflow_flags& of, const global_flags& flags) {
  connection to{flags};
  const auto closed = wait_for_close(to, of.workflow_id, of.run_id);
  if (flags.format() == output_format::text) {
    print_result(closed, {}, flags);
  } else {
    auto run_id = of.run_id;
    if (run_id.empty()) {
      wf::DescribeWorkflowExecutionRequest request;
      wf::DescribeWorkflowExecutionResponse response;
      request.set_namespace_(to.name_space());
      of.apply(*request.mutable_execution());
      if (to.try_call(methods::describe_workflow_execution, request, response).ok())
        run_id = response.workflow_execution_info().execution().run_id();
    }
    json_object out;
    out.text("workflowId", of.workflow_id).text("runId", run_id).text("namespace", to.name_space());
    add_result(out, closed, flags);
    print_json(out.str(), flags);
  }
  require_completed(closed);
}

void describe(const workflow_flags& of, bool reset_points, const global_flags& flags) {
  connection to{flags};
  wf::DescribeWorkflowExecutionRequest request;
  wf::DescribeWorkflowExecutionResponse response;
  request.set_namespace_(to.name_space());
  of.apply(*request.mutable_execution());
  to.call("failed describing workflow", methods::describe_workflow_execution, request, response);
  const auto& info = response.workflow_execution_info();
  if (reset_points) {
    if (flags.format() == output_format::text)
      return print_reset_points(response, flags);
    std::string points;
    for (const auto& each : info.auto_reset_points().points())
      points +=
          (points.empty() ? "" : ",")
          + json_object{}
                .text("BinaryChecksum", each.binary_checksum())
                .text(
                    "CreateTime",
                    rfc3339(instant{each.create_time().seconds(), each.create_time().nanos()}))
                .text("RunId", each.run_id())
                .raw("EventId", std::to_string(each.first_workflow_task_completed_id()))
                .str();
    return print_json('[' + points + ']', flags);
  }
  std::optional<api::history::v1::HistoryEvent> closed;
  if (info.status() != api::enums::v1::WORKFLOW_EXECUTION_STATUS_RUNNING) {
    history_reader reader{
        to, {info.execution().workflow_id(), info.execution().run_id(), false, false, true}};
    closed = reader.next("failed getting close event");
    if (!closed)
      throw command_error("missing close event");
  }
  const auto* event = closed ? &*closed : nullptr;
  if (flags.format() == output_format::text)
    print_description(response, event, to.name_space(), flags);
  else
    print_json(description_json(response, event, flags), flags);
}

struct show_flags {
  workflow_flags of;
  bool follow = false, detailed = false, reverse = false;
};

void show(const show_flags& what, const global_flags& flags) {
  if (what.reverse && what.follow)
    throw command_error("--reverse cannot be combined with --follow");
  connection to{flags};
  const history_request request{
      what.of.workflow_id, what.of.run_id, what.follow, what.reverse, false};
  if (flags.format() == output_format::text) {
    if (const auto closed = print_progress(to, request, what.detailed, flags))
      print_result(*closed, {}, flags);
    return;
  }
  api::history::v1::History history;
  history_reader reader{to, request};
  while (auto event = reader.next("failed getting next history event"))
    *history.add_events() = *std::move(event);
  // Replayers read this: payloads stay as they travelled.
  print_json(to_json(history, payload_style::raw), flags);
}

struct list_flags {
  std::string query;
  std::int64_t limit = 0, page_size = 0;
};

void list(const list_flags& what, const global_flags& flags) {
  connection to{flags};
  json_list out{flags};
  wf::ListWorkflowExecutionsRequest request;
  request.set_namespace_(to.name_space());
  request.set_query(what.query);
  request.set_page_size(static_cast<std::int32_t>(std::clamp<std::int64_t>(
      what.limit > 0 && (what.page_size == 0 || what.limit < what.page_size) ? what.limit
                                                                             : what.page_size,
      std::numeric_limits<std::int32_t>::min(),
      std::numeric_limits<std::int32_t>::max())));
  std::int64_t count = 0;
  bool first_page = true;
  do {
    wf::ListWorkflowExecutionsResponse response;
    to.call("failed listing workflows", methods::list_workflow_executions, request, response);
    std::vector<std::vector<std::string>> rows;
    for (const auto& each : response.executions()) {
      if (what.limit > 0 && count == what.limit)
        break;
      ++count;
      out.add(each);
      rows.push_back(
          {camel_case(
               api::enums::v1::WorkflowExecutionStatus_Name(each.status()),
               "WORKFLOW_EXECUTION_STATUS_"),
           each.execution().workflow_id(),
           each.type().name(),
           time_text(each.start_time(), flags.time_style(), std::chrono::system_clock::now())});
    }
    if (flags.format() == output_format::text && !rows.empty())
      print(table(flags, {"Status", "WorkflowId", "Type", "StartTime"}, rows, {{}, first_page}));
    first_page = false;
    request.set_next_page_token(response.next_page_token());
  } while (!request.next_page_token().empty() && (what.limit <= 0 || count < what.limit));
  out.end();
}

void count(const std::string& query, const global_flags& flags) {
  connection to{flags};
  wf::CountWorkflowExecutionsRequest request;
  wf::CountWorkflowExecutionsResponse response;
  request.set_namespace_(to.name_space());
  request.set_query(query);
  const auto status = to.try_call(methods::count_workflow_executions, request, response);
  if (!status.ok())
    throw command_error(
        status.message.empty() ? std::string{to_string(status.code)} : status.message);
  for (auto& group : *response.mutable_groups())
    for (auto& value : *group.mutable_group_values())
      value.mutable_metadata()->erase("type");
  print_message(response, flags);
  say("Total: " + std::to_string(response.count()), flags);
  for (const auto& group : response.groups()) {
    std::string values;
    for (const auto& value : group.group_values())
      if (const auto parsed = parse_json(to_json(value, payload_style::shorthand)))
        values += (values.empty() ? "" : ", ")
                  + (parsed->text.empty() ? write_json(*parsed) : parsed->text);
    say("Group total: " + std::to_string(group.count()) + ", values: " + printable(values), flags);
  }
}

} // namespace

void add_workflow_commands(CLI::App& app, const global_flags& flags) {
  auto& group =
      *app.add_subcommand("workflow", "Start, watch and change workflows")->require_subcommand(1);

  auto started = std::make_shared<start_flags>();
  started->add(
      *add_command(group, "start", "Start a workflow", started, [&flags](const start_flags& given) {
        connection to{flags};
        start_workflow(to, given, flags, true);
      }));

  struct execute_flags {
    start_flags start;
    bool detailed = false;
  };
  auto executed = std::make_shared<execute_flags>();
  auto* execute_one = add_command(
      group,
      "execute",
      "Start a workflow and wait for its result",
      executed,
      [&flags](const execute_flags& given) { execute(given.start, given.detailed, flags); });
  executed->start.add(*execute_one);
  add_switch(
      *execute_one,
      "--detailed",
      executed->detailed,
      "Show events as sections; in JSON: with the history");

  struct describe_flags {
    workflow_flags of;
    bool raw = false, reset_points = false;
  };
  auto described = std::make_shared<describe_flags>();
  auto* describe_one = add_command(
      group, "describe", "Show a workflow", described, [&flags](const describe_flags& given) {
        describe(given.of, given.reset_points, flags);
      });
  described->of.add(*describe_one);
  add_switch(
      *describe_one, "--raw", described->raw, "Print properties without changing their format");
  add_switch(
      *describe_one, "--reset-points", described->reset_points, "Show auto-reset points only");

  auto shown = std::make_shared<show_flags>();
  auto* show_one = add_command(
      group, "show", "Show a workflow's history", shown, [&flags](const show_flags& given) {
        show(given, flags);
      });
  shown->of.add(*show_one);
  add_switch(
      *show_one, "-f,--follow", shown->follow, "Wait for more events until the workflow is closed");
  add_switch(*show_one, "--detailed", shown->detailed, "Show events as sections");
  add_switch(*show_one, "--reverse", shown->reverse, "Newest event first");

  auto listed = std::make_shared<list_flags>();
  auto* list_all =
      add_command(group, "list", "List workflows", listed, [&flags](const list_flags& given) {
        list(given, flags);
      });
  add_text(
      *list_all, "-q,--query", listed->query, "List filter, e.g. \"ExecutionStatus='Running'\"");
  add_number(*list_all, "--limit", listed->limit, "Print at most so many; 0 or less: all");
  add_number(
      *list_all,
      "--page-size",
      listed->page_size,
      "Ask for so many at a time; 0 or less: the service decides");
  refuse_flag(*list_all, "--archived", false);

  auto counted = std::make_shared<std::string>();
  auto* count_all =
      add_command(group, "count", "Count workflows", counted, [&flags](const std::string& query) {
        count(query, flags);
      });
  add_text(*count_all, "-q,--query", *counted, "List filter");

  add_workflow_change_commands(group, flags);
  add_workflow_query_commands(group, flags);

  auto waited = std::make_shared<workflow_flags>();
  waited->add(*add_command(
      group,
      "result",
      "Wait for a workflow and print its result",
      waited,
      [&flags](const workflow_flags& given) { result(given, flags); }));
}

} // namespace troupe::cli
