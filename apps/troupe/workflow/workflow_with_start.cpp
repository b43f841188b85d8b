// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/workflow/workflow_with_start.hpp"

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/line/add_command.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"
#include "apps/troupe/workflow/update_outcome.hpp"
#include "apps/troupe/workflow/workflow_start.hpp"
#include "apps/troupe/workflow/workflow_update.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/rpc/methods.hpp"

#include <CLI/CLI.hpp>
#include <google/protobuf/descriptor.h>
#include <google/rpc/status.pb.h>
#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <chrono>

namespace troupe::cli {
namespace {

namespace api = temporal::api;
namespace wf = temporal::api::workflowservice::v1;
namespace methods = rpc::methods::workflow_service;

constexpr std::chrono::seconds patience{60};

std::string words_of(const rpc_status& status) {
  return status.message.empty() ? std::string{to_string(status.code)} : status.message;
}

// A new one would be of no use: whoever sends a message has to know to whom.
void require_workflow_id(const start_flags& start) {
  if (start.workflow_id.empty())
    throw command_error("--workflow-id flag must be provided");
}

properties running(
    const connection& to,
    const std::string& workflow_id,
    const std::string& run_id,
    const std::string& type) {
  return {
      {"WorkflowId", workflow_id},
      {"RunId", run_id},
      {"Type", type},
      {"Namespace", to.name_space()}};
}

json_object running_json(
    const connection& to,
    const std::string& workflow_id,
    const std::string& run_id,
    const std::string& type) {
  json_object out;
  out.text("workflowId", workflow_id)
      .text("runId", run_id)
      .text("type", type)
      .text("namespace", to.name_space());
  return out;
}

struct signal_flags {
  start_flags start;
  std::string name;
  payload_flags input;
};

void signal_with_start(const signal_flags& what, const global_flags& flags) {
  require_workflow_id(what.start);
  connection to{flags};
  wf::SignalWithStartWorkflowExecutionRequest request;
  what.input.apply(*request.mutable_signal_input());
  // Both requests have the same fields with the same numbers but for those of the signal.
  const auto start = start_request(to, what.start);
  const auto& descriptor = *start.GetDescriptor();
  for (int i = 0; i != descriptor.field_count(); ++i) {
    const auto& from = *descriptor.field(i);
    const auto* into = request.GetDescriptor()->FindFieldByName(from.name());
    if (into == nullptr)
      continue;
    const auto& reads = *start.GetReflection();
    const auto& writes = *request.GetReflection();
    if (into->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE
        && !into->is_repeated()) {
      if (reads.HasField(start, &from))
        writes.MutableMessage(&request, into)->CopyFrom(reads.GetMessage(start, &from));
    } else if (into->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
      writes.SetString(&request, into, reads.GetString(start, &from));
    } else if (into->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_ENUM) {
      writes.SetEnumValue(&request, into, reads.GetEnumValue(start, &from));
    }
  }
  request.set_signal_name(what.name);
  wf::SignalWithStartWorkflowExecutionResponse response;
  const auto status = to.try_call(methods::signal_with_start_workflow_execution, request, response);
  if (!status.ok())
    throw command_error(words_of(status));
  if (flags.format() == output_format::text) {
    say_heading("Running execution:", flags);
    print(property_list(running(to, request.workflow_id(), response.run_id(), what.start.type)));
  } else {
    print_json(
        running_json(to, request.workflow_id(), response.run_id(), what.start.type).str(), flags);
  }
}

struct update_flags {
  start_flags start;
  std::string run_id, name, update_id, first_execution_run_id, stage;
  payload_flags input;

