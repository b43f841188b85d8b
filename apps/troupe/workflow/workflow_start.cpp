// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/workflow_start.hpp"

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/line/input_file.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "runtime/base/text/base64.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/json_value.hpp"
#include "runtime/protocol/start_request.hpp"
#include "runtime/rpc/methods.hpp"

#include <troupe/payload/json_reader.hpp>

#include <CLI/CLI.hpp>
#include <google/rpc/status.pb.h>
#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <map>
#include <utility>

namespace troupe::cli {
namespace {

namespace api = temporal::api;
namespace common = temporal::api::common::v1;
namespace wf = temporal::api::workflowservice::v1;

std::pair<std::string, std::string> key_and_value(const std::string& pair) {
  const auto at = pair.find('=');
  if (at == std::string::npos)
    throw command_error("missing expected '=' in \"" + pair + '"');
  return {pair.substr(0, at), pair.substr(at + 1)};
}

using fields = std::vector<std::pair<std::string, payload>>;

// KEY=JSON pairs as payloads, as the data converter of the SDKs makes them.
fields fields_of(const std::vector<std::string>& pairs, const std::string& what) {
  fields made;
  for (const auto& pair : pairs) {
    const auto fail = [&](const std::string& why) {
      return command_error(what.empty() ? why : "invalid " + what + " values: " + why);
    };
    if (pair.find('=') == std::string::npos)
      throw fail("missing expected '=' in \"" + pair + '"');
    const auto [key, text] = key_and_value(pair);
    const auto value = parse_json(text);
    if (!value)
      throw fail(
          "invalid JSON value for key \"" + key + "\": "
          + (text.empty()        ? "it is empty"
             : text.size() > 200 ? json_fault(text, "it")
                                 : text));
    if (value->is == json_value::type::null)
      made.push_back({key, {{{"encoding", "binary/null"}}, {}}});
    else
      made.push_back(
          {key,
           {{{"encoding", "json/plain"}},
            write_json(*value, {.sort_names = true, .escape_html = true})}});
  }
  return made;
}

template <class Value>
struct choice {
  std::string_view name;
  Value value;
};

using reuse = workflow_id_reuse_policy;
constexpr choice<reuse> reuse_policies[] = {
    {"AllowDuplicate", reuse::allow_duplicate},
    {"AllowDuplicateFailedOnly", reuse::allow_duplicate_failed_only},
    {"RejectDuplicate", reuse::reject_duplicate},
    // The API has it no more, for good reason; the flag has.
    {"TerminateIfRunning",
     static_cast<reuse>(api::enums::v1::WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING)},
};
using conflict = workflow_id_conflict_policy;
constexpr choice<conflict> conflict_policies[] = {
    {"Fail", conflict::fail},
    {"UseExisting", conflict::use_existing},
    {"TerminateExisting", conflict::terminate_existing},
};

template <class Value, std::size_t Count>
std::vector<std::string> names_of(const choice<Value> (&choices)[Count]) {
  std::vector<std::string> names;
  for (const auto& each : choices)
    names.emplace_back(each.name);
  return names;
}

// `name` is one of them, as the flag took it, or empty.
template <class Value, std::size_t Count>
Value value_of(const choice<Value> (&choices)[Count], const std::string& name) {
  const auto found = std::ranges::find(choices, name, &choice<Value>::name);
  return found == std::end(choices) ? Value{} : found->value;
}

// The run that is in the way, if that is why the start was refused.
std::optional<std::string> run_in_the_way(const rpc_status& status) {
  google::rpc::Status detailed;
  if (status.code != status_code::already_exists || !detailed.ParseFromString(status.details))
    return std::nullopt;
  for (const auto& detail : detailed.details()) {
    api::errordetails::v1::WorkflowExecutionAlreadyStartedFailure failure;
    if (detail.Is<api::errordetails::v1::WorkflowExecutionAlreadyStartedFailure>()
        && detail.UnpackTo(&failure))
      return failure.run_id();
  }
  return std::nullopt;
}

} // namespace

namespace {

void add_payload_flags(
    CLI::App& command, payload_flags& to, const std::string& names, const std::string& prefix) {
  add_list(
      command,
      names.c_str(),
      to.inputs,
      ("Input value, JSON unless --" + prefix
       + "input-meta says otherwise; may be given several times")
          .c_str());
  add_list(
      command,
      ("--" + prefix + "input-file").c_str(),
      to.files,
      "File with an input value; may be given several times");
  add_list(
      command,
      ("--" + prefix + "input-meta").c_str(),
      to.metadata,
      "Payload metadata of the inputs, KEY=VALUE; encoding is json/plain by default");
  add_switch(
      command,
      ("--" + prefix + "input-base64").c_str(),
      to.is_base64,
      "The inputs are base64 and are decoded");
}

} // namespace

namespace {

/// Base64 is the way to send what lies deeper than we read, too.
bool is_json(const std::string& text, bool may_be_deeper) {
  return parse_json(text) || (may_be_deeper && protocol::json_depth(text) > json_reader::max_depth);
}

} // namespace

void payload_flags::add(CLI::App& command) {
  add_payload_flags(command, *this, "-i,--input", "");
}

void payload_flags::add(CLI::App& command, const std::string& whose) {
  add_payload_flags(command, *this, "--" + whose + "-input", whose + '-');
}

void payload_flags::apply(common::Payloads& to) const {
  if (!inputs.empty() && !files.empty())
    throw command_error("cannot provide input and input file");
  auto data = inputs;
  for (const auto& path : files)
    data.push_back(read_input_file(path));
  std::map<std::string, std::vector<std::string>> values;
  for (const auto& pair : metadata) {
    if (pair.find('=') == std::string::npos)
      throw command_error("metadata " + pair + " expected to have '='");
    const auto [key, value] = key_and_value(pair);
    auto& of_key = values[key];
    if (!of_key.empty() && of_key.size() == data.size())
      throw command_error(
          "received more --input-meta flags for key \"" + key + "\" than number of inputs");
    of_key.push_back(value);
  }
  if (!values.contains("encoding"))
    values["encoding"] = {"json/plain"};
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto name = "input #" + std::to_string(i + 1);
    auto& payload = *to.add_payloads();
    if (!is_base64)
      payload.set_data(data[i]);
    else if (!decode_base64(data[i], *payload.mutable_data()))
      throw command_error(name + " is not valid base64");
    for (const auto& [key, each] : values) {
      const auto& value = i < each.size() ? each[i] : each.front();
      if (key == "encoding" && value.starts_with("json/") && !is_json(payload.data(), is_base64))
        throw command_error(json_fault(payload.data(), name));
      (*payload.mutable_metadata())[key] = value;
    }
  }
}

