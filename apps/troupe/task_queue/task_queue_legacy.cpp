// SPDX-License-Identifier: Apache-2.0
// `troupe task-queue describe --legacy-mode`.

#include "apps/troupe/task_queue/task_queue_description.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/rpc/methods.hpp"

#include <map>
#include <utility>

namespace troupe::cli {
namespace {

namespace enums = temporal::api::enums::v1;
namespace tq = temporal::api::taskqueue::v1;
namespace wf = temporal::api::workflowservice::v1;

/// As Go writes messages: by their names on the wire, and nothing that is zero.
class go_object {
public:
  go_object& number(const char* name, std::int64_t value) {
    if (value != 0)
      made_.raw(name, std::to_string(value));
    return *this;
  }
  go_object& text(const char* name, const std::string& value) {
    if (!value.empty())
      made_.text(name, value);
    return *this;
  }
  go_object& real(const char* name, double value) {
    if (value != 0)
      made_.raw(name, go_number_json(value));
    return *this;
  }
  go_object& raw(const char* name, const std::string& value) {
    made_.raw(name, value);
    return *this;
  }
  go_object& time(const char* name, const google::protobuf::Timestamp& value) {
    return raw(
        name, go_object{}.number("seconds", value.seconds()).number("nanos", value.nanos()).str());
  }
  [[nodiscard]] std::string str() const { return made_.str(); }

private:
  json_object made_;
};

std::string in_list(std::string items, const std::string& more) {
  return (items.empty() ? "" : items + ',') + more;
}

std::string poller_json(const tq::PollerInfo& of, std::int64_t partition) {
  return go_object{}
      .raw("partition", std::to_string(partition))
      .time("last_access_time", of.last_access_time())
      .text("identity", of.identity())
      .real("rate_per_second", of.rate_per_second())
      .str();
}

std::string status_json(const tq::TaskQueueStatus& of, std::int64_t partition) {
  const auto& block = of.task_id_block();
  return go_object{}
      .raw("partition", std::to_string(partition))
      .number("backlog_count_hint", of.backlog_count_hint())
      .number("read_level", of.read_level())
      .number("ack_level", of.ack_level())
      .real("rate_per_second", of.rate_per_second())
      .raw(
          "task_id_block",
          go_object{}.number("start_id", block.start_id()).number("end_id", block.end_id()).str())
      .str();
}

std::string versioning_json(const tq::TaskQueueVersioningInfo& of) {
  go_object made;
  made.text("current_version", of.current_version());
  made.text("ramping_version", of.ramping_version());
  made.real("ramping_version_percentage", of.ramping_version_percentage());
  if (of.has_update_time())
    made.time("update_time", of.update_time());
  return made.str();
}

std::string limit_json(const tq::RateLimitConfig& of) {
  go_object made;
  if (of.has_rate_limit())
    made.raw(
        "rate_limit",
        go_object{}.real("requests_per_second", of.rate_limit().requests_per_second()).str());
  if (of.has_metadata())
    made.raw(
        "metadata",
        go_object{}
            .text("reason", of.metadata().reason())
            .text("update_identity", of.metadata().update_identity())
            .time("update_time", of.metadata().update_time())
            .str());
  return made.str();
}

std::string config_json(const tq::TaskQueueConfig& of) {
  go_object made;
  if (of.has_queue_rate_limit())
    made.raw("queue_rate_limit", limit_json(of.queue_rate_limit()));
  if (of.has_fairness_keys_rate_limit_default())
    made.raw("fairness_keys_rate_limit_default", limit_json(of.fairness_keys_rate_limit_default()));
  go_object weights;
  const auto& given = of.fairness_weight_overrides();
  for (const auto& [key, weight] : std::map<std::string, float>{given.begin(), given.end()})
    weights.raw(key.c_str(), go_number_json(weight));
  if (!given.empty())
    made.raw("fairness_weight_overrides", weights.str());
  return made.str();
}

} // namespace

wf::DescribeTaskQueueResponse describe_task_queue(
    const wf::DescribeTaskQueueRequest& what, connection& to, const std::string& fault) {
  wf::DescribeTaskQueueResponse response;
  to.call(fault, rpc::methods::workflow_service::describe_task_queue, what, response);
  return response;
}

wf::DescribeTaskQueueRequest request_for(const describe_queue_flags& what, const connection& to) {
  wf::DescribeTaskQueueRequest request;
  request.set_namespace_(to.name_space());
  request.mutable_task_queue()->set_name(what.task_queue);
  request.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  return request;
}

void describe_as_before(const describe_queue_flags& what, const global_flags& flags) {
  connection to{flags};
  auto request = request_for(what, to);
  request.set_task_queue_type(
      what.legacy_type == "workflow" ? enums::TASK_QUEUE_TYPE_WORKFLOW
                                     : enums::TASK_QUEUE_TYPE_ACTIVITY);
  request.set_include_task_queue_status(true);
  request.set_report_config(what.with_config);
  wf::DescribeTaskQueueResponse response;
  std::string pollers, queues;
  // A queue of several parts has the others under names of their own.
  for (std::int64_t partition = 0; partition < what.partitions; ++partition) {
    if (partition > 0)
      request.mutable_task_queue()->set_name(
          "/_sys/" + what.task_queue + '/' + std::to_string(partition));
    const auto part = describe_task_queue(request, to);
    for (const auto& each : part.pollers()) {
      *response.add_pollers() = each;
      pollers = in_list(std::move(pollers), poller_json(each, partition));
    }
    queues = in_list(std::move(queues), status_json(part.task_queue_status(), partition));
    if (part.has_versioning_info())
      *response.mutable_versioning_info() = part.versioning_info();
    if (part.has_config())
      *response.mutable_config() = part.config();
  }
  if (flags.is_json()) {
    const auto list = [](const std::string& items) {
      return items.empty() ? std::string{"null"} : '[' + items + ']';
    };
    json_object all;
    if (response.has_config())
      all.raw("config", config_json(response.config()));
    all.raw("pollers", list(pollers)).raw("taskQueues", list(queues));
    if (response.has_versioning_info())
      all.raw("versioning_info", versioning_json(response.versioning_info()));
    print_json(all.str(), flags);
    return;
  }
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
  if (response.has_config() && flags.format() == output_format::text) {
    print("\n");
    say_heading("Task Queue Configuration:", flags);
    print_limits(response.config(), flags);
    return;
  }
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

} // namespace troupe::cli
