// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/record/change.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/run/new_runs.hpp"
#include "runtime/embedded/standalone/standalone_view.hpp"

#include <troupe/rpc_status.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

/// What requests about activities and about operations without a workflow have in common.
namespace troupe::embedded {

/// How the real server words what it refuses about the one and the other.
struct standalone_words {
  const char* id;              ///< how it calls the id,
  const char* request_id;      ///< the id of a request,
  const char* noun;            ///< and the thing itself
  const char* bad_run_id;      ///< a run id that is none
  const char* token_needs_run; ///< a long poll's token without a run id
  const char* deleted;         ///< the reason of a termination by a deletion
};

inline constexpr standalone_words activity_words{
    "activity ID",
    "request ID",
    "activity",
    "invalid run id: must be a valid UUID",
    "run id is required when long poll token is provided",
    "Delete activity execution"};
inline constexpr standalone_words operation_words{
    "operation_id",
    "request_id",
    "operation",
    "run_id is not a valid UUID",
    "run_id is required when long_poll_token is provided",
    "Delete nexus operation execution"};

template <class Request>
inline constexpr bool is_about_activities =
    requires(const Request& request) { request.activity_id(); };

/// Those of a request by its type.
template <class Request>
constexpr const standalone_words& words_of(const Request&) {
  return is_about_activities<Request> ? activity_words : operation_words;
}

/// The activity's or the operation's id.
template <class Request>
const std::string& id_in(const Request& request) {
  if constexpr (is_about_activities<Request>)
    return request.activity_id();
  else
    return request.operation_id();
}

/// `NAME exceeds length limit. Length=L Limit=M`
rpc_status check_length(std::string_view value, std::size_t limit, const char* name);

/// What all requests about one are checked for.
rpc_status check_standalone_id(
    const standalone_words& words,
    const std::string& id,
    const std::string& run_id,
    std::size_t max_id_bytes);

/// `activity not found for ID: A`
rpc_status standalone_not_found(const standalone_words& words, std::string_view id);

/// What a start of an id meets.
enum class id_use {
  is_free,   ///< a new run may begin
  repeated,  ///< this very start was served before: the run is its
  is_joined, ///< the run that there is will do
  is_taken
};
/// The numbers of policies are the same for activities and operations.
id_use use_of_id(
    const run* current,
    const std::string& request_id,
    enums::EventType scheduled,
    int reuse_policy,
    int conflict_policy);

/// Checks search attributes, also those without a value, and drops these.
template <class Request>
rpc_status check_attributes(const change& ch, Request& request) {
  if (!request.has_search_attributes())
    return {};
  if (auto found = check_search_attributes(
          ch.around, ch.rec.name_space, *request.mutable_search_attributes());
      !found.ok())
    return found.status;
  drop_nulls(request);
  return check_attributes_size(ch.around, ch.rec.name_space, request.search_attributes()).status;
}

/// The thing itself, as in `attach more callbacks to ...`.
template <class Request>
inline constexpr const char* a_noun =
    is_about_activities<Request> ? "an activity" : "a Nexus operation";

/// Checks callbacks, links, and what of them is for one that is there already.
template <class Request>
rpc_status check_attachments(const change& ch, Request& request) {
  const auto& attach = request.on_conflict_options();
  if (attach.attach_completion_callbacks() && !attach.attach_request_id())
    return invalid_argument(
        "on_conflict_options: attach_completion_callbacks requires attach_request_id to be set");
  auto& callbacks = *request.mutable_completion_callbacks();
  if (is_about_activities<Request> && !callbacks.empty() && !ch.settings().activity_callbacks)
    return invalid_argument("completion callbacks are not enabled for this namespace");
  if (auto status = check_callbacks(ch.around, 0, callbacks); !status.ok())
    return status;
  int of_callbacks = 0;
  for (const auto& each : callbacks)
    of_callbacks += each.links_size();
  return check_links(request.links(), of_callbacks);
}

/// The callbacks of a request are to be called when the run ends.
template <class Request>
void put_callbacks(
    change& ch,
    run& on,
    const Request& request,
    const std::string& request_id,
    bool attached_later) {
  for (const auto& each : request.completion_callbacks())
    on.state.callbacks.put(
        ++on.state.last_callback, make_callback(ch, each, request_id, attached_later));
}

/// Adds the links of a request and of its callbacks to an event, each once.
template <class Request>
void add_links_of(const Request& request, history_event& to) {
  for (const auto& each : request.completion_callbacks())
    for (const auto& link : each.links())
      *to.add_links() = link;
  for (const auto& link : request.links())
    if (std::ranges::none_of(
            to.links(), [&](const auto& other) { return same_message(link, other); }))
      *to.add_links() = link;
}

/// The run that there is tells one more request of its end, if that asks for it.
template <class Request>
rpc_status
attach_callbacks(change& ch, run& on, const Request& request, const std::string& request_id) {
  if (!on.open() || !request.on_conflict_options().attach_completion_callbacks()
      || request.completion_callbacks().empty() || on.state.request_ids.contains(request_id))
    return {};
  if (on.state.callbacks.size() + static_cast<std::size_t>(request.completion_callbacks_size())
      > ch.settings().max_callbacks)
    return failed_precondition(
        "cannot attach more than " + std::to_string(ch.settings().max_callbacks) + " callbacks to "
        + a_noun<Request>
        + " (" + std::to_string(on.state.callbacks.size()) + " callbacks already attached)");
  put_callbacks(ch, on, request, request_id, true);
  on.state.request_ids.put(
      request_id, {enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED, 0, false});
  return {};
}

/// Begins the run that this event makes: what it is, is in the event.
run& begin_standalone(
    change& ch,
    std::string type,
    std::string task_queue,
    const api::common::v1::SearchAttributes& attributes,
    const std::string& request_id,
    const event_ptr& scheduled);

/// The id of the request that this kind of event came from; null if there was none.
const std::string* request_of(const run& on, enums::EventType type);

/// The request's id, or a new one.
std::string id_or_new(change& ch, const std::string& id);

/// `activity execution already started`
template <class Detail, class Request>
rpc_status id_is_taken(const Request&, const run& by) {
  Detail detail;
  detail.set_start_request_id(by.state.start_request_id);
  detail.set_run_id(by.id);
  return with_detail(
      status_code::already_exists,
      is_about_activities<Request> ? std::string{"activity execution already started"}
                                   : "nexus operation execution already started: request_id="
                                         + by.state.start_request_id + ", run_id=" + by.id,
      detail);
}

/// Serves a start that was checked: by a new run (`begin(request_id)`), by the one that there is
/// unless `join(run, request_id)` says why not, or with a refusal that carries `Taken`.
template <class Response, class Taken, class Request, class Begin, class Join>
void start_by(
    change& ch, const Request& request, enums::EventType scheduled, Begin begin, Join join) {
  const auto request_id = id_or_new(ch, request.request_id());
  run* const current = ch.current();
  const auto use = use_of_id(
      current, request_id, scheduled, request.id_reuse_policy(), request.id_conflict_policy());
  if (use == id_use::is_taken)
    return refuse(ch, id_is_taken<Taken>(request, *current));
  if (use == id_use::is_joined)
    if (auto status = join(*current, request_id); !status.ok())
      return refuse(ch, std::move(status));
  const bool is_new = use == id_use::is_free;
  const run& on = is_new ? begin(request_id) : *current;
  auto& response = accept<Response>(ch);
  response.set_run_id(on.id);
  response.set_started(is_new);
  if constexpr (requires { response.mutable_link(); })
    link_to_activity(ch.rec, on, *response.mutable_link());
}

/// Writes down that somebody wants it canceled; gives the id of the event.
template <class Request>
std::int64_t write_cancel_request(change& ch, run& on, const Request& request) {
  auto event = ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED);
  auto& asked = *event->mutable_workflow_execution_cancel_requested_event_attributes();
  asked.set_cause(request.reason());
  asked.set_identity(request.identity());
  ch.write(on, event);
  on.state.request_ids.put(
      id_or_new(ch, request.request_id()), {event->event_type(), event->event_id(), false});
  return event->event_id();
}

/// `invalid transition from Completed`
rpc_status closed_already(const run& on);

/// The run that a request to change one means; null, and the refusal is set, if it is none that
/// could be meant.
template <class Request>
run* find_for_change(change& ch, const Request& request) {
  constexpr std::size_t longest_reason_of_operations = 1000;
  const auto& words = words_of(request);
  const auto limit = ch.settings().max_id_bytes;
  auto status = check_standalone_id(words, id_in(request), request.run_id(), limit);
  if constexpr (requires { request.request_id(); }) {
    if (status.ok())
      status = check_length(request.request_id(), limit, words.request_id);
    if (status.ok())
      status = check_length(request.identity(), limit, "identity");
    if (status.ok() && !is_about_activities<Request>)
      status = check_length(request.reason(), longest_reason_of_operations, "reason");
    if (status.ok() && request.reason().size() > ch.settings().max_blob_bytes)
      status = invalid_argument("reason exceeds length limit");
  }
  run* const on = status.ok() ? ch.find(request.run_id()) : nullptr;
  if (status.ok() && on == nullptr)
    status = standalone_not_found(words, id_in(request));
  if (!status.ok())
    ch.tx.answer = {std::move(status), nullptr};
  return on;
}

} // namespace troupe::embedded
