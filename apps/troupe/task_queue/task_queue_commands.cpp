// SPDX-License-Identifier: Apache-2.0
// `troupe task-queue ...`.

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <array>
#include <map>
#include <utility>

namespace troupe::cli {
namespace {

namespace enums = temporal::api::enums::v1;
namespace tq = temporal::api::taskqueue::v1;
namespace wf = temporal::api::workflowservice::v1;

constexpr std::array<std::pair<std::string_view, enums::TaskQueueType>, 3> type_names{{
    {"workflow", enums::TASK_QUEUE_TYPE_WORKFLOW},
    {"activity", enums::TASK_QUEUE_TYPE_ACTIVITY},
    {"nexus", enums::TASK_QUEUE_TYPE_NEXUS},
}};

std::string type_name(int type) {
  for (const auto& [name, each] : type_names)
    if (each == type)
      return std::string{name};
  return "unspecified";
}

struct describe_flags {
  std::string task_queue, legacy_type = "workflow";
  std::vector<std::string> types;
  bool is_legacy = false, without_stats = false;
};

wf::DescribeTaskQueueResponse ask(const wf::DescribeTaskQueueRequest& what, connection& to) {
  wf::DescribeTaskQueueResponse response;
  to.call(
      "unable to describe task queue",
      rpc::methods::workflow_service::describe_task_queue,
      what,
      response);
  return response;
}

wf::DescribeTaskQueueRequest request_for(const describe_flags& what, const connection& to) {
  wf::DescribeTaskQueueRequest request;
  request.set_namespace_(to.name_space());
  request.mutable_task_queue()->set_name(what.task_queue);
  request.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  return request;
}

/// Pollers and load by version and kind of task, as tables.
class description {
public:
  description(const wf::DescribeTaskQueueResponse& of, bool without_stats)
      : without_stats_(without_stats) {
    // The queue of workers without a version comes first.
    const std::map<std::string, const tq::TaskQueueVersionInfo*> versions =
        sorted(of.versions_info());
    for (const auto& [build_id, version] : versions)
      for (const auto& [type, info] : sorted(version->types_info()))
        add(build_id.empty() ? "UNVERSIONED" : build_id, type_name(type), *info);
  }

  void print_text(const global_flags& flags) const {
    if (!without_stats_) {
      say_heading("Task Queue Statistics:", flags);
      std::vector<std::vector<std::string>> rows;
      for (const auto& each : stats_)
        rows.push_back(
            {each.build_id,
             each.type,
             std::to_string(each.stats.approximate_backlog_count()),
             each.has_stats ? spaced_duration(each.stats.approximate_backlog_age()) : "",
             go_number(increase(each.stats)),
             go_number(each.stats.tasks_add_rate()),
             go_number(each.stats.tasks_dispatch_rate())});
      print(table(
          flags,
          {"BuildID",
           "TaskQueueType",
           "ApproximateBacklogCount",
           "ApproximateBacklogAge",
           "BacklogIncreaseRate",
           "TasksAddRate",
           "TasksDispatchRate"},
          rows,
          {{align::left,
            align::left,
            align::right,
            align::left,
            align::right,
            align::right,
            align::right}}));
    }
    say_heading("Pollers:", flags);
    std::vector<std::vector<std::string>> rows;
    const auto now = std::chrono::system_clock::now();
    for (const auto& each : pollers_)
      rows.push_back(
          {each.build_id,
           each.type,
           each.poller.identity(),
           time_text(each.poller.last_access_time(), flags.time_style(), now),
           go_number(each.poller.rate_per_second())});
    print(table(
        flags,
        {"BuildID", "TaskQueueType", "Identity", "LastAccessTime", "RatePerSecond"},
        rows,
        {{align::left, align::left, align::left, align::left, align::right}}));
  }

  [[nodiscard]] std::string json() const {
    std::string pollers, stats;
    for (const auto& each : pollers_)
      pollers += (pollers.empty() ? "" : ",")
                 + json_object{}
                       .text("buildId", each.build_id)
                       .text("taskQueueType", each.type)
                       .text("identity", each.poller.identity())
                       .text("lastAccessTime", time_of(each.poller))
                       .raw("ratePerSecond", go_number_json(each.poller.rate_per_second()))
                       .str();
    for (const auto& each : stats_)
      stats +=
          (stats.empty() ? "" : ",")
          + json_object{}
                .text("buildId", each.build_id)
                .text("taskQueueType", each.type)
                .raw(
                    "approximateBacklogCount",
                    std::to_string(each.stats.approximate_backlog_count()))
                .text(
                    "approximateBacklogAge",
                    each.has_stats ? spaced_duration(each.stats.approximate_backlog_age()) : "")
                .raw("backlogIncreaseRate", go_number_json(increase(each.stats)))
                .raw("tasksAddRate", go_number_json(each.stats.tasks_add_rate()))
                .raw("tasksDispatchRate", go_number_json(each.stats.tasks_dispatch_rate()))
                .str();
    const auto list = [](const std::string& items) {
      return items.empty() ? std::string{"null"} : '[' + items + ']';
    };
    return json_object{}
        .raw("reachability", "null")
        .raw("pollers", list(pollers))
        .raw("stats", list(stats))
        .str();
  }

private:
  struct poller_row {
    std::string build_id, type;
    tq::PollerInfo poller;
  };
  struct stats_row {
    std::string build_id, type;
    bool has_stats;
    tq::TaskQueueStats stats;
  };

