// SPDX-License-Identifier: Apache-2.0
// `troupe batch ...`.

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::cli {
namespace {

namespace wf = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;
namespace methods = rpc::methods::workflow_service;

/// A call about one job, of which the text of an unknown id is the command's own.
template <class Request, class Response>
void call_about(
    connection& to,
    const std::string& failed,
    std::string_view method,
    const Request& request,
    Response& response) {
  const auto status = to.try_call(method, request, response);
  if (status.code == status_code::not_found)
    throw command_error("could not find Batch Job '" + request.job_id() + "'");
  if (!status.ok())
    throw command_error(
        failed + ": "
        + (status.message.empty() ? std::string{to_string(status.code)} : status.message));
}

std::string state_name(enums::BatchOperationState state) {
  return camel_case(enums::BatchOperationState_Name(state), "BATCH_OPERATION_STATE_");
}

void describe(const std::string& job_id, const global_flags& flags) {
  connection to{flags};
  wf::DescribeBatchOperationRequest request;
  wf::DescribeBatchOperationResponse response;
  request.set_namespace_(to.name_space());
  request.set_job_id(job_id);
  call_about(
      to, "failed to describe batch job", methods::describe_batch_operation, request, response);
  if (flags.format() != output_format::text)
    return print_message(response, flags);
  const auto now = std::chrono::system_clock::now();
  const auto of_total = [&](std::int64_t count) {
    return std::to_string(count) + "/" + std::to_string(response.total_operation_count());
  };
  properties lines{
      {"State", state_name(response.state())},
      {"Type",
       camel_case(
           enums::BatchOperationType_Name(response.operation_type()), "BATCH_OPERATION_TYPE_")},
      {"StartTime", time_text(response.start_time(), flags.time_style(), now)}};
  if (response.has_close_time())
    lines.push_back({"CloseTime", time_text(response.close_time(), flags.time_style(), now)});
  lines.push_back({"CompletedCount", of_total(response.complete_operation_count())});
  lines.push_back({"FailureCount", of_total(response.failure_operation_count())});
  print(property_list(lines));
}

void list(std::int64_t limit, const global_flags& flags) {
  connection to{flags};
  json_list out{flags};
  wf::ListBatchOperationsRequest request;
  request.set_namespace_(to.name_space());
  std::int64_t count = 0;
  bool is_first = true;
  do {
    wf::ListBatchOperationsResponse response;
    to.call("failed to list batch jobs", methods::list_batch_operations, request, response);
    const auto now = std::chrono::system_clock::now();
    std::vector<std::vector<std::string>> rows;
    for (const auto& each : response.operation_info()) {
      if (limit > 0 && count == limit)
        break;
      ++count;
      out.add(each);
      rows.push_back(
          {each.job_id(),
           state_name(each.state()),
           time_text(each.start_time(), flags.time_style(), now),
           each.has_close_time() ? time_text(each.close_time(), flags.time_style(), now) : ""});
    }
    if (flags.format() == output_format::text && !rows.empty())
      print(table(flags, {"JobId", "State", "StartTime", "CloseTime"}, rows, {{}, is_first}));
    is_first = false;
    request.set_next_page_token(response.next_page_token());
  } while (!request.next_page_token().empty() && (limit <= 0 || count < limit));
  out.end();
}

struct terminate_flags {
  std::string job_id, reason;
};

void terminate(const terminate_flags& what, const global_flags& flags) {
  connection to{flags};
  wf::StopBatchOperationRequest request;
  wf::StopBatchOperationResponse response;
  request.set_namespace_(to.name_space());
  request.set_job_id(what.job_id);
  request.set_reason(what.reason);
  request.set_identity(to.identity());
  call_about(to, "failed to terminate batch job", methods::stop_batch_operation, request, response);
  say("Terminated Batch Job '" + what.job_id + "'", flags);
}

} // namespace

void add_batch_commands(CLI::App& app, const global_flags& flags) {
  auto& group = *app.add_subcommand("batch", "Look after batch jobs")->require_subcommand(1);

  auto [describe_one, described] =
      add_command<std::string>(group, flags, "describe", "Show how far a batch job is", describe);
  add_text(describe_one, "--job-id", described, "Job ID")->required();

  auto [list_all, listed] =
      add_command<std::int64_t>(group, flags, "list", "List batch jobs", list);
  add_number(list_all, "--limit", listed, "Print at most so many; 0 or less: all");

  auto [terminate_one, terminated] = add_command<terminate_flags>(
      group, flags, "terminate", "End a batch job where it stands", terminate);
  add_text(terminate_one, "--job-id", terminated.job_id, "Job ID")->required();
  add_text(terminate_one, "--reason", terminated.reason, "Reason")->required();
}

} // namespace troupe::cli
