// SPDX-License-Identifier: Apache-2.0
// Texts, and which mistake is found first, were tried with the real server.
#include "runtime/embedded/update/update_messages.hpp"

#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/text/utf8.hpp"
#include "runtime/embedded/checks/error_text.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/update/update_callbacks.hpp"
#include "runtime/embedded/update/update_rules.hpp"
#include "runtime/payload/deep_message.hpp"
#include "runtime/payload/failure_chain.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::embedded {
namespace {

namespace messages = api::update::v1;
using workflow_update::state;

constexpr auto bad = enums::WORKFLOW_TASK_FAILED_CAUSE_BAD_UPDATE_WORKFLOW_EXECUTION_MESSAGE;
constexpr std::string_view protocol = "temporal.api.update.v1";
constexpr std::string_view request_url = "type.googleapis.com/temporal.api.update.v1.Request";

/// The request is refused as it is, and its task stays open.
command_failure malformed(std::string why) {
  return {enums::WORKFLOW_TASK_FAILED_CAUSE_UNSPECIFIED, std::move(why), false};
}

command_failure refused(std::string why) {
  return {bad, std::move(why), false};
}

std::string cited(std::string_view text) {
  return excerpt(text, longest_error_text);
}

bool is_full_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  bool begins = true;
  for (const char c : name) {
    if (!(is_letter(c) || (!begins && (c == '.' || (c >= '0' && c <= '9')))))
      return false;
    begins = c == '.';
  }
  return !begins;
}

bool is_brought(const waiting_update& each, bool heartbeat) {
  return each.state == state::admitted || (each.state == state::sent && !heartbeat);
}

std::string request_id_of(const std::string& update_id) {
  return update_id + "/request";
}

// --- answers -------------------------------------------------------------------------------------

command_failure unknown(const std::string& id) {
  return refused(
      "update " + cited(id)
      + " wasn't found on the server. This is most likely a transient error which will be resolved "
        "automatically by retries");
}

command_failure invalid_transition(const std::string& id, std::string_view type, const char* now) {
  return refused(
      "invalid state transition attempted for Update " + cited(id) + ": received *update."
      + std::string{type} + " message while in state " + now);
}

command_failure invalid(std::string_view type, const std::string& why) {
  return refused("invalid *update." + std::string{type} + ": " + why);
}

/// What the real server calls where an update stands: what this completion did is provisional to
/// it.
const char* state_name(const completion& in, const std::string& id) {
  const auto& all = *in.on.updates;
  if (const auto at = all.find_waiting(id); at != all.waiting.end())
    switch (at->second.state) {
    case state::admitted: return "Admitted";
    case state::rejected: return "ProvisionallyCompleted";
    default: return "Sent";
    }
  if (all.by_event.contains(id))
    return "Sent";
  if (const auto at = all.accepted.find(id); at != all.accepted.end())
    return at->second > in.completed_event_id ? "ProvisionallyAccepted" : "Accepted";
  const auto at = all.completed.find(id);
  return at->second > in.completed_event_id ? "ProvisionallyCompleted" : "Completed";
}

bool is_known(const run& on, const std::string& id) {
  if (!on.updates)
    return false;
  const auto& all = *on.updates;
  return all.find_waiting(id) != all.waiting.end() || all.by_event.contains(id)
         || all.accepted.contains(id) || all.completed.contains(id);
}

/// The update if nothing was said of it yet. A worker may speak of one that this service has not
/// sent: it has it from before a restart.
auto find_unanswered(const run& on, const std::string& id) {
  auto at = on.updates->find_waiting(id);
  if (at != on.updates->waiting.end() && at->second.state == state::rejected)
    at = on.updates->waiting.end();
  return at;
}

/// The run ends with this completion: what is not rejected hears that instead.
void abort(completion& in, const std::string& id) {
  tell_update(
      in.ch, in.on, id, nullptr, not_found("workflow update was aborted by closing workflow"));
  auto& waiting = in.ch.updates_of(in.on).waiting;
  if (const auto at = in.on.updates->find_waiting(id); at != in.on.updates->waiting.end())
    waiting.erase(at);
  in.aborted.insert(id);
}

/// The event shows where its request comes from.
void add_links(const messages::Request& request, history_event& to) {
  for (const auto& each : request.completion_callbacks())
    for (const auto& link : each.links())
      *to.add_links() = link;
  const auto of_callbacks = to.links();
  for (const auto& link : request.links())
    if (std::ranges::none_of(
            of_callbacks, [&](const auto& other) { return same_message(link, other); }))
      *to.add_links() = link;
}

