// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/operator/cluster_commands.hpp"

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <grpc/health/v1/health.pb.h>
#include <temporal/api/operatorservice/v1/request_response.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <memory>

namespace troupe::cli {
namespace {

namespace os = temporal::api::operatorservice::v1;
namespace wf = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

void health(const global_flags& flags) {
  connection to{flags};
  ::grpc::health::v1::HealthCheckRequest request;
  ::grpc::health::v1::HealthCheckResponse response;
  request.set_service("temporal.api.workflowservice.v1.WorkflowService");
  to.call("failed checking cluster health", "/grpc.health.v1.Health/Check", request, response);
  const auto status =
      ::grpc::health::v1::HealthCheckResponse::ServingStatus_Name(response.status());
  say_done(status, flags);
  print_json("{\"status\":" + quote_json(status) + '}', flags);
}

std::string yes_or_no(bool is) {
  return is ? "true" : "false";
}

void system_info(const global_flags& flags) {
  connection to{flags};
  wf::GetSystemInfoResponse response;
  to.call(
      "unable to get system information",
      methods::get_system_info,
      wf::GetSystemInfoRequest{},
      response);
  print_message(response, flags);
  const auto& can = response.capabilities();
  if (flags.format() == output_format::text)
    print(table(
        flags,
        {"ServerVersion", "SupportsSchedules", "UpsertMemo", "EagerWorkflowStart"},
        {{response.server_version(),
          yes_or_no(can.supports_schedules()),
          yes_or_no(can.upsert_memo()),
          yes_or_no(can.eager_workflow_start())}}));
}

void describe(bool in_detail, const global_flags& flags) {
  connection to{flags};
  wf::GetClusterInfoResponse response;
  to.call(
      "unable to get cluster information",
      methods::get_cluster_info,
      wf::GetClusterInfoRequest{},
      response);
  print_message(response, flags);
  std::vector<std::string> headings{"ClusterName", "PersistenceStore", "VisibilityStore"};
  std::vector<std::string> row{
      response.cluster_name(), response.persistence_store(), response.visibility_store()};
  if (in_detail) {
    headings.insert(headings.end(), {"HistoryShardCount", "VersionInfo"});
    row.push_back(std::to_string(response.history_shard_count()));
    row.push_back(
        response.has_version_info() ? to_json(response.version_info(), payload_style::shorthand)
                                    : "<nil>");
  }
  if (flags.format() == output_format::text)
    print(table(flags, headings, {row}));
}

void list(std::int64_t limit, const global_flags& flags) {
  connection to{flags};
  json_list out{flags};
  os::ListClustersRequest request;
  std::int64_t count = 0;
  bool first_page = true;
  do {
    os::ListClustersResponse response;
    to.call(
        "failed listing clusters",
        rpc::methods::operator_service::list_clusters,
        request,
        response);
    std::vector<std::vector<std::string>> rows;
    for (const auto& each : response.clusters()) {
      if (limit > 0 && count == limit)
        break;
      ++count;
      out.add(each);
      rows.push_back(
          {each.cluster_name(),
           each.cluster_id(),
           each.address(),
           std::to_string(each.history_shard_count()),
           std::to_string(each.initial_failover_version()),
           yes_or_no(each.is_connection_enabled()),
           yes_or_no(each.is_replication_enabled())});
    }
    if (flags.format() == output_format::text && !rows.empty())
      print(table(
          flags,
          {"Name",
           "ClusterId",
           "Address",
           "HistoryShardCount",
           "InitialFailoverVersion",
           "IsConnectionEnabled",
           "IsReplicationEnabled"},
          rows,
          {{}, first_page}));
    first_page = false;
    request.set_next_page_token(response.next_page_token());
  } while (!request.next_page_token().empty() && (limit <= 0 || count < limit));
  out.end();
}

} // namespace

void add_cluster_commands(CLI::App& parent, const global_flags& flags) {
  auto* group = parent.add_subcommand("cluster", "Look at the cluster")->require_subcommand(1);
  group->add_subcommand("health", "Check whether the service is up")->callback([&flags] {
    health(flags);
  });
  group->add_subcommand("system", "Show the server's version and capabilities")->callback([&flags] {
    system_info(flags);
  });

  auto* describe_it = group->add_subcommand("describe", "Show the cluster");
  auto in_detail = std::make_shared<bool>(false);
  add_switch(*describe_it, "--detail", *in_detail, "Also its shards and its version");
  describe_it->callback([&flags, in_detail] { describe(*in_detail, flags); });

  auto* list_all = group->add_subcommand("list", "List the clusters");
  auto limit = std::make_shared<std::int64_t>(0);
  add_number(*list_all, "--limit", *limit, "Print at most so many; 0 or less: all");
  list_all->callback([&flags, limit] { list(*limit, flags); });
}

} // namespace troupe::cli
