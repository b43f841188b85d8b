// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/checks/checks.hpp"

#include "runtime/base/text/ascii.hpp"
#include "runtime/base/text/go_url.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/activity/activity_options.hpp"
#include "runtime/embedded/checks/error_text.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/cron.hpp"
#include "runtime/embedded/run/retry_policy.hpp"
#include "runtime/embedded/run/versioning_override.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <set>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" // TERMINATE_IF_RUNNING is still accepted

namespace troupe::embedded {
namespace {

using request_type = api::workflowservice::v1::StartWorkflowExecutionRequest;
using std::chrono::seconds;

constexpr auto default_task_timeout = seconds{10};
constexpr auto max_task_timeout = seconds{120};
constexpr std::size_t max_callback_url = 1000;
constexpr std::size_t max_callback_header = 8192;
/// Of workflows and of delays before them: the real server cuts them there.
constexpr duration longest_timeout = std::chrono::hours{24} * 365 * 100;
constexpr int max_links = 10;
constexpr std::size_t max_link_bytes = 4000;

rpc_status check_timeout(bool set, const google::protobuf::Duration& value, std::string_view name) {
  if (!set)
    return {};
  const auto problem = duration_problem(value);
  if (problem.empty())
    return {};
  return invalid_argument(
      "An invalid " + std::string{name} + " is set on request. cause: " + std::string{problem});
}

rpc_status check_policies(request_type& request) {
  if (request.workflow_id_reuse_policy() == enums::WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING) {
    if (request.workflow_id_conflict_policy() != enums::WORKFLOW_ID_CONFLICT_POLICY_UNSPECIFIED)
      return invalid_argument(
          "Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING cannot be "
          "used together with a WorkflowIDConflictPolicy");
    request.set_workflow_id_reuse_policy(enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE);
    request.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING);
  }
  if (request.workflow_id_reuse_policy() == enums::WORKFLOW_ID_REUSE_POLICY_UNSPECIFIED)
    request.set_workflow_id_reuse_policy(enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE);
  if (request.workflow_id_conflict_policy() == enums::WORKFLOW_ID_CONFLICT_POLICY_UNSPECIFIED)
    request.set_workflow_id_conflict_policy(enums::WORKFLOW_ID_CONFLICT_POLICY_FAIL);
  if (request.workflow_id_reuse_policy() == enums::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE
      && request.workflow_id_conflict_policy()
             == enums::WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING)
    return invalid_argument(
        "Invalid WorkflowIDReusePolicy: WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE cannot be used "
        "together with WorkflowIdConflictPolicy WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING");
  return {};
}

rpc_status check_schedule(const surroundings& around, const request_type& request) {
  const bool delayed = from_proto(request.workflow_start_delay()) != duration{};
  if (!request.cron_schedule().empty() && delayed)
    return invalid_argument("CronSchedule and WorkflowStartDelay may not be used together.");
  if (auto status = check_timeout(
          request.has_workflow_start_delay(),
          request.workflow_start_delay(),
          "WorkflowStartDelaySeconds");
      !status.ok())
    return status;
  if (request.cron_schedule().empty())
    return {};
  auto problem = cron_problem(request.cron_schedule(), around.now);
  return problem.empty() ? rpc_status{} : invalid_argument(std::move(problem));
}

/// What a link to something of a namespace has to say and does not, in the words of an error.
std::string missing_part(
    const std::string& kind,
    const char* id_name,
    const std::string& name_space,
    const std::string& id,
    const std::string& run_id) {
  const auto* const missing = name_space.empty() ? "namespace"
                              : id.empty()       ? id_name
                              : run_id.empty()   ? "run ID"
                                                 : nullptr;
  return missing == nullptr ? std::string{}
                            : kind + " link must not have an empty " + missing + " field";
}

/// The same of any link.
std::string missing_part(const api::common::v1::Link& link) {
  using variant = api::common::v1::Link;
  switch (link.variant_case()) {
  case variant::kWorkflowEvent: {
    const auto& to = link.workflow_event();
    return missing_part(
        "workflow event", "workflow ID", to.namespace_(), to.workflow_id(), to.run_id());
  }
  case variant::kWorkflow: {
    const auto& to = link.workflow();
    return missing_part("workflow", "workflow ID", to.namespace_(), to.workflow_id(), to.run_id());
  }
  case variant::kNexusOperation: {
    const auto& to = link.nexus_operation();
    return missing_part(
        "nexus operation", "operation ID", to.namespace_(), to.operation_id(), to.run_id());
  }
  case variant::kActivity: {
    const auto& to = link.activity();
    return missing_part("activity", "activity ID", to.namespace_(), to.activity_id(), to.run_id());
  }
  case variant::kBatchJob:
    return link.batch_job().job_id().empty() ? "batch job link must not have an empty job ID" : "";
  default: return "unsupported link variant";
  }
}

void cut_timeouts(request_type& request) {
  for (auto* each :
       {request.has_workflow_execution_timeout() ? request.mutable_workflow_execution_timeout()
                                                 : nullptr,
        request.has_workflow_run_timeout() ? request.mutable_workflow_run_timeout() : nullptr,
        request.has_workflow_start_delay() ? request.mutable_workflow_start_delay() : nullptr})
    if (each != nullptr)
      cut_timeout(*each);
  const auto execution = from_proto(request.workflow_execution_timeout());
  auto run = from_proto(request.workflow_run_timeout());
  if (execution > duration{} && (run == duration{} || run > execution)) {
    run = execution;
    to_proto(run, *request.mutable_workflow_run_timeout());
  }
  to_proto(
      task_timeout_of(from_proto(request.workflow_task_timeout()), run),
      *request.mutable_workflow_task_timeout());
}

} // namespace

