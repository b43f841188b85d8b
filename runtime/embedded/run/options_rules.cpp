// SPDX-License-Identifier: Apache-2.0
// What a client changes of a run that is under way: its priority, and on which version of its
// workers it runs. Each change is an event that workers may ignore.
#include "runtime/base/text/go_quote.hpp"
#include "runtime/base/text/uuid.hpp"
#include "runtime/embedded/activity/activity_options.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/history_limits.hpp"
#include "runtime/embedded/run/run_options.hpp"
#include "runtime/embedded/run/run_rules.hpp"
#include "runtime/embedded/run/versioning_override.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include <google/protobuf/util/field_mask_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <temporal/api/workflow/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;
using options = api::workflow::v1::WorkflowExecutionOptions;
using versioning = api::workflow::v1::VersioningOverride;

constexpr std::string_view behavior_path = "versioning_override.behavior";
constexpr std::string_view deployment_path = "versioning_override.deployment";

/// The first path that there is not; empty if all are right.
std::string unknown_path(const google::protobuf::FieldMask& mask) {
  // protobuf's own check passes over names that are empty.
  const auto has_empty_name = [](const std::string& path) {
    return path.empty() || path.starts_with('.') || path.ends_with('.')
           || path.find("..") != std::string::npos;
  };
  for (const auto& path : mask.paths())
    if (has_empty_name(path) || !google::protobuf::util::FieldMaskUtil::IsValidPath<options>(path))
      return "proto: invalid path " + quote_as_go(path)
             + " for message \"temporal.api.workflow.v1.WorkflowExecutionOptions\"";
  return {};
}

bool names(const google::protobuf::FieldMask& mask, std::string_view path) {
  return std::ranges::find(mask.paths(), path) != mask.paths().end();
}

/// One that says no version is for those that are pinned already, which none here is.
rpc_status check_change(const change& ch, const run& on, const versioning& what) {
  if (!what.has_pinned() || what.pinned().has_version())
    return check_override(what, on.state.task_queue);
  if (what.pinned().behavior() == versioning::PINNED_OVERRIDE_BEHAVIOR_UNSPECIFIED)
    return invalid_argument("must provide version if override is pinned.");
  return failed_precondition(
      "must specify a specific pinned override version because workflow with id "
      + ch.rec.workflow_id + " has behavior "
      + (options_of(on).has_versioning_override() ? "AutoUpgrade" : "Unspecified")
      + " and is not yet pinned to any version");
}

/// All there was since its start; an override that was taken away again is there, and empty.
options kept_options(const run& on) {
  if (on.state.options)
    return *on.state.options;
  options first;
  if (on.history.empty())
    return first;
  if (on.started().has_priority())
    *first.mutable_priority() = on.started().priority();
  if (on.started().has_versioning_override())
    *first.mutable_versioning_override() = on.started().versioning_override();
  return first;
}

} // namespace

options options_of(const run& on) {
  auto now = kept_options(on);
  if (!now.versioning_override().auto_upgrade())
    now.clear_versioning_override();
  return now;
}

bool has_priority(const run& on) {
  return on.state.options ? on.state.options->has_priority() : on.started().has_priority();
}

const api::common::v1::Priority& priority_of(const run& on) {
  return on.state.options ? on.state.options->priority() : on.started().priority();
}

const versioning* override_of(const run& on) {
  if (on.state.options)
    return on.state.options->has_versioning_override() ? &on.state.options->versioning_override()
                                                       : nullptr;
  return !on.history.empty() && on.started().has_versioning_override()
             ? &on.started().versioning_override()
             : nullptr;
}

void take_options(
    run& on, const api::history::v1::WorkflowExecutionOptionsUpdatedEventAttributes& changed) {
  if (!changed.unset_versioning_override() && !changed.has_versioning_override()
      && !changed.has_priority())
    return;
  auto now = kept_options(on);
  if (changed.has_versioning_override())
    *now.mutable_versioning_override() = changed.versioning_override();
  else if (changed.unset_versioning_override() && now.has_versioning_override())
    now.mutable_versioning_override()->Clear();
  if (changed.has_priority()) // one that is taken away stays, as with the real server
    *now.mutable_priority() = changed.priority();
  on.state.options.edit() = std::move(now);
}