void header_flags::add(CLI::App& command) {
  add_list(
      command,
      "--headers",
      pairs,
      "Temporal header, KEY=JSON (no gRPC header); may be given several times");
}

void header_flags::apply(common::Header& to) const {
  for (auto& [key, value] : fields_of(pairs, ""))
    to_proto(std::move(value), (*to.mutable_fields())[key]);
}

void priority_flags::add(CLI::App& command) {
  add_number(command, "--priority-key", key, "Priority, 1 (first) to 5");
  add_text(command, "--fairness-key", fairness_key, "Fairness key");
  add_number(
      command, "--fairness-weight", fairness_weight, "Weight of the fairness key, 0.001 to 1000");
}

void priority_flags::apply(common::Priority& to) const {
  to.set_priority_key(key);
  to.set_fairness_key(fairness_key);
  to.set_fairness_weight(fairness_weight);
}

void start_flags::add(CLI::App& command) {
  add_with_message(command);
  add_text(command, "--cron", cron, "Cron schedule")->group("");
}

void start_flags::add_with_message(CLI::App& command) {
  add_text(command, "--type,--name", type, "Workflow type name")->required();
  add_text(command, "-t,--task-queue", task_queue, "Workflow task queue")->required();
  add_text(command, "-w,--workflow-id", workflow_id, "Workflow ID (default: a unique one)");
  add_duration(command, "--execution-timeout", execution_timeout, "Limit of all runs together");
  add_duration(command, "--run-timeout", run_timeout, "Limit of one run");
  add_duration(command, "--task-timeout", task_timeout, "Limit of one workflow task");
  add_duration(command, "--start-delay", start_delay, "Delay before the first workflow task");
  add_choice(
      command,
      "--id-reuse-policy",
      reuse_policy,
      names_of(reuse_policies),
      "If the ID was used by a closed workflow: AllowDuplicate, AllowDuplicateFailedOnly, "
      "RejectDuplicate, TerminateIfRunning");
  add_choice(
      command,
      "--id-conflict-policy",
      conflict_policy,
      names_of(conflict_policies),
      "If the ID is used by a running workflow: Fail, UseExisting, TerminateExisting");
  add_switch(command, "--fail-existing", fail_existing, "Fail if the workflow runs already");
  add_text(command, "--static-summary", summary, "One line for people (Markdown)");
  add_text(command, "--static-details", details, "More lines for people (Markdown)");
  priority.add(command);
  add_list(command, "--memo", memo, "Memo field, KEY=JSON; may be given several times");
  add_list(
      command,
      "--search-attribute",
      search_attributes,
      "Search attribute, KEY=JSON; may be given several times");
  input.add(command);
  headers.add(command);
}