/// An update that the service forgot comes back with what the worker answers, if it holds the
/// request.
void remember(completion& in, const std::string& id, const messages::Request& request) {
  admit(in.ch, in.on, id, request);
  auto& waiting = in.ch.updates_of(in.on).waiting;
  waiting.edit(in.on.updates->find_waiting(id)).state = state::sent;
}

command_result take(completion& in, const std::string& id, const messages::Acceptance& said) {
  if (!is_known(in.on, id)) {
    if (!said.has_accepted_request())
      return unknown(id);
    auto request = said.accepted_request();
    if (auto status = check_update_callbacks(in.ch, in.on, id, request); !status.ok())
      return invalid("Acceptance", "accepted_request: " + status.message);
    remember(in, id, request);
  }
  if (in.closes) {
    abort(in, id);
    return {};
  }
  auto& all = in.ch.updates_of(in.on);
  const auto at = find_unanswered(in.on, id);
  const bool has_event = all.by_event.contains(id);
  if (at == all.waiting.end() && !has_event)
    return invalid_transition(id, "Acceptance", state_name(in, id));
  if (said.accepted_request_sequencing_event_id() == 0)
    return invalid("Acceptance", "accepted_request_sequencing_event_id is not set");
  if (said.accepted_request_message_id().empty())
    return invalid("Acceptance", "accepted_request_message_id is not set");
  auto event = in.ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED);
  auto& to = *event->mutable_workflow_execution_update_accepted_event_attributes();
  to.set_protocol_instance_id(id);
  to.set_accepted_request_message_id(request_id_of(id));
  to.set_accepted_request_sequencing_event_id(said.accepted_request_sequencing_event_id());
  std::vector<held<messages::Request>> attached;
  if (!has_event) {
    *to.mutable_accepted_request() = *at->second.request;
    add_links(*at->second.request, *event);
    attached = at->second.attached;
  }
  in.ch.write(in.on, event);
  if (has_event)
    all.by_event.erase(id);
  else
    all.waiting.erase(at);
  all.accepted.put(id, event->event_id());
  take_update_callbacks(in.ch, in.on, id, to.accepted_request(), *event);
  attach_all(in.ch, in.on, id, attached);
  tell_update(in.ch, in.on, id, nullptr);
  return {};
}

command_result take(completion& in, const std::string& id, const messages::Rejection& said) {
  if (!is_known(in.on, id)) {
    if (!said.has_rejected_request())
      return unknown(id);
    remember(in, id, said.rejected_request());
  }
  auto& all = in.ch.updates_of(in.on);
  const auto at = find_unanswered(in.on, id);
  if (at == all.waiting.end() && all.by_event.contains(id)) {
    // Its event stays; who waits hears of it like of any other.
    all.by_event.erase(id);
    auto outcome = std::make_shared<messages::Outcome>();
    copy_in_slices(said.failure(), *outcome->mutable_failure());
    release_update_callbacks(
        in.on,
        id,
        failure_ptr{
            std::shared_ptr<const api::failure::v1::Failure>{outcome, &outcome->failure()}});
    tell_update(in.ch, in.on, id, std::move(outcome));
    return {};
  }
  if (at == all.waiting.end())
    return invalid_transition(id, "Rejection", state_name(in, id));
  auto& rejected = all.waiting.edit(at);
  rejected.state = state::rejected;
  copy_in_slices(said.failure(), *rejected.rejection.edit().mutable_failure());
  return {};
}

command_result take(completion& in, const std::string& id, const messages::Response& said) {
  if (!is_known(in.on, id))
    return unknown(id);
  if (in.closes)
    return {}; // it ends with the run
  auto& all = in.ch.updates_of(in.on);
  const auto at = all.accepted.find(id);
  if (at == all.accepted.end())
    return invalid_transition(id, "Response", state_name(in, id));
  if (!said.has_meta())
    return invalid("Response", "meta is not set");
  if (said.meta().update_id() != id)
    return invalid("Response", "meta.update_id != " + cited(id));
  if (!said.has_outcome())
    return invalid("Response", "outcome is not set");
  auto event = in.ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED);
  auto& to = *event->mutable_workflow_execution_update_completed_event_attributes();
  *to.mutable_meta() = said.meta();
  to.set_accepted_event_id(at->second);
  *to.mutable_outcome() = said.outcome();
  in.ch.write(in.on, event);
  all.accepted.erase(at);
  all.completed.put(id, event->event_id());
  release_update_callbacks(in.on, id);
  tell_update(
      in.ch,
      in.on,
      id,
      std::shared_ptr<const messages::Outcome>{
          event, &event->workflow_execution_update_completed_event_attributes().outcome()});
  return {};
}

