// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/checks/checks.hpp"

#include "runtime/base/time/time.hpp"
#include "runtime/base/time/time_text.hpp"
#include "runtime/embedded/activity/activity_options.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/cron.hpp"
#include "runtime/embedded/run/retry_policy.hpp"
#include "runtime/protocol/json_value.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <charconv>
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
constexpr std::size_t max_attribute_value = 2048;
constexpr std::size_t max_attributes_total = 40'960;
constexpr int max_attributes = 100;
/// Of workflows and of delays before them: the real server cuts them there.
constexpr duration longest_timeout = std::chrono::hours{24} * 365 * 100;
constexpr int max_links = 10;
constexpr std::size_t max_link_bytes = 4000;

std::string_view type_name(int type) {
  switch (type) {
  case enums::INDEXED_VALUE_TYPE_TEXT: return "Text";
  case enums::INDEXED_VALUE_TYPE_KEYWORD: return "Keyword";
  case enums::INDEXED_VALUE_TYPE_INT: return "Int";
  case enums::INDEXED_VALUE_TYPE_DOUBLE: return "Double";
  case enums::INDEXED_VALUE_TYPE_BOOL: return "Bool";
  case enums::INDEXED_VALUE_TYPE_DATETIME: return "Datetime";
  case enums::INDEXED_VALUE_TYPE_KEYWORD_LIST: return "KeywordList";
  default: return "Unspecified";
  }
}

/// True if the whole text is a number of this type: `1e300` is no integer.
template <class Number>
bool is_number(const std::string& text) {
  Number value{};
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && at == end;
}

bool fits(const protocol::json_value& value, int type) {
  using is = protocol::json_value::type;
  // A list of one stands for its element.
  if (value.is == is::array && type != enums::INDEXED_VALUE_TYPE_KEYWORD_LIST)
    return value.items.size() == 1 && value.items[0].is != is::array && fits(value.items[0], type);
  switch (type) {
  case enums::INDEXED_VALUE_TYPE_INT:
    return value.is == is::number && is_number<std::int64_t>(value.text);
  case enums::INDEXED_VALUE_TYPE_DOUBLE:
    return value.is == is::number && is_number<double>(value.text);
  case enums::INDEXED_VALUE_TYPE_BOOL: return value.is == is::boolean;
  case enums::INDEXED_VALUE_TYPE_DATETIME:
    return value.is == is::string && parse_rfc3339(value.text).has_value();
  case enums::INDEXED_VALUE_TYPE_KEYWORD_LIST:
    return value.is == is::string
           || (value.is == is::array
               && std::all_of(value.items.begin(), value.items.end(), [](const auto& each) {
                    return each.is == is::string;
                  }));
  default: return value.is == is::string;
  }
}

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

void drop_nulls(request_type& request) {
  const auto drop = [](auto& fields) {
    for (auto at = fields.begin(); at != fields.end();)
      at = is_null(at->second) ? fields.erase(at) : std::next(at);
  };
  drop(*request.mutable_memo()->mutable_fields());
  if (request.memo().fields().empty())
    request.clear_memo();
  drop(*request.mutable_search_attributes()->mutable_indexed_fields());
  if (request.search_attributes().indexed_fields().empty())
    request.clear_search_attributes();
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
  auto task = from_proto(request.workflow_task_timeout());
  if (task == duration{})
    task = default_task_timeout;
  task = std::min<duration>(task, max_task_timeout);
  if (run > duration{})
    task = std::min(task, run);
  to_proto(task, *request.mutable_workflow_task_timeout());
}

} // namespace

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
    if (link.has_workflow_event()
        && (link.workflow_event().namespace_().empty()
            || link.workflow_event().workflow_id().empty()
            || link.workflow_event().run_id().empty()))
      return invalid_argument("workflow event link must not have an empty namespace, workflow ID "
                              "or run ID field");
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

bool is_null(const api::common::v1::Payload& payload) {
  if (const auto at = payload.metadata().find("encoding");
      at != payload.metadata().end() && at->second == "binary/null")
    return true;
  return payload.data().empty() || payload.data() == "null" || payload.data() == "[]";
}

rpc_status check_search_attributes(
    const surroundings& around,
    std::string_view name_space,
    api::common::v1::SearchAttributes& attributes) {
  auto& fields = *attributes.mutable_indexed_fields();
  if (fields.size() > static_cast<std::size_t>(max_attributes))
    return invalid_argument(
        "number of search attributes " + std::to_string(fields.size()) + " exceeds limit "
        + std::to_string(max_attributes));
  std::size_t total = 0;
  for (auto& [name, payload] : fields) {
    const auto type = around.known.search_attribute_type(name_space, name);
    if (!type)
      return invalid_argument(
          "Namespace " + std::string{name_space} + " has no mapping defined for search attribute "
          + name);
    (*payload.mutable_metadata())["type"] = type_name(*type);
    if (payload.data().size() > max_attribute_value)
      return invalid_argument(
          "search attribute " + name + " value size " + std::to_string(payload.data().size())
          + " exceeds size limit " + std::to_string(max_attribute_value));
    total += name.size() + payload.data().size();
    if (is_null(payload))
      continue;
    const auto value = protocol::parse_json(payload.data());
    if (!value || !fits(*value, *type))
      return invalid_argument(
          "invalid value for search attribute " + name + " of type " + std::string{type_name(*type)}
          + ": "
          + (value && value->is == protocol::json_value::type::string ? value->text
                                                                      : payload.data()));
  }
  if (total > max_attributes_total)
    return invalid_argument(
        "total size of search attributes " + std::to_string(total) + " exceeds size limit "
        + std::to_string(max_attributes_total));
  return {};
}

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
    if (!each.has_nexus())
      return {
          status_code::unimplemented,
          "unknown callback variant: only Nexus callbacks are supported",
          {}};
    auto& nexus = *each.mutable_nexus();
    if (nexus.url().size() > max_callback_url)
      return invalid_argument(
          "invalid url: url length longer than max length allowed of "
          + std::to_string(max_callback_url));
    if (nexus.url() != "temporal://system" && nexus.url() != "temporal://internal") {
      const bool http = nexus.url().starts_with("http://") || nexus.url().starts_with("https://");
      return invalid_argument(
          (http ? "invalid url: url does not match any configured callback address: "
                : "invalid url: unknown scheme: ")
          + nexus.url());
    }
    std::size_t bytes = 0;
    google::protobuf::Map<std::string, std::string> lower;
    for (const auto& [name, value] : nexus.header()) {
      bytes += name.size() + value.size();
      std::string small = name;
      std::transform(small.begin(), small.end(), small.begin(), [](char letter) {
        return static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
      });
      lower[small] = value;
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
  drop_nulls(request);
  if (auto status = check_search_attributes(
          around, request.namespace_(), *request.mutable_search_attributes());
      !status.ok())
    return status;
  if (request.search_attributes().indexed_fields().empty())
    request.clear_search_attributes();
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
  cut_timeouts(request);
  return {};
}

} // namespace troupe::embedded