std::vector<std::pair<std::string, common::Payload>>
payloads_of(const std::vector<std::string>& pairs, const std::string& what) {
  std::vector<std::pair<std::string, common::Payload>> made;
  for (auto& [key, value] : fields_of(pairs, what))
    to_proto(std::move(value), made.emplace_back(key, common::Payload{}).second);
  return made;
}

wf::StartWorkflowExecutionRequest start_request(const connection& to, const start_flags& with) {
  wf::StartWorkflowExecutionRequest request;
  protocol::fill_start_request(
      with.type,
      {.id = with.workflow_id.empty() ? random_uuid() : with.workflow_id,
       .task_queue = with.task_queue,
       .id_reuse_policy = value_of(reuse_policies, with.reuse_policy),
       .id_conflict_policy = value_of(conflict_policies, with.conflict_policy),
       .execution_timeout = parse_duration(with.execution_timeout, "execution-timeout"),
       .run_timeout = parse_duration(with.run_timeout, "run-timeout"),
       .task_timeout = parse_duration(with.task_timeout, "task-timeout"),
       .start_delay = parse_duration(with.start_delay, "start-delay"),
       .cron_schedule = with.cron,
       .memo = fields_of(with.memo, "memo"),
       .search_attributes = fields_of(with.search_attributes, "search attribute"),
       .request_id = random_uuid(),
       .static_summary = with.summary,
       .static_details = with.details},
      {},
      {to.name_space(), to.identity(), data_converter{}},
      request);
  // The Temporal CLI says that there is no timeout, and the history shows it.
  request.mutable_workflow_execution_timeout();
  request.mutable_workflow_run_timeout();
  // The Temporal CLI writes what is HTML with escapes; the SDKs of most languages do not.
  if (!with.summary.empty())
    request.mutable_user_metadata()->mutable_summary()->set_data(go_json(with.summary));
  if (!with.details.empty())
    request.mutable_user_metadata()->mutable_details()->set_data(go_json(with.details));
  if (with.priority)
    with.priority.apply(*request.mutable_priority());
  common::Payloads input;
  with.input.apply(input);
  if (!input.payloads().empty())
    *request.mutable_input() = input;
  with.headers.apply(*request.mutable_header());
  return request;
}

started_workflow start_workflow(
    connection& to, const start_flags& with, const global_flags& flags, bool say_in_json) {
  const auto request = start_request(to, with);
  wf::StartWorkflowExecutionResponse response;
  const auto status =
      to.try_call(rpc::methods::workflow_service::start_workflow_execution, request, response);
  started_workflow started{request.workflow_id(), response.run_id()};
  if (!status.ok()) {
    const auto existing = run_in_the_way(status);
    if (!existing || with.fail_existing)
      throw command_error(
          "failed starting workflow: "
          + (status.message.empty() ? std::string{to_string(status.code)} : status.message));
    started.run_id = *existing;
  }
  if (flags.format() == output_format::text) {
    say_heading("Running execution:", flags);
    print(property_list(
        {{"WorkflowId", started.workflow_id},
         {"RunId", started.run_id},
         {"Type", with.type},
         {"Namespace", to.name_space()},
         {"TaskQueue", with.task_queue}}));
  } else if (say_in_json) {
    print_json(
        json_object()
            .text("workflowId", started.workflow_id)
            .text("runId", started.run_id)
            .text("type", with.type)
            .text("namespace", to.name_space())
            .text("taskQueue", with.task_queue)
            .str(),
        flags);
  }
  return started;
}

} // namespace troupe::cli
