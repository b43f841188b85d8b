// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/update/update_callbacks.hpp"

#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/new_runs.hpp"
#include "runtime/embedded/workflow_task/workflow_task_rules.hpp"

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <utility>

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;
using request_type = api::update::v1::Request;

using callback_list = google::protobuf::RepeatedPtrField<api::common::v1::Callback>;

int links_of(const callback_list& callbacks) {
  int count = 0;
  for (const auto& each : callbacks)
    count += each.links_size();
  return count;
}

void put_callbacks(
    change& ch,
    run& on,
    const std::string& update_id,
    const std::string& request_id,
    const callback_list& callbacks,
    bool attached_later) {
  for (const auto& each : callbacks) {
    auto made = make_callback(ch, each, request_id, attached_later);
    made.update_id = update_id;
    on.state.callbacks.put(++on.state.last_callback, std::move(made));
  }
}

/// True if this request brought its callbacks to this update before. Its id alone says nothing:
/// starts and signals have ids of their own.
bool is_attached(const run& on, const std::string& update_id, const std::string& request_id) {
  return std::ranges::any_of(on.state.callbacks, [&](const auto& entry) {
    return entry.second.update_id == update_id && entry.second.request_id == request_id;
  });
}

/// The same of an update that no event tells of yet.
bool waits_with(const waiting_update& on, const std::string& request_id) {
  const auto is_it = [&](const auto& each) {
    return each->request_id() == request_id && !each->completion_callbacks().empty();
  };
  return is_it(on.request) || std::ranges::any_of(on.attached, is_it);
}

/// The callbacks that the run has, and will have once its updates are accepted.
std::size_t callbacks_of_all(const run& on) {
  auto count = attached_callbacks(on);
  if (on.updates)
    for (const auto& [number, each] : on.updates->waiting) {
      count += static_cast<std::size_t>(each.request->completion_callbacks_size());
      for (const auto& other : each.attached)
        count += static_cast<std::size_t>(other->completion_callbacks_size());
    }
  return count;
}

/// Its event brings the request into the run; an id that is known already stays as it is.
void note_request(run& on, const std::string& request_id, const history_event& by) {
  if (!on.state.request_ids.contains(request_id))
    on.state.request_ids.put(request_id, {by.event_type(), by.event_id(), by.event_id() == 0});
}

} // namespace

rpc_status check_update_callbacks(
    const change& ch, const run& on, const std::string& update_id, request_type& request) {
  auto& callbacks = *request.mutable_completion_callbacks();
  if (request.request_id().size() > ch.settings().max_id_bytes)
    return invalid_argument("RequestId length exceeds limit.");
  if (!callbacks.empty()) {
    if (!ch.settings().update_callbacks)
      return invalid_argument("completion callbacks of updates are not enabled for this namespace");
    if (request.request_id().empty())
      return invalid_argument(
          "invalid *update.Request: request_id is required when completion_callbacks are set");
    // Who asks again adds nothing.
    bool is_known = is_attached(on, update_id, request.request_id());
    if (on.updates && !is_known)
      if (const auto at = on.updates->find_waiting(update_id); at != on.updates->waiting.end())
        is_known = waits_with(at->second, request.request_id());
    if (auto status = check_callbacks(ch.around, is_known ? 0 : callbacks_of_all(on), callbacks);
        !status.ok())
      return status;
  }
  return check_links(request.links(), links_of(callbacks));
}

void take_update_callbacks(
    change& ch,
    run& on,
    const std::string& update_id,
    const request_type& request,
    const history_event& by) {
  const auto& request_id = request.request_id();
  if (request_id.empty() || is_attached(on, update_id, request_id))
    return;
  note_request(on, request_id, by);
  put_callbacks(ch, on, update_id, request_id, request.completion_callbacks(), false);
}

void attach_to_update(
    change& ch, run& on, const std::string& update_id, const request_type& request) {
  const auto& request_id = request.request_id();
  if (request.completion_callbacks().empty() || on.updates == nullptr || !on.open()
      || is_attached(on, update_id, request_id))
    return;
  auto& all = ch.updates_of(on);
  if (const auto at = all.find_waiting(update_id); at != all.waiting.end()) {
    if (waits_with(at->second, request_id))
      return;
    auto kept = std::make_shared<request_type>(); // what it asks for is there already
    kept->set_request_id(request_id);
    *kept->mutable_completion_callbacks() = request.completion_callbacks();
    *kept->mutable_links() = request.links();
    all.waiting.edit(at).attached.emplace_back(std::move(kept));
    return;
  }
  if (!all.accepted.contains(update_id) && !all.by_event.contains(update_id))
    return;
  auto event = ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED);
  event->set_worker_may_ignore(true);
  auto& to = *event->mutable_workflow_execution_options_updated_event_attributes()
                  ->add_workflow_update_options();
  to.set_update_id(update_id);
  to.set_attached_request_id(request_id);
  *to.mutable_attached_completion_callbacks() = request.completion_callbacks();
  ch.append(on, event);
  put_update_callbacks(ch, on, update_id, request_id, request.completion_callbacks(), *event);
  limit_buffer(ch, on);
}

void put_update_callbacks(
    change& ch,
    run& on,
    const std::string& update_id,
    const std::string& request_id,
    const callback_list& callbacks,
    const history_event& by) {
  if (on.updates == nullptr || is_attached(on, update_id, request_id)
      || !(on.updates->accepted.contains(update_id) || on.updates->by_event.contains(update_id)))
    return;
  note_request(on, request_id, by);
  put_callbacks(ch, on, update_id, request_id, callbacks, true);
}

void attach_all(
    change& ch,
    run& on,
    const std::string& update_id,
    const std::vector<held<request_type>>& requests) {
  for (const auto& each : requests)
    attach_to_update(ch, on, update_id, *each);
}

void release_update_callbacks(run& on, const std::string& update_id, const failure_ptr& refusal) {
  auto& all = on.state.callbacks;
  for (auto at = all.begin(); at != all.end(); ++at) {
    if (at->second.update_id != update_id)
      continue;
    if (const auto to = callback::next(at->second.state, callback::event::ended)) {
      auto& each = all.edit(at);
      each.state = *to;
      each.refusal = refusal;
    }
  }
}

void link_update(
    const std::string& name_space,
    const std::string& request_id,
    wire::UpdateWorkflowExecutionResponse& to) {
  if (request_id.empty() || to.stage() < enums::UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ACCEPTED)
    return;
  const auto& run = to.update_ref().workflow_execution();
  const auto name = [&](auto& link) {
    link.set_namespace_(name_space);
    link.set_workflow_id(run.workflow_id());
    link.set_run_id(run.run_id());
  };
  if (to.outcome().has_failure()) {
    // It may never have come to an event.
    to.clear_link();
    auto& link = *to.mutable_link()->mutable_workflow();
    name(link);
    link.set_reason("Update rejected");
    return;
  }
  auto& link = *to.mutable_link()->mutable_workflow_event();
  name(link);
  link.mutable_request_id_ref()->set_request_id(request_id);
  link.mutable_request_id_ref()->set_event_type(
      enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED);
}

} // namespace troupe::embedded