std::string
merge_options(const options& from, const google::protobuf::FieldMask& mask, options& to) {
  constexpr std::string_view prefix = "error applying update_options: ";
  if (auto problem = unknown_path(mask); !problem.empty())
    return std::string{prefix} + problem;
  const bool of_behavior = names(mask, behavior_path);
  if (of_behavior != names(mask, deployment_path))
    return std::string{prefix} + "versioning_override fields must be updated together";
  if (of_behavior || names(mask, "versioning_override")) {
    if (from.has_versioning_override())
      *to.mutable_versioning_override() = from.versioning_override();
    else
      to.clear_versioning_override();
  }
  if (names(mask, "priority")) {
    if (from.has_priority())
      *to.mutable_priority() = from.priority();
    else
      to.clear_priority();
    return {};
  }
  if (!from.has_priority())
    return {};
  if (names(mask, "priority.priority_key"))
    to.mutable_priority()->set_priority_key(from.priority().priority_key());
  if (names(mask, "priority.fairness_key"))
    to.mutable_priority()->set_fairness_key(from.priority().fairness_key());
  if (names(mask, "priority.fairness_weight"))
    to.mutable_priority()->set_fairness_weight(from.priority().fairness_weight());
  return {};
}

void change_options(change& ch, run& on, const options& now, const std::string& identity) {
  const auto before = options_of(on);
  if (google::protobuf::util::MessageDifferencer::Equals(now, before))
    return;
  // Another version may have to run it: the next task goes to the normal queue.
  if (now.has_versioning_override() != before.has_versioning_override())
    clear_sticky(on);
  auto event = ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED);
  event->set_worker_may_ignore(true);
  auto& attributes = *event->mutable_workflow_execution_options_updated_event_attributes();
  attributes.set_identity(identity);
  if (now.has_versioning_override())
    attributes.mutable_versioning_override()->set_auto_upgrade(true);
  else
    attributes.set_unset_versioning_override(true);
  if (now.has_priority())
    *attributes.mutable_priority() = now.priority();
  ch.append(on, event);
  take_options(on, attributes);
  ch.show(on);
  limit_buffer(ch, on);
}

void handle(change& ch, const update_execution_options& what) {
  const auto& request = what.request;
  const auto& execution = request.workflow_execution();
  const auto checked = [&]() -> rpc_status {
    if (execution.workflow_id().empty())
      return invalid_argument("WorkflowId is not set on request.");
    if (!execution.run_id().empty() && !is_uuid(execution.run_id()))
      return invalid_argument("RunId is not valid UUID.");
    if (!request.has_update_mask())
      return invalid_argument("UpdateMask is required");
    if (!request.has_workflow_execution_options())
      return invalid_argument("WorkflowExecutionOptions is required");
    if (auto problem = unknown_path(request.update_mask()); !problem.empty())
      return invalid_argument("error parsing UpdateMask: " + problem);
    return check(request.workflow_execution_options().priority());
  };
  if (auto status = checked(); !status.ok())
    return refuse(ch, std::move(status));
  run* const on = ch.find(execution.run_id());
  if (on == nullptr)
    return refuse(ch, run_not_found(ch.rec, execution.run_id()));
  if (!on->open())
    return refuse(ch, already_completed());
  const auto& wanted = request.workflow_execution_options();
  if (wanted.has_versioning_override())
    if (auto status = check_change(ch, *on, wanted.versioning_override()); !status.ok())
      return refuse(ch, std::move(status));
  auto now = options_of(*on);
  if (auto problem = merge_options(wanted, request.update_mask(), now); !problem.empty())
    return refuse(ch, invalid_argument(std::move(problem)));
  if (const char* const problem = end_if_too_large(ch, *on))
    return refuse(ch, invalid_argument(problem));
  change_options(ch, *on, now, request.identity());
  auto& response = accept<wire::UpdateWorkflowExecutionOptionsResponse>(ch);
  *response.mutable_workflow_execution_options() = std::move(now);
}

void handle(change& ch, const unpause_execution& what) {
  const auto& request = what.request;
  if (request.request_id().size() > ch.settings().max_id_bytes)
    return refuse(ch, invalid_argument("request id is too long."));
  if (request.workflow_id().empty())
    return refuse(ch, invalid_argument("Can't load workflow execution.  WorkflowId not set."));
  if (!request.run_id().empty() && !is_uuid(request.run_id()))
    return refuse(ch, invalid_argument("RunId is not valid UUID."));
  const run* const on = ch.find(request.run_id());
  if (on == nullptr)
    return refuse(ch, run_not_found(ch.rec, request.run_id()));
  refuse(ch, on->open() ? failed_precondition("workflow is not paused.") : already_completed());
}

} // namespace troupe::embedded
