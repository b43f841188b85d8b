// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/workflow_query.hpp"

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "apps/troupe/workflow/workflow_flags.hpp"
#include "apps/troupe/workflow/workflow_start.hpp"
#include "runtime/base/text/printable.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <google/protobuf/util/json_util.h>
#include <temporal/api/sdk/v1/workflow_metadata.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <chrono>

namespace troupe::cli {
namespace {

namespace api = temporal::api;
namespace wf = temporal::api::workflowservice::v1;

// A service waits half a minute for a worker and then says so, which is more than an end without
// words.
constexpr auto patience = std::chrono::minutes{1};

// Queries that every SDK answers.
constexpr const char* metadata_query = "__temporal_workflow_metadata";
constexpr const char* stack_query = "__stack_trace";

struct query_flags {
  workflow_flags of;
  std::string name, reject;
  payload_flags input;
  header_flags headers;

  void add(CLI::App& command) {
    of.add(command);
    add_choice(
        command,
        "--reject-condition",
        reject,
        {"not_open", "not_completed_cleanly"},
        "Refuse workflows in this state: not_open, not_completed_cleanly");
  }

  [[nodiscard]] api::enums::v1::QueryRejectCondition condition() const {
    if (reject == "not_open")
      return api::enums::v1::QUERY_REJECT_CONDITION_NOT_OPEN;
    if (reject == "not_completed_cleanly")
      return api::enums::v1::QUERY_REJECT_CONDITION_NOT_COMPLETED_CLEANLY;
    return api::enums::v1::QUERY_REJECT_CONDITION_UNSPECIFIED;
  }
};

wf::QueryWorkflowResponse ask(const query_flags& what, const global_flags& flags) {
  wf::QueryWorkflowRequest request;
  wf::QueryWorkflowResponse response;
  auto& query = *request.mutable_query();
  query.set_query_type(what.name);
  what.input.apply(*query.mutable_query_args());
  if (!what.headers.pairs.empty())
    what.headers.apply(*query.mutable_header());
  request.set_query_reject_condition(what.condition());
  what.of.apply(*request.mutable_execution());
  connection to{flags};
  request.set_namespace_(to.name_space());
  to.call(
      "querying workflow failed",
      rpc::methods::workflow_service::query_workflow,
      request,
      response,
      patience);
  if (response.has_query_rejected())
    throw command_error(
        "query was rejected, workflow has status: "
        + camel_case(
            api::enums::v1::WorkflowExecutionStatus_Name(response.query_rejected().status()),
            "WORKFLOW_EXECUTION_STATUS_"));
  return response;
}

void query(const query_flags& what, const global_flags& flags) {
  const auto answer = ask(what, flags);
  print_message(answer, flags);
  if (flags.format() != output_format::text)
    return;
  const auto& payloads = answer.query_result();
  const auto json = !answer.has_query_result()      ? "null"
                    : payloads.payloads_size() == 1 ? to_json(payloads.payloads(0), style_of(flags))
                                                    : to_json(payloads, style_of(flags));
  const auto parsed = parse_json(json);
  say_heading("Query result:", flags);
  print(
      property_list({{"QueryResult", parsed ? write_json(*parsed, {.escape_html = true}) : json}}));
}

template <class Definitions>
void print_definitions(const char* what, const Definitions& of, const global_flags& flags) {
  if (of.empty())
    return;
  std::vector<std::vector<std::string>> rows;
  for (const auto& each : of)
    rows.push_back({each.name(), each.description()});
  print("  ");
  say_heading(std::string{what} + " Definitions:", flags);
  print(table(flags, {"Name", "Description"}, rows, {{}, false, 2}));
}

void metadata(const query_flags& what, const global_flags& flags) {
  const auto answer = ask(what, flags);
  print_message(answer, flags);
  if (flags.format() != output_format::text)
    return;
  if (answer.query_result().payloads().empty())
    throw command_error("failed to unmarshal metadata: the answer is empty");
  api::sdk::v1::WorkflowMetadata of;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(
      answer.query_result().payloads(0).data(), &of, options);
  if (!status.ok())
    throw command_error("failed to unmarshal metadata: " + status.ToString());
  say_heading("Metadata:", flags);
  const auto& definition = of.definition();
  print_definitions("Query", definition.query_definitions(), flags);
  print_definitions("Signal", definition.signal_definitions(), flags);
  print_definitions("Update", definition.update_definitions(), flags);
  if (of.current_details().empty())
    return;
  print("  ");
  say_heading("Current Details:", flags);
  print("    " + printable(of.current_details(), line_breaks::keep) + '\n');
}

} // namespace

void add_workflow_query_commands(CLI::App& group, const global_flags& flags) {
  auto [ask_one, asked] =
      add_command<query_flags>(group, flags, "query", "Ask a workflow for its state", query);
  asked.add(ask_one);
  add_text(ask_one, "--name,--type", asked.name, "Query name")->required();
  asked.input.add(ask_one);
  asked.headers.add(ask_one);

  auto [stack, of_stack] =
      add_command<query_flags>(group, flags, "stack", "Show where a workflow waits", query);
  of_stack.name = stack_query;
  of_stack.add(stack);

  auto [describe, of_metadata] = add_command<query_flags>(
      group, flags, "metadata", "Show what a workflow can be asked and told", metadata);
  of_metadata.name = metadata_query;
  of_metadata.add(describe);
  of_metadata.headers.add(describe);
}

} // namespace troupe::cli
