// SPDX-License-Identifier: Apache-2.0
// `troupe workflow ...`.

#include "apps/troupe/connection/property_pages.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/count_text.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "apps/troupe/workflow/workflow_change.hpp"
#include "apps/troupe/workflow/workflow_describe.hpp"
#include "apps/troupe/workflow/workflow_fix_history.hpp"
#include "apps/troupe/workflow/workflow_flags.hpp"
#include "apps/troupe/workflow/workflow_follow.hpp"
#include "apps/troupe/workflow/workflow_pause.hpp"
#include "apps/troupe/workflow/workflow_query.hpp"
#include "apps/troupe/workflow/workflow_reset.hpp"
#include "apps/troupe/workflow/workflow_start.hpp"
#include "apps/troupe/workflow/workflow_trace.hpp"
#include "apps/troupe/workflow/workflow_update.hpp"
#include "apps/troupe/workflow/workflow_with_start.hpp"
#include "runtime/base/text/printable.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <chrono>
#include <string>
#include <vector>

namespace troupe::cli {
namespace {

namespace api = temporal::api;
namespace wf = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

void start(const start_flags& with, const global_flags& flags) {
  connection to{flags};
  start_workflow(to, with, flags, true);
}

struct execute_flags {
  start_flags start;
  bool detailed = false;
};

void execute(const execute_flags& what, const global_flags& flags) {
  const auto& with = what.start;
  const bool detailed = what.detailed;
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

struct describe_flags {
  workflow_flags of;
  bool raw = false, reset_points = false;
};

void describe(const describe_flags& what, const global_flags& flags) {
  connection to{flags};
  const auto request = request_about<wf::DescribeWorkflowExecutionRequest>(what.of, to);
  wf::DescribeWorkflowExecutionResponse response;
  to.call("failed describing workflow", methods::describe_workflow_execution, request, response);
  const auto& info = response.workflow_execution_info();
  if (what.reset_points) {
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

void list(const list_flags& what, const global_flags& flags) {
  print_executions<wf::ListWorkflowExecutionsRequest, wf::ListWorkflowExecutionsResponse>(
      flags,
      what,
      "failed listing workflows",
      methods::list_workflow_executions,
      {"Status", "WorkflowId", "Type", "StartTime"},
      [&](const auto& each) -> std::vector<std::string> {
        return {
            camel_case(
                api::enums::v1::WorkflowExecutionStatus_Name(each.status()),
                "WORKFLOW_EXECUTION_STATUS_"),
            each.execution().workflow_id(),
            each.type().name(),
            time_text(each.start_time(), flags.time_style(), std::chrono::system_clock::now())};
      });
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
  show_count(response, flags);
}

} // namespace

void add_workflow_commands(CLI::App& app, const global_flags& flags) {
  auto& group =
      *app.add_subcommand("workflow", "Start, watch and change workflows")->require_subcommand(1);

  auto [start_one, started] =
      add_command<start_flags>(group, flags, "start", "Start a workflow", start);
  started.add(start_one);

  auto [execute_one, executed] = add_command<execute_flags>(
      group, flags, "execute", "Start a workflow and wait for its result", execute);
  executed.start.add(execute_one);
  add_switch(
      execute_one,
      "--detailed",
      executed.detailed,
      "Show events as sections; in JSON: with the history");

  auto [describe_one, described] =
      add_command<describe_flags>(group, flags, "describe", "Show a workflow", describe);
  described.of.add(describe_one);
  add_switch(
      describe_one, "--raw", described.raw, "Print properties without changing their format");
  add_switch(describe_one, "--reset-points", described.reset_points, "Show auto-reset points only");

  auto [show_one, shown] =
      add_command<show_flags>(group, flags, "show", "Show a workflow's history", show);
  shown.of.add(show_one);
  add_switch(
      show_one, "-f,--follow", shown.follow, "Wait for more events until the workflow is closed");
  add_switch(show_one, "--detailed", shown.detailed, "Show events as sections");
  add_switch(show_one, "--reverse", shown.reverse, "Newest event first");

  auto [list_all, listed] = add_command<list_flags>(group, flags, "list", "List workflows", list);
  add_text(list_all, "-q,--query", listed.query, "List filter, e.g. \"ExecutionStatus='Running'\"");
  add_number(list_all, "--limit", listed.limit, "Print at most so many; 0 or less: all");
  add_number(
      list_all,
      "--page-size",
      listed.page_size,
      "Ask for so many at a time; 0 or less: the service decides");
  refuse_flag(list_all, "--archived", false);

  auto [count_all, counted] =
      add_command<std::string>(group, flags, "count", "Count workflows", count);
  add_text(count_all, "-q,--query", counted, "List filter");

  add_workflow_change_commands(group, flags);
  add_workflow_query_commands(group, flags);
  add_workflow_reset_command(group, flags);
  add_workflow_pause_commands(group, flags);
  add_workflow_trace_command(group, flags);
  add_workflow_fix_history_command(group, flags);
  add_workflow_update_commands(group, flags);
  add_workflow_with_start_commands(group, flags);

  auto [wait_for_one, waited] = add_command<workflow_flags>(
      group, flags, "result", "Wait for a workflow and print its result", result);
  waited.add(wait_for_one);
}

} // namespace troupe::cli