  template <class Key, class Value>
  static std::map<Key, const Value*> sorted(const google::protobuf::Map<Key, Value>& from) {
    std::map<Key, const Value*> to;
    for (const auto& [key, value] : from)
      to.emplace(key, &value);
    return to;
  }

  static float increase(const tq::TaskQueueStats& of) {
    return of.tasks_add_rate() - of.tasks_dispatch_rate();
  }

  static std::string time_of(const tq::PollerInfo& poller) {
    const auto& at = poller.last_access_time();
    return rfc3339(instant{at.seconds(), at.nanos()});
  }

  void
  add(const std::string& build_id, const std::string& type, const tq::TaskQueueTypeInfo& info) {
    for (const auto& each : info.pollers())
      pollers_.push_back({build_id, type, each});
    if (!without_stats_)
      stats_.push_back({build_id, type, info.has_stats(), info.stats()});
  }

  bool without_stats_;
  std::vector<poller_row> pollers_;
  std::vector<stats_row> stats_;
};

// The pollers of one kind of task.
void describe_as_before(const describe_flags& what, const global_flags& flags) {
  if (flags.is_json())
    throw command_error(
        "--legacy-mode has no JSON in this build of troupe; leave it out to get pollers and load");
  connection to{flags};
  auto request = request_for(what, to);
  request.set_task_queue_type(
      what.legacy_type == "workflow" ? enums::TASK_QUEUE_TYPE_WORKFLOW
                                     : enums::TASK_QUEUE_TYPE_ACTIVITY);
  request.set_include_task_queue_status(true);
  const auto response = ask(request, to);
  std::vector<std::vector<std::string>> rows;
  const auto now = std::chrono::system_clock::now();
  for (const auto& each : response.pollers())
    rows.push_back(
        {each.identity(),
         time_text(each.last_access_time(), flags.time_style(), now),
         go_number(each.rate_per_second())});
  say_heading("Pollers:", flags);
  if (flags.format() == output_format::text)
    print(table(
        flags,
        {"Identity", "LastAccessTime", "RatePerSecond"},
        rows,
        {{align::left, align::left, align::right}}));
  if (!response.has_versioning_info())
    return;
  if (flags.format() == output_format::text)
    print("\n");
  say_heading("Versioning Info:", flags);
  const auto& info = response.versioning_info();
  properties lines;
  const auto some = [&](const char* name, const std::string& value) {
    if (!value.empty())
      lines.push_back({name, value});
  };
  some("CurrentVersionDeploymentName", info.current_deployment_version().deployment_name());
  some("CurrentVersionBuildID", info.current_deployment_version().build_id());
  some("RampingVersionDeploymentName", info.ramping_deployment_version().deployment_name());
  some("RampingVersionBuildID", info.ramping_deployment_version().build_id());
  if (info.ramping_version_percentage() != 0)
    some("RampingVersionPercentage", go_number(info.ramping_version_percentage()));
  // The zero time of other languages, year 1, stands for "none".
  if (info.has_update_time() && info.update_time().seconds() != -62135596800)
    some("UpdateTime", time_text(info.update_time(), flags.time_style(), now));
  if (flags.format() == output_format::text)
    print(property_list(lines));
}

void describe(const describe_flags& what, const global_flags& flags) {
  if (what.is_legacy)
    return describe_as_before(what, flags);
  connection to{flags};
  auto request = request_for(what, to);
  request.set_api_mode(enums::DESCRIBE_TASK_QUEUE_MODE_ENHANCED);
  request.set_report_pollers(true);
  request.set_report_stats(!what.without_stats);
  for (const auto& name : what.types)
    for (const auto& [known, type] : type_names)
      if (known == name)
        request.add_task_queue_types(type);
  const description seen{ask(request, to), what.without_stats};
  if (flags.format() == output_format::text)
    seen.print_text(flags);
  print_json(flags.is_json() ? seen.json() : "", flags);
}

} // namespace

void add_task_queue_commands(CLI::App& app, const global_flags& flags) {
  auto& group = *app.add_subcommand("task-queue", "Look at task queues")->require_subcommand(1);
  auto [describe_one, described] = add_command<describe_flags>(
      group, flags, "describe", "Show who polls a task queue and what waits there", describe);
  add_text(describe_one, "-t,--task-queue", described.task_queue, "Task queue")->required();
  add_choices(
      describe_one,
      "--task-queue-type",
      described.types,
      {"workflow", "activity", "nexus"},
      "Only this kind of task: workflow, activity, nexus; may be given several times");
  add_switch(
      describe_one, "--disable-stats", described.without_stats, "Only who polls, not what waits");
  add_switch(describe_one, "--legacy-mode", described.is_legacy, "Only the pollers of one kind");
  add_choice(
      describe_one,
      "--task-queue-type-legacy",
      described.legacy_type,
      {"workflow", "activity"},
      "With --legacy-mode: workflow or activity");
  for (const auto* flag : {"--select-build-id", "--partitions-legacy"})
    refuse_flag(describe_one, flag);
  for (const auto* flag :
       {"--select-unversioned", "--select-all-active", "--report-reachability", "--report-config"})
    refuse_flag(describe_one, flag, false);
}

} // namespace troupe::cli
