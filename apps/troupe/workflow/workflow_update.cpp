// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/workflow_update.hpp"

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "apps/troupe/workflow/update_outcome.hpp"
#include "apps/troupe/workflow/workflow_flags.hpp"
#include "apps/troupe/workflow/workflow_start.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/protocol/json_value.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <chrono>

namespace troupe::cli {
namespace {

namespace api = temporal::api;
namespace wf = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

// The service answers a wait after 20 s with what it has; then it is asked again.
constexpr std::chrono::seconds patience{60};

std::string words_of(const rpc_status& status) {
  return status.message.empty() ? std::string{to_string(status.code)} : status.message;
}

struct send_flags {
  workflow_flags of;
  std::string name, update_id, first_execution_run_id, stage;
  payload_flags input;
  header_flags headers;

  void add(CLI::App& command) {
    of.add(command);
    add_text(command, "--name,--type", name, "Update name")->required();
    add_text(command, "--update-id", update_id, "Update ID (default: a unique one)");
    add_text(
        command,
        "--first-execution-run-id",
        first_execution_run_id,
        "Run ID of the first run of the chain that is meant");
    input.add(command);
    headers.add(command);
  }
};

/// Sends the update until it has come that far, or has ended.
wf::UpdateWorkflowExecutionResponse send(
    connection& to,
    const send_flags& what,
    api::enums::v1::UpdateWorkflowExecutionLifecycleStage wanted) {
  wf::UpdateWorkflowExecutionRequest request;
  auto& update = *request.mutable_request();
  update.mutable_input()->set_name(what.name);
  what.input.apply(*update.mutable_input()->mutable_args());
  if (!what.headers.pairs.empty())
    what.headers.apply(*update.mutable_input()->mutable_header());
  update.mutable_meta()->set_update_id(what.update_id.empty() ? random_uuid() : what.update_id);
  update.mutable_meta()->set_identity(to.identity());
  request.set_namespace_(to.name_space());
  what.of.apply(*request.mutable_workflow_execution());
  request.set_first_execution_run_id(what.first_execution_run_id);
  request.mutable_wait_policy()->set_lifecycle_stage(wanted);
  wf::UpdateWorkflowExecutionResponse response;
  do
    to.call(
        "unable to update workflow",
        methods::update_workflow_execution,
        request,
        response,
        patience);
  while (!response.has_outcome()
         && response.stage() < api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED);
  return response;
}

void start(const send_flags& what, const global_flags& flags) {
  connection to{flags};
  const auto response =
      send(to, what, api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED);
  if (response.outcome().has_failure())
    throw_failed_update(response.outcome().failure());
  const auto& id = response.update_ref().update_id();
  if (flags.format() == output_format::text)
    print(property_list({{"Name", what.name}, {"UpdateID", id}}));
  else
    print_json(json_object{}.text("name", what.name).text("updateId", id).str(), flags);
}

void execute(const send_flags& what, const global_flags& flags) {
  connection to{flags};
  const auto response =
      send(to, what, api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED);
  const auto& ref = response.update_ref();
  const auto outcome = response.has_outcome() ? response.outcome()
                                              : wait_for_update(
                                                    to,
                                                    ref.workflow_execution().workflow_id(),
                                                    ref.workflow_execution().run_id(),
                                                    ref.update_id(),
                                                    "unable to update workflow");
  if (outcome.has_failure())
    throw_failed_update(outcome.failure());
  const auto value = value_of(outcome);
  if (flags.format() == output_format::text)
    print(property_list(
        {{"Name", what.name},
         {"UpdateID", ref.update_id()},
         {"Result", value ? value->text : "<nil>"}}));
  else
    print_json(
        json_object{}
            .text("name", what.name)
            .text("updateId", ref.update_id())
            .raw("result", value ? value->json : "null")
            .str(),
        flags);
}

struct named_update {
  workflow_flags of;
  std::string update_id;

  void add(CLI::App& command) {
    of.add(command);
    add_text(command, "--update-id", update_id, "Update ID")->required();
  }

