// SPDX-License-Identifier: Apache-2.0
// The part of the engine that takes protocol messages (updates), and sends them.
//
// An update comes as a message with its task, or, in a replay, as the event that says that it was
// accepted; or as an event that a reset has left. Each is handled at once if there is a handler,
// before the next message. Others wait until all of the code waits: then it has had every chance
// to register one.

#include "runtime/payload/failure_converter.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/header_fields.hpp"
#include "runtime/protocol/trace_header.hpp"
#include "runtime/workflow/engine_extras.hpp"
#include "runtime/workflow/machines/update_machine.hpp"

#include <troupe/error.hpp>

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/update/v1/message.pb.h>

#include <algorithm>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;
namespace wire = temporal::api::update::v1;

namespace {

template <class Body>
void send_message(
    machine_host& by, std::string id, const std::string& instance_id, const Body& body) {
  auto& out = by.send();
  out.set_id(std::move(id));
  out.set_protocol_instance_id(instance_id);
  out.mutable_body()->PackFrom(body);
}

/// Before it is accepted: that leaves no trace in the history.
void reject_update(const received_update& update, const std::exception_ptr& why, machine_host& by) {
  wire::Rejection rejection;
  rejection.set_rejected_request_message_id(update.message_id);
  rejection.set_rejected_request_sequencing_event_id(update.sequencing_event_id);
  to_failure(why, by.payload_converter(), *rejection.mutable_failure());
  *rejection.mutable_rejected_request() = update.request;
  send_message(by, update.id + "/reject", update.id, rejection);
}

void accept_update(
    const received_update& update, const update_machine& accepted, machine_host& by) {
  wire::Acceptance acceptance;
  acceptance.set_accepted_request_message_id(update.message_id);
  acceptance.set_accepted_request_sequencing_event_id(update.sequencing_event_id);
  *acceptance.mutable_accepted_request() = update.request;
  send_message(by, accepted.accept_message_id(), update.id, acceptance);
}

void answer_update(const update_machine& answered, result<payload>&& outcome, machine_host& by) {
  wire::Response response;
  response.mutable_meta()->set_update_id(answered.id());
  response.mutable_meta()->set_identity(answered.identity());
  if (outcome.has_value())
    to_proto(*std::move(outcome), *response.mutable_outcome()->mutable_success()->add_payloads());
  else
    to_failure(
        outcome.error(), by.payload_converter(), *response.mutable_outcome()->mutable_failure());
  send_message(by, answered.complete_message_id(), answered.id(), response);
}

} // namespace

void engine::reject(const received_update& update, const std::exception_ptr& why) {
  note_failed(
      {.what = failed_message::kind::rejected_update,
       .name = update.request.input().name(),
       .update_id = update.id,
       .error = why});
  reject_update(update, why, *this);
}

void engine::deliver_message(const protocol_message& message) {
  received_update update;
  if (!message.body().UnpackTo(&update.request))
    return;
  update.message_id = message.id();
  update.id = message.protocol_instance_id();
  update.sequencing_event_id = message.event_id();
  deliver_update(std::move(update));
}

void engine::deliver_update_event(const history_event& event) {
  received_update update;
  if (event.event_type() == enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ADMITTED) {
    update.request = event.workflow_execution_update_admitted_event_attributes().request();
    update.id = update.request.meta().update_id();
    update.message_id = update.id + "/request";
    update.sequencing_event_id = event.event_id();
    // In a replay the event that accepts it tells when it was handled, if it was not rejected.
    if (replaying_)
      with_extras().admitted_updates.push_back(std::move(update));
    else
      deliver_update(std::move(update));
    return;
  }
  const auto& attributes = event.workflow_execution_update_accepted_event_attributes();
  if (attributes.has_accepted_request()) {
    update.request = attributes.accepted_request();
  } else {
    auto& admitted = with_extras().admitted_updates;
    const auto at =
        std::ranges::find(admitted, attributes.protocol_instance_id(), &received_update::id);
    if (at == admitted.end())
      throw history_error(
          event_text(event) + " has no request, and no event before it has one for its update");
    update.request = std::move(at->request);
    admitted.erase(at);
  }
  update.id = attributes.protocol_instance_id();
  update.message_id = attributes.accepted_request_message_id();
  update.sequencing_event_id = attributes.accepted_request_sequencing_event_id();
  update.is_accepted = true;
  deliver_update(std::move(update));
}

void engine::deliver_update(received_update&& update) {
  if (task_error_ != nullptr)
    return;
  if (auto* handler = update_handler_of(update.request.input().name()))
    begin_update(*handler, std::move(update));
  else
    with_extras().waiting_updates.push_back(std::move(update));
}

detail::update_handler* engine::update_handler_of(const std::string& name) {
  if (!messages_)
    return nullptr;
  detail::update_handler* found = nullptr;
  for (auto& [known, handler] : messages_->update_handlers)
    if (known == name || (known.empty() && found == nullptr))
      found = &handler;
  return found;
}