duration task_timeout_of(duration wanted, duration run) {
  auto task = std::min<duration>(
      wanted == duration{} ? duration{default_task_timeout} : wanted, max_task_timeout);
  return run > duration{} ? std::min(task, run) : task;
}

bool is_null(const api::common::v1::Payload& payload) {
  return payload.data().empty() || payload.data() == "[]";
}

void normalize_start(request_type& request) {
  drop_nulls(request);
  cut_timeouts(request);
}

rpc_status
check_links(const google::protobuf::RepeatedPtrField<api::common::v1::Link>& links, int others) {
  if (const auto count = links.size() + others; count > max_links)
    return invalid_argument(
        "cannot attach more than " + std::to_string(max_links) + " links per request, got "
        + std::to_string(count));
  for (const auto& link : links) {
    if (link.ByteSizeLong() > max_link_bytes)
      return invalid_argument(
          "link exceeds allowed size of " + std::to_string(max_link_bytes) + ", got "
          + std::to_string(link.ByteSizeLong()));
    if (const auto missing = missing_part(link); !missing.empty())
      return invalid_argument(std::string{missing});
  }
  return {};
}

std::string_view duration_problem(const google::protobuf::Duration& value) {
  if (value.seconds() < 0 || value.nanos() < 0) {
    if (value.seconds() > 0 || (value.seconds() < 0 && value.nanos() > 0))
      return "duration has seconds and nanos with different signs";
    return "negative duration";
  }
  return {};
}

void cut_timeout(google::protobuf::Duration& value) {
  to_proto(std::min(from_proto(value), longest_timeout), value);
}

rpc_status check_normal_name(const api::taskqueue::v1::TaskQueue& queue, std::size_t max_id_bytes) {
  if (queue.kind() == enums::TASK_QUEUE_KIND_STICKY)
    return queue.normal_name().size() > max_id_bytes
               ? invalid_argument("taskQueue length exceeds limit")
               : rpc_status{};
  if (queue.normal_name().empty())
    return {};
  return invalid_argument(
      "only sticky queues can have normal name. tq: " + queue.name()
      + ", normal name: " + excerpt(queue.normal_name(), longest_error_text));
}

rpc_status check_task_queue(
    bool has_queue, const api::taskqueue::v1::TaskQueue& queue, std::size_t max_id_bytes) {
  if (!has_queue)
    return invalid_argument("taskQueue is not set");
  if (queue.name().empty())
    return invalid_argument("missing task queue name");
  if (queue.name().size() > max_id_bytes)
    return invalid_argument("taskQueue length exceeds limit");
  if (queue.name().starts_with("/_sys/"))
    return invalid_argument("task queue name cannot start with reserved prefix /_sys/");
  if (queue.name() == "temporal-sys-per-ns-tq")
    return invalid_argument("cannot use internal per-namespace task queue:temporal-sys-per-ns-tq");
  return {};
}

namespace {

rpc_status check_address(const std::vector<callback_address>& allowed, const go_url& url) {
  for (const auto& each : allowed)
    if (fits_pattern(each.pattern, url.host)) {
      if (url.scheme == "https" || each.is_insecure_allowed)
        return {};
      return invalid_argument(
          "invalid url: callback address does not allow insecure connections: " + url.text);
    }
  return invalid_argument(
      "invalid url: url does not match any configured callback address: " + url.text);
}

} // namespace