  [[nodiscard]] wf::PollWorkflowExecutionUpdateRequest request(const connection& to) const {
    wf::PollWorkflowExecutionUpdateRequest made;
    made.set_namespace_(to.name_space());
    made.set_identity(to.identity());
    auto& ref = *made.mutable_update_ref();
    of.apply(*ref.mutable_workflow_execution());
    ref.set_update_id(update_id);
    return made;
  }
};

void result(const named_update& what, const global_flags& flags) {
  connection to{flags};
  const std::string error = "unable to fetch update result";
  const auto outcome =
      wait_for_update(to, what.of.workflow_id, what.of.run_id, what.update_id, error);
  const auto& failure = outcome.failure();
  // Only what the handler said itself is an outcome to print.
  if (outcome.has_failure() && !failure.has_application_failure_info())
    throw command_error(error + ": " + go_error(failure));
  const auto value = value_of(outcome);
  if (flags.format() == output_format::text) {
    properties lines{{"UpdateID", what.update_id}};
    if (value)
      lines.push_back({"Result", value->text});
    if (outcome.has_failure())
      lines.push_back({"Failure", go_error(failure)});
    print(property_list(lines));
  } else {
    json_object out;
    out.text("updateId", what.update_id);
    if (value)
      out.raw("result", value->json);
    if (outcome.has_failure()) {
      const auto& info = failure.application_failure_info();
      json_object told;
      told.text("message", go_error(failure));
      if (!info.type().empty())
        told.text("type", info.type());
      api::update::v1::Outcome details;
      *details.mutable_success() = info.details();
      if (const auto first = value_of(details))
        told.raw("details", first->json);
      out.raw("failure", told.str());
    }
    print_json(out.str(), flags);
  }
  if (outcome.has_failure())
    throw command_error("update is failed");
}

void describe(const named_update& what, const global_flags& flags) {
  connection to{flags};
  wf::PollWorkflowExecutionUpdateResponse response;
  to.call(
      "failed to describe update",
      methods::poll_workflow_execution_update,
      what.request(to),
      response);
  const auto stage = camel_case(
      api::enums::v1::UpdateWorkflowExecutionLifecycleStage_Name(response.stage()),
      "UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_");
  const auto& outcome = response.outcome();
  const auto value = value_of(outcome);
  if (flags.format() == output_format::text) {
    properties lines{{"UpdateID", what.update_id}};
    if (value)
      lines.push_back({"Result", value->text});
    if (outcome.has_failure())
      lines.push_back({"Failure", outcome.failure().message()});
    lines.push_back({"Stage", stage});
    print(property_list(lines));
    return;
  }
  json_object out;
  out.text("updateId", what.update_id);
  if (value)
    out.raw("result", value->json);
  if (outcome.has_failure())
    out.raw("failure", go_struct_json(outcome.failure()));
  print_json(out.text("stage", stage).str(), flags);
}

} // namespace

void throw_failed_update(const api::failure::v1::Failure& failure) {
  throw command_error("unable to update workflow: " + go_error(failure));
}

api::update::v1::Outcome wait_for_update(
    connection& to,
    const std::string& workflow_id,
    const std::string& run_id,
    const std::string& update_id,
    const std::string& what) {
  wf::PollWorkflowExecutionUpdateRequest request;
  request.set_namespace_(to.name_space());
  request.set_identity(to.identity());
  auto& ref = *request.mutable_update_ref();
  ref.mutable_workflow_execution()->set_workflow_id(workflow_id);
  ref.mutable_workflow_execution()->set_run_id(run_id);
  ref.set_update_id(update_id);
  request.mutable_wait_policy()->set_lifecycle_stage(
      api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED);
  for (;;) {
    wf::PollWorkflowExecutionUpdateResponse response;
    const auto status =
        to.try_call(methods::poll_workflow_execution_update, request, response, patience);
    if (!status.ok())
      throw command_error(
          what + ": Timeout or cancellation waiting for update: " + words_of(status));
    if (response.has_outcome())
      return response.outcome();
  }
}

void add_workflow_update_commands(CLI::App& group, const global_flags& flags) {
  auto& updates =
      *group.add_subcommand("update", "Send updates to a workflow, and ask what became of them")
           ->require_subcommand(1);

  auto [start_one, started] = add_command<send_flags>(
      updates, flags, "start", "Send an update and wait until it is accepted", start);
  started.add(start_one);
  add_choice(
      start_one,
      "--wait-for-stage",
      started.stage,
      {"accepted"},
      "What to wait for: accepted; there is no default")
      ->required();

  auto [execute_one, executed] = add_command<send_flags>(
      updates, flags, "execute", "Send an update and wait for its result", execute);
  executed.add(execute_one);

  auto [describe_one, described] = add_command<named_update>(
      updates, flags, "describe", "Show how far an update has come", describe);
  described.add(describe_one);

  auto [result_of_one, waited] = add_command<named_update>(
      updates, flags, "result", "Wait for an update and print its result", result);
  waited.add(result_of_one);
}

} // namespace troupe::cli
