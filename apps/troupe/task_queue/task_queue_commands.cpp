// SPDX-License-Identifier: Apache-2.0
// `troupe task-queue ...`.

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/task_queue/task_queue_description.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/base/time/time.hpp"

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

std::string type_name(int type) {
  for (const auto& [name, each] : queue_types)
    if (each == type)
      return std::string{name};
  return "unspecified";
}

/// Pollers and load by version and kind of task, as tables.
class description {
public:
  description(const wf::DescribeTaskQueueResponse& of, bool without_stats)
      : without_stats_(without_stats) {
    // The queue of workers without a version comes first.
    const std::map<std::string, const tq::TaskQueueVersionInfo*> versions =
        sorted(of.versions_info());
    for (const auto& [build_id, version] : versions) {
      if (const auto text = reachability_text(version->task_reachability()); !text.empty())
        reachability_.emplace_back(build_id.empty() ? "UNVERSIONED" : build_id, text);
      for (const auto& [type, info] : sorted(version->types_info()))
        add(build_id.empty() ? "UNVERSIONED" : build_id, type_name(type), *info);
    }
  }

  void print_text(bool with_reachability, const global_flags& flags) const {
    if (with_reachability) {
      say_heading("Task Reachability:", flags);
      std::vector<std::vector<std::string>> rows;
      for (const auto& [build_id, text] : reachability_)
        rows.push_back({build_id, text});
      print(table(flags, {"BuildID", "Reachability"}, rows));
    }
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
    std::string reachability;
    for (const auto& [build_id, text] : reachability_)
      reachability += (reachability.empty() ? "" : ",")
                      + json_object{}.text("buildId", build_id).text("reachability", text).str();
    return json_object{}
        .raw("reachability", list(reachability))
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

  /// Empty if it was not asked for.
  static std::string reachability_text(enums::BuildIdTaskReachability of) {
    switch (of) {
    case enums::BUILD_ID_TASK_REACHABILITY_UNSPECIFIED: return {};
    case enums::BUILD_ID_TASK_REACHABILITY_REACHABLE: return "reachable";
    case enums::BUILD_ID_TASK_REACHABILITY_CLOSED_WORKFLOWS_ONLY: return "closedWorkflowsOnly";
    case enums::BUILD_ID_TASK_REACHABILITY_UNREACHABLE: return "unreachable";
    default: return "unspecified";
    }
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
  std::vector<std::pair<std::string, std::string>> reachability_;
  std::vector<poller_row> pollers_;
  std::vector<stats_row> stats_;
};

void describe(const describe_queue_flags& what, const global_flags& flags) {
  if (what.is_legacy)
    return describe_as_before(what, flags);
  if (what.task_queue.empty())
    throw command_error("unable to describe task queue: missing task queue field");
  connection to{flags};
  auto request = request_for(what, to);
  request.set_api_mode(enums::DESCRIBE_TASK_QUEUE_MODE_ENHANCED);
  request.set_report_pollers(true);
  request.set_report_stats(!what.without_stats);
  request.set_report_task_reachability(what.with_reachability);
  request.set_report_config(what.with_config);
  if (what.all_active || what.unversioned || !what.build_ids.empty()) {
    auto& versions = *request.mutable_versions();
    versions.set_all_active(what.all_active);
    versions.set_unversioned(what.unversioned);
    versions.mutable_build_ids()->Assign(what.build_ids.begin(), what.build_ids.end());
  }
  for (const auto& name : what.types)
    for (const auto& [known, type] : queue_types)
      if (known == name)
        request.add_task_queue_types(type);
  const description seen{describe_task_queue(request, to), what.without_stats};
  if (flags.format() == output_format::text)
    seen.print_text(what.with_reachability, flags);
  print_json(flags.is_json() ? seen.json() : "", flags);
}

} // namespace

void add_task_queue_commands(CLI::App& app, const global_flags& flags) {
  auto& group = *app.add_subcommand("task-queue", "Look at task queues")->require_subcommand(1);
  auto [describe_one, described] = add_command<describe_queue_flags>(
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
  add_number(
      describe_one,
      "--partitions-legacy",
      described.partitions,
      "With --legacy-mode: how many parts of the queue to ask");
  add_list(describe_one, "--select-build-id", described.build_ids, "Only workers of this build");
  add_switch(
      describe_one, "--select-unversioned", described.unversioned, "Only workers of no version");
  add_switch(
      describe_one, "--select-all-active", described.all_active, "Only versions with work lately");
  add_switch(
      describe_one,
      "--report-reachability",
      described.with_reachability,
      "Whether tasks may still come for a build");
  add_switch(
      describe_one, "--report-config", described.with_config, "Ask for the queue's settings too");
  add_task_queue_config_commands(group, flags);
}

} // namespace troupe::cli
