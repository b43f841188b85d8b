// SPDX-License-Identifier: Apache-2.0
#include "actors/embedded/call/ways.hpp"

#include "runtime/base/text/utf8.hpp"
#include "runtime/embedded/checks/error_text.hpp"
#include "runtime/embedded/standalone/standalone.hpp"

namespace troupe::embedded::ways {

using actors::tell;

namespace {

/// A poll is kept for as long as it waits, with whatever its request carries.
constexpr std::size_t largest_poll_bytes = 64 * 1024;

/// No token of ours is so long; what is need not be unsealed in every way there is.
constexpr std::size_t longest_token = 16 * 1024;

constexpr auto unreadable_token = "Error deserializing task token.";

/// False, and answered, if the request names a namespace that is not there: it is told so before
/// anything of its token.
bool knows(directory& here, const call_ptr& from, std::string_view named) {
  std::shared_ptr<const namespace_entry> ignored;
  auto status = named.empty() ? rpc_status{} : here.namespaces.check(named, false, ignored);
  if (status.ok())
    return true;
  from->answer(std::move(status));
  return false;
}

/// Of a token of ours, whatever task it is of.
std::optional<std::string> namespace_id_of(std::string_view token, const token_key& key) {
  if (token.size() > longest_token)
    return std::nullopt;
  for (const auto& read : {decode_workflow_token(token, key), decode_activity_token(token, key)})
    if (read)
      return read->namespace_id;
  using kind = matching_token::kind;
  for (const auto of : {kind::nexus, kind::query})
    if (const auto read = decode_matching_token(of, token, key))
      return read->namespace_id;
  return std::nullopt;
}

} // namespace

bool find_namespace(
    directory& here, const call_ptr& from, std::string_view name, bool must_be_registered) {
  auto status = here.namespaces.check(name, must_be_registered, from->name_space);
  if (status.ok())
    return true;
  from->answer(std::move(status));
  return false;
}

bool find_token_namespace(
    directory& here, const call_ptr& from, std::string_view named, std::string_view token_id) {
  from->name_space = here.namespaces.share_by_id(token_id);
  const bool agree =
      named.empty() || (from->name_space != nullptr && named == from->name_space->name);
  if (!agree && !knows(here, from, named))
    return false;
  if (from->name_space == nullptr)
    from->answer(bad_argument(unreadable_token));
  else if (!agree)
    from->answer(bad_argument("Operation requested with a token from a different namespace."));
  else
    return true;
  return false;
}

bool has_token(
    directory& here, const call_ptr& from, std::string_view named, std::string_view token) {
  if (!token.empty())
    return true;
  if (knows(here, from, named))
    from->answer(bad_argument("Task token not set on request."));
  return false;
}

void refuse_token(
    directory& here,
    const call_ptr& from,
    std::string_view named,
    std::string_view token,
    const char* words) {
  if (const auto id = namespace_id_of(token, here.settings.token_key)) {
    if (find_token_namespace(here, from, named, *id))
      from->answer(absent(words));
  } else if (knows(here, from, named)) {
    from->answer(bad_argument(unreadable_token));
  }
}

void to_record(directory& here, const call_ptr& from, const std::string& key) {
  tell(here.execution(from->name_space->id, key), serve_call{from});
}

void to_activity(directory& here, const call_ptr& from, const std::string& activity_id) {
  if (activity_id.size() > here.settings.max_id_bytes)
    from->answer(absent("activity not found for ID: " + excerpt(activity_id, longest_error_text)));
  else
    to_record(here, from, standalone_key(activity_prefix, activity_id));
}

void to_execution(directory& here, const call_ptr& from, const std::string& workflow_id) {
  // Before it becomes the key of an actor that only says so: none can have been started.
  if (workflow_id.size() > here.settings.max_id_bytes || is_standalone_key(workflow_id))
    from->answer(absent("workflow not found for ID: " + excerpt(workflow_id, longest_error_text)));
  else
    tell(here.execution(from->name_space->id, workflow_id), serve_call{from});
}

void to_new_execution(directory& here, const call_ptr& from, const std::string& workflow_id) {
  if (workflow_id.size() > here.settings.max_id_bytes)
    from->answer(bad_argument("WorkflowId length exceeds limit."));
  else if (is_standalone_key(workflow_id))
    from->answer(bad_argument("WorkflowId begins with characters that are reserved."));
  else
    to_execution(here, from, workflow_id);
}

bool can_wait(directory& here, const call_ptr& from) {
  if (from->deadline() == time_point::max())
    from->answer(bad_argument("Context timeout is not set."));
  else if (from->deadline() - here.now() < shortest_poll)
    from->answer(plain_status(status_code::failed_precondition, "Context timeout is too short."));
  else
    return true;
  return false;
}

void open(directory& here, const call_ptr& from, const std::string& queue, queue_kind kind) {
  if (from->size() > largest_poll_bytes) {
    from->answer(plain_status(
        status_code::resource_exhausted,
        "grpc: received message after decompression larger than max "
            + std::to_string(largest_poll_bytes)));
    return;
  }
  if (here.is_stopping) {
    from->answer(plain_status(status_code::unavailable, "the service is shutting down"));
    return;
  }
  from->is_long_poll = true;
  tell(here.queue(from->name_space->id, queue, kind), serve_call{from});
}

} // namespace troupe::embedded::ways