void engine::begin_update(detail::update_handler& handler, received_update&& update) {
  const auto& name = update.request.input().name();
  std::optional<async<payload>> body;
  std::exception_ptr refused;
  try {
    const read_only guard{*this, read_only::by::validator};
    if (auto* through = interceptors()) [[unlikely]] {
      update_input in{
          {update.id, name},
          from_proto(update.request.input().args()),
          protocol::read_headers(update.request.input().header())};
      if (!update.is_accepted)
        through->validate_update(context{detail::ref<run>{this}, root_}, in);
      body.emplace(run_update_handler(this, std::move(in)));
    } else
      body.emplace(handler.prepare(
          {std::make_shared<const update_info>(update.id, name),
           from_proto(update.request.input().args()),
           update.is_accepted}));
  } catch (const nondeterminism_error&) {
    task_error_ = std::current_exception();
    return;
  } catch (...) {
    refused = std::current_exception();
  }
  if (extras_ && extras_->trace && !replaying_)
    extras_->trace->handle_message(
        "HandleUpdate:" + name,
        protocol::read_trace_header(update.request.input().header()),
        now_,
        refused);
  if (refused != nullptr) {
    if (update.is_accepted) // it fitted once
      task_error_ = std::move(refused);
    else
      reject(update, refused);
    return;
  }
  auto accepted = detail::make_ref<update_machine>(update.id, update.request.meta().identity());
  issue(*accepted, enums::COMMAND_TYPE_PROTOCOL_MESSAGE);
  if (!replaying_)
    accept_update(update, *accepted, *this);
  running_handler running{
      .name = name, .update_id = update.id, .unfinished = handler.options.unfinished};
  run_handler(
      run_update(this, std::move(accepted), name, *std::move(body)), std::move(running), true);
}

async<void> engine::run_update(
    engine* self, detail::ref<update_machine> accepted, std::string name, async<payload> handler) {
  auto outcome = co_await handler.as_result();
  self->end_update(*accepted, name, std::move(outcome));
}

void engine::end_update(
    update_machine& accepted, const std::string& name, result<payload>&& outcome) {
  if (closed_)
    return;
  if (!outcome.has_value()) {
    const bool ends = !fails_update(outcome.error());
    if (ends || !replaying_)
      note_failed(
          {.what = failed_message::kind::update,
           .name = name,
           .update_id = accepted.id(),
           .error = outcome.error(),
           .ends = ends});
    if (ends) {
      if (task_error_ == nullptr)
        task_error_ = outcome.error();
      return;
    }
  }
  accepted.answered();
  issue(accepted, enums::COMMAND_TYPE_PROTOCOL_MESSAGE);
  if (!replaying_)
    answer_update(accepted, std::move(outcome), *this);
}

bool engine::fails_update(std::exception_ptr& error) const {
  try {
    std::rethrow_exception(error);
  } catch (const continue_as_new_request&) {
    error = std::make_exception_ptr(std::logic_error(
        "an update handler must not continue as new: leave that to the workflow's own code"));
    return false;
  } catch (const failure_error&) {
    return true;
  } catch (...) {
    return fails_workflow(error);
  }
}

bool engine::deliver_waiting_updates() {
  if (!extras_ || extras_->waiting_updates.empty() || main_start_.missing != 0 || close_)
    return false;
  for (auto& update : std::exchange(extras_->waiting_updates, {})) {
    if (task_error_ != nullptr)
      break;
    const auto& name = update.request.input().name();
    if (auto* handler = update_handler_of(name)) {
      begin_update(*handler, std::move(update));
      continue;
    }
    std::vector<std::string> names;
    if (messages_)
      for (const auto& [known, unused] : messages_->update_handlers)
        names.push_back(known);
    std::ranges::sort(names);
    std::string list;
    for (const auto& one : names)
      list.append(list.empty() ? "" : " ").append(one);
    const auto why = "Update handler for '" + name
                     + "' expected but not found, and there is no dynamic handler. known updates: ["
                     + list + "]";
    if (update.is_accepted)
      task_error_ = std::make_exception_ptr(nondeterminism_error(
          "update " + update.id + " was accepted when this history was written, and now: " + why));
    else
      reject(update, std::make_exception_ptr(application_error(why)));
  }
  return true;
}

void engine::on_update(std::string name, detail::update_handler handler) {
  if (closed_)
    return;
  require_writable();
  auto& all = with_messages();
  const auto known =
      std::ranges::find(all.update_handlers, name, [](const auto& one) { return one.first; });
  if (known != all.update_handlers.end())
    all.replaced_updates.push_back(std::exchange(known->second, std::move(handler)));
  else
    all.update_handlers.emplace_back(std::move(name), std::move(handler));
}

protocol_message& engine::send() {
  return with_extras().outgoing.emplace_back();
}

void engine::write_messages(google::protobuf::RepeatedPtrField<protocol_message>& to) {
  if (!extras_)
    return;
  for (auto& message : extras_->outgoing)
    *to.Add() = std::move(message);
  extras_->outgoing.clear();
}

} // namespace troupe::workflow