messages::Outcome unprocessed() {
  messages::Outcome outcome;
  auto& failure = *outcome.mutable_failure();
  failure.set_message("Workflow Update is rejected because it wasn't processed by worker. "
                      "Probably, Workflow Update "
                      "is not supported by the worker.");
  failure.set_source("Server");
  failure.mutable_application_failure_info()->set_type("UnprocessedUpdate");
  failure.mutable_application_failure_info()->set_non_retryable(true);
  return outcome;
}

} // namespace

bool has_messages(const run& on) {
  if (!on.updates)
    return false;
  for (const auto& [number, each] : on.updates->waiting)
    if (is_brought(each, on.state.task && on.state.task->memory.heartbeat))
      return true;
  return false;
}

bool has_new_updates(const run& on) {
  if (!on.updates)
    return false;
  for (const auto& [number, each] : on.updates->waiting)
    if (each.state == state::admitted)
      return true;
  return false;
}

void write_messages(const run& on, std::uint32_t field, wire_writer& to) {
  using message = api::protocol::v1::Message;
  if (!on.updates)
    return;
  const auto& task = *on.state.task;
  for (const auto& [number, each] : on.updates->waiting) {
    if (!is_brought(each, task.memory.heartbeat))
      continue;
    to.message(field, [&] {
      to.text(message::kIdFieldNumber, request_id_of(each.id));
      to.text(message::kProtocolInstanceIdFieldNumber, each.id);
      to.number(
          message::kEventIdFieldNumber, static_cast<std::uint64_t>(task.started_event_id - 1));
      to.message(message::kBodyFieldNumber, [&] {
        to.text(google::protobuf::Any::kTypeUrlFieldNumber, request_url);
        to.text(google::protobuf::Any::kValueFieldNumber, each.request->SerializeAsString());
      });
    });
  }
}

void mark_sent(change& ch, run& on) {
  if (!on.updates)
    return;
  auto& waiting = ch.updates_of(on).waiting;
  for (auto at = waiting.begin(); at != waiting.end(); ++at)
    if (const auto to = workflow_update::next(at->second.state, workflow_update::event::delivered))
      waiting.edit(at).state = *to;
}

command_result take_message(completion& in, const api::protocol::v1::Message& what) {
  if (!what.has_body())
    return malformed("nil message body");
  const std::string_view url = what.body().type_url();
  const auto name = url.substr(url.rfind('/') + 1); // all of it if there is no slash
  if (!is_full_name(name))
    return malformed("no message name specified");
  const auto dot = name.rfind('.');
  if (dot == std::string::npos)
    return malformed("failed to extract protocol type: no . found in \"" + cited(name) + '"');
  if (const auto named = name.substr(0, dot); named != protocol)
    return refused("unsupported protocol type " + cited(named));
  const auto* type =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(std::string{name});
  if (type == nullptr)
    return refused("unable to unmarshal request: proto: not found");
  const std::unique_ptr<google::protobuf::Message> body{
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New()};
  if (!read_message_in_slices(what.body().value(), *body))
    return refused("unable to unmarshal request: proto: cannot parse invalid wire-format data");
  const auto& id = what.protocol_instance_id();
  if (in.aborted.contains(id))
    return {}; // whatever else is said of it
  // A rejection is no event, and has the same limit.
  if (what.body().value().size() > in.ch.settings().max_blob_bytes)
    return command_failure{bad, "Message type " + std::string{name} + " exceeds size limit.", true};
  if (auto* said = dynamic_cast<messages::Rejection*>(body.get())) {
    cut_causes(*said->mutable_failure());
    return take(in, id, *said);
  }
  if (const auto* said = dynamic_cast<const messages::Acceptance*>(body.get()))
    return take(in, id, *said);
  if (auto* said = dynamic_cast<messages::Response*>(body.get())) {
    if (said->outcome().has_failure())
      cut_causes(*said->mutable_outcome()->mutable_failure());
    return take(in, id, *said);
  }
  if (!is_known(in.on, id))
    return unknown(id);
  return refused("Message type *update." + std::string{name.substr(dot + 1)} + " not supported");
}

void settle_updates(change& ch, run& on, bool keeps_unanswered) {
  if (!on.updates)
    return;
  auto& waiting = ch.updates_of(on).waiting;
  for (auto at = waiting.begin(); at != waiting.end();) {
    const auto& each = at->second;
    if (each.state == state::admitted || (each.state == state::sent && keeps_unanswered)) {
      ++at;
      continue;
    }
    tell_update(
        ch,
        on,
        each.id,
        each.state == state::rejected ? std::make_shared<messages::Outcome>(*each.rejection)
                                      : std::make_shared<messages::Outcome>(unprocessed()));
    waiting.erase(at++);
  }
}

} // namespace troupe::embedded