  void add(CLI::App& command) {
    start.add_with_message(command);
    add_text(command, "-r,--run-id", run_id, "Refused: what is started has no run yet");
    add_text(command, "--update-name,--update-type", name, "Update name")->required();
    add_text(command, "--update-id", update_id, "Update ID (default: a unique one)");
    add_text(
        command,
        "--update-first-execution-run-id",
        first_execution_run_id,
        "Refused: what is started has no first run yet");
    input.add(command, "update");
  }
};

/// Why the two were not done: the first error that is not only the other's.
[[noreturn]] void throw_refused(const rpc_status& status) {
  google::rpc::Status detailed;
  api::errordetails::v1::MultiOperationExecutionFailure failure;
  if (detailed.ParseFromString(status.details))
    for (const auto& detail : detailed.details())
      if (detail.Is<api::errordetails::v1::MultiOperationExecutionFailure>()
          && detail.UnpackTo(&failure))
        break;
  for (int i = 0; i != failure.statuses_size(); ++i) {
    const auto& one = failure.statuses(i);
    bool is_aborted = one.code() == 0;
    for (const auto& detail : one.details())
      is_aborted = is_aborted || detail.type_url().ends_with("MultiOperationExecutionAborted");
    if (!is_aborted)
      throw command_error(
          (i == 0 ? "failed workflow start: " : "failed workflow update: ") + one.message());
  }
  throw command_error(words_of(status));
}

struct updated {
  std::string workflow_id, run_id, update_id;
  std::optional<api::update::v1::Outcome> outcome;
};

updated update_with_start(
    connection& to,
    const update_flags& what,
    api::enums::v1::UpdateWorkflowExecutionLifecycleStage wanted) {
  require_workflow_id(what.start);
  if (what.start.conflict_policy.empty())
    throw command_error("--id-conflict-policy flag must be provided");
  wf::ExecuteMultiOperationRequest request;
  request.set_namespace_(to.name_space());
  auto& start = *request.add_operations()->mutable_start_workflow();
  start = start_request(to, what.start);
  auto& sent = *request.add_operations()->mutable_update_workflow();
  auto& update = *sent.mutable_request();
  what.input.apply(*update.mutable_input()->mutable_args());
  for (const auto& [name, value] :
       {std::pair{"RunID", &what.run_id},
        std::pair{"FirstExecutionRunID", &what.first_execution_run_id}})
    if (!value->empty())
      throw command_error(
          std::string{"invalid UpdateWorkflowOptions: "} + name
          + " cannot be set for UpdateWithStartWorkflow because the workflow might not be running");
  sent.set_namespace_(to.name_space());
  sent.mutable_workflow_execution()->set_workflow_id(start.workflow_id());
  update.mutable_input()->set_name(what.name);
  update.mutable_meta()->set_update_id(what.update_id.empty() ? random_uuid() : what.update_id);
  update.mutable_meta()->set_identity(to.identity());
  sent.mutable_wait_policy()->set_lifecycle_stage(wanted);
  for (;;) {
    wf::ExecuteMultiOperationResponse response;
    const auto status = to.try_call(methods::execute_multi_operation, request, response, patience);
    if (!status.ok())
      throw_refused(status);
    if (response.responses_size() != 2)
      throw command_error("the service has answered one of two operations only");
    const auto& answer = response.responses(1).update_workflow();
    if (!answer.has_outcome()
        && answer.stage() < api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED)
      continue;
    const auto& run = answer.update_ref().workflow_execution();
    if (answer.outcome().has_failure())
      throw_failed_update(answer.outcome().failure());
    return {
        start.workflow_id(),
        run.run_id(),
        answer.update_ref().update_id(),
        answer.has_outcome() ? std::optional{answer.outcome()} : std::nullopt};
  }
}

void start_update(const update_flags& what, const global_flags& flags) {
  connection to{flags};
  const auto done = update_with_start(
      to, what, api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED);
  if (flags.format() == output_format::text) {
    auto lines = running(to, done.workflow_id, done.run_id, what.start.type);
    lines.push_back({"UpdateName", what.name});
    lines.push_back({"UpdateID", done.update_id});
    say_heading("Running execution:", flags);
    print(property_list(lines));
  } else {
    print_json(
        running_json(to, done.workflow_id, done.run_id, what.start.type)
            .text("updateName", what.name)
            .text("updateId", done.update_id)
            .str(),
        flags);
  }
}

void execute_update(const update_flags& what, const global_flags& flags) {
  connection to{flags};
  auto done = update_with_start(
      to, what, api::enums::v1::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED);
  if (!done.outcome)
    done.outcome = wait_for_update(
        to, done.workflow_id, done.run_id, done.update_id, "unable to update workflow");
  if (done.outcome->has_failure())
    throw_failed_update(done.outcome->failure());
  const auto value = value_of(*done.outcome);
  if (flags.format() == output_format::text) {
    auto lines = running(to, done.workflow_id, done.run_id, what.start.type);
    lines.push_back({"UpdateName", what.name});
    lines.push_back({"UpdateID", what.update_id});
    lines.push_back({"UpdateResult", value ? value->text : "<nil>"});
    say_heading("Running execution:", flags);
    print(property_list(lines));
  } else {
    print_json(
        running_json(to, done.workflow_id, done.run_id, what.start.type)
            .text("updateName", what.name)
            .text("updateId", what.update_id)
            .raw("updateResult", value ? value->json : "null")
            .str(),
        flags);
  }
}

} // namespace

void add_workflow_with_start_commands(CLI::App& group, const global_flags& flags) {
  auto [signal_one, signalled] = add_command<signal_flags>(
      group,
      flags,
      "signal-with-start",
      "Send a signal to a workflow, which is started if it does not run",
      signal_with_start);
  signalled.start.add_with_message(signal_one);
  add_text(signal_one, "--signal-name,--signal-type", signalled.name, "Signal name")->required();
  signalled.input.add(signal_one, "signal");

  auto [start_one, started] = add_command<update_flags>(
      group,
      flags,
      "start-update-with-start",
      "Send an update to a workflow, which is started if it does not run, and wait until it is "
      "accepted",
      start_update);
  started.add(start_one);
  add_choice(
      start_one,
      "--update-wait-for-stage",
      started.stage,
      {"accepted"},
      "What to wait for: accepted; there is no default")
      ->required();

  auto [execute_one, executed] = add_command<update_flags>(
      group,
      flags,
      "execute-update-with-start",
      "Send an update to a workflow, which is started if it does not run, and wait for its result",
      execute_update);
  executed.add(execute_one);
}

} // namespace troupe::cli