rpc_status check_callbacks(
    const surroundings& around,
    std::size_t already,
    google::protobuf::RepeatedPtrField<api::common::v1::Callback>& callbacks) {
  const auto limit = around.settings.max_callbacks;
  if (already + static_cast<std::size_t>(callbacks.size()) > limit)
    return failed_precondition(
        "cannot attach more than " + std::to_string(limit) + " callbacks to a workflow ("
        + std::to_string(already) + " callbacks already attached)");
  for (auto& each : callbacks) {
    if (each.has_internal())
      return invalid_argument("unknown callback variant: *common.Callback_Internal_");
    if (!each.has_nexus())
      return {status_code::unimplemented, "unknown callback variant: <nil>", {}};
    auto& nexus = *each.mutable_nexus();
    if (nexus.url().size() > max_callback_url)
      return invalid_argument(
          "invalid url: url length longer than max length allowed of "
          + std::to_string(max_callback_url));
    if (nexus.url() != "temporal://system" && nexus.url() != "temporal://internal") {
      const auto url = read_go_url(nexus.url());
      if (!url.problem.empty())
        return invalid_argument("invalid callback url: " + url.problem);
      if (url.scheme != "http" && url.scheme != "https")
        return invalid_argument("invalid url: unknown scheme: " + url.text);
      if (url.host.empty())
        return invalid_argument("invalid url: missing host");
      if (auto problem = check_address(around.settings.callback_addresses, url); !problem.ok())
        return problem;
      if (const auto target = http_target_of(url); !target.problem.empty())
        return invalid_argument("invalid url: it cannot be called: " + target.problem);
    }
    std::size_t bytes = 0;
    google::protobuf::Map<std::string, std::string> lower;
    for (const auto& [name, value] : nexus.header()) {
      bytes += name.size() + value.size();
      lower[to_lower(name)] = value;
    }
    if (bytes > max_callback_header)
      return invalid_argument(
          "invalid header: header size longer than max allowed size of "
          + std::to_string(max_callback_header));
    *nexus.mutable_header() = lower;
  }
  return {};
}

rpc_status check_and_normalize(const surroundings& around, request_type& request) {
  const auto& settings = around.settings;
  if (request.workflow_id().empty())
    return invalid_argument("WorkflowId is not set on request.");
  if (request.workflow_id().size() > settings.max_id_bytes)
    return invalid_argument("WorkflowId length exceeds limit.");
  if (request.has_retry_policy()) {
    fill_defaults(*request.mutable_retry_policy());
    if (auto status = check(request.retry_policy()); !status.ok())
      return status;
  }
  if (auto status = check_schedule(around, request); !status.ok())
    return status;
  if (request.workflow_type().name().empty())
    return invalid_argument("WorkflowType is not set on request.");
  if (request.workflow_type().name().size() > settings.max_id_bytes)
    return invalid_argument("WorkflowType length exceeds limit.");
  if (auto status =
          check_task_queue(request.has_task_queue(), request.task_queue(), settings.max_id_bytes);
      !status.ok())
    return status;
  for (auto status :
       {check_timeout(
            request.has_workflow_execution_timeout(),
            request.workflow_execution_timeout(),
            "WorkflowExecutionTimeoutSeconds"),
        check_timeout(
            request.has_workflow_run_timeout(),
            request.workflow_run_timeout(),
            "WorkflowRunTimeoutSeconds"),
        check_timeout(
            request.has_workflow_task_timeout(),
            request.workflow_task_timeout(),
            "WorkflowTaskTimeoutSeconds")}) {
    if (!status.ok())
      return status;
  }
  if (request.request_id().empty())
    request.set_request_id(around.ids.uuid());
  if (request.request_id().size() > settings.max_id_bytes)
    return invalid_argument("RequestId length exceeds limit.");
  if (auto status = check_policies(request); !status.ok())
    return status;
  const auto& attach = request.on_conflict_options();
  if (attach.attach_completion_callbacks() && !attach.attach_request_id())
    return invalid_argument("attaching request ID is required for attaching completion callbacks");
  if (request.has_search_attributes()) {
    auto& attributes = *request.mutable_search_attributes();
    auto problem = check_search_attributes(around, request.namespace_(), attributes);
    if (problem.ok())
      problem = check_attributes_size(around, request.namespace_(), attributes);
    if (!problem.ok())
      return std::move(problem.status);
  }
  drop_nulls(request);
  const auto most_callbacks = around.settings.max_callbacks;
  if (static_cast<std::size_t>(request.completion_callbacks_size()) > most_callbacks)
    return invalid_argument(
        "cannot attach more than " + std::to_string(most_callbacks) + " callbacks to a workflow");
  if (auto status = check_callbacks(around, 0, *request.mutable_completion_callbacks());
      !status.ok())
    return status;
  int of_callbacks = 0;
  for (const auto& callback : request.completion_callbacks())
    of_callbacks += callback.links_size();
  if (auto status = check_links(request.links(), of_callbacks); !status.ok())
    return status;
  if (auto status = check(request.priority()); !status.ok())
    return status;
  if (request.has_time_skipping_config())
    return unimplemented("The Time-Skipping feature is not enabled for namespace.");
  if (request.input().ByteSizeLong() > settings.max_blob_bytes)
    return invalid_argument("Blob data size exceeds limit.");
  if (request.memo().ByteSizeLong() > settings.max_memo_bytes)
    return invalid_argument("Memo size exceeds limit.");
  if (request.has_versioning_override()) {
    if (auto status = check_override(request.versioning_override(), request.task_queue().name());
        !status.ok())
      return status;
    normalize(*request.mutable_versioning_override());
  }
  cut_timeouts(request);
  return {};
}

} // namespace troupe::embedded
