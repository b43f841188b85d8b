// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/batch/batch_job.hpp"

#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/prompt.hpp"
#include "apps/troupe/workflow/workflow_start.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

namespace troupe::cli {

namespace wf = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

void batch_flags::add(CLI::App& command) {
  add_text(command, "-q,--query", query, "List filter: a batch job for all workflows it finds");
  add_text(command, "--reason", reason, "Reason");
  add_number(command, "--rps", per_second, "Most workflows a second, of a batch job");
  add_switch(command, "-y,--yes", yes, "Don't prompt to confirm");
}

std::optional<wf::StartBatchOperationRequest> batch_request(
    const workflow_flags& of,
    const batch_flags& what,
    connection& to,
    const global_flags& flags,
    single_allows also) {
  if (!of.workflow_id.empty()) {
    if (!what.query.empty())
      throw command_error("cannot set query when workflow ID is set");
    if (!what.reason.empty() && !also.reason)
      throw command_error("cannot set reason when workflow ID is set");
    if (what.yes && !also.yes)
      throw command_error("cannot set 'yes' when workflow ID is set");
    if (what.per_second != 0)
      throw command_error("cannot set rps when workflow ID is set");
    return std::nullopt;
  }
  if (what.query.empty())
    throw command_error("must set either workflow ID or query");
  if (!of.run_id.empty())
    throw command_error("cannot set run ID when query is set");
  confirm_batch(what.query, what.yes, to, flags);
  wf::StartBatchOperationRequest request;
  request.set_namespace_(to.name_space());
  request.set_job_id(random_uuid());
  request.set_visibility_query(what.query);
  request.set_reason(what.reason.empty() ? "Requested from CLI by " + user_name() : what.reason);
  request.set_max_operations_per_second(what.per_second);
  return request;
}

void confirm_batch(const std::string& query, bool sure, connection& to, const global_flags& flags) {
  std::string question = "Start batch against workflows matching query " + quote_json(query);
  if (!sure) {
    wf::CountWorkflowExecutionsRequest request;
    wf::CountWorkflowExecutionsResponse response;
    request.set_namespace_(to.name_space());
    request.set_query(query);
    to.call(
        "failed counting workflows from query",
        methods::count_workflow_executions,
        request,
        response);
    question =
        "Start batch against approximately " + std::to_string(response.count()) + " workflow(s)";
  }
  if (!confirm_yes(question + "? y/N", sure, flags))
    throw command_error("user denied confirmation");
}

void start_batch(
    connection& to, const wf::StartBatchOperationRequest& request, const global_flags& flags) {
  wf::StartBatchOperationResponse response;
  to.call("failed starting batch operation", methods::start_batch_operation, request, response);
  if (flags.format() == output_format::text)
    say("Started batch for job ID: " + request.job_id(), flags);
  else
    print_json(json_object{}.text("batchJobId", request.job_id()).str(), flags);
}

} // namespace troupe::cli
