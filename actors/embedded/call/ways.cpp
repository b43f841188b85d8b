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
  if (from->name_space == nullptr) {
    refuse_token(from);
    return false;
  }
  if (!named.empty() && named != from->name_space->name) {
    std::shared_ptr<const namespace_entry> other;
    auto status = here.namespaces.check(named, false, other);
    from->answer(
        status.ok() ? bad_argument("Operation requested with a token from a different namespace.")
                    : std::move(status));
    return false;
  }
  return true;
}

bool has_token(const call_ptr& from, std::string_view token) {
  if (!token.empty())
    return true;
  from->answer(bad_argument("Task token not set on request."));
  return false;
}

void refuse_token(const call_ptr& from) {
  from->answer(bad_argument("Error deserializing task token."));
}

void refuse_workflow_token(directory& here, const call_ptr& from, std::string_view token) {
  if (token.size() <= longest_token && decode_activity_token(token, here.settings.token_key))
    from->answer(absent("Workflow task not found."));
  else
    refuse_token(from);
}

void refuse_matching_token(
    directory& here, const call_ptr& from, std::string_view token, const char* nobody_waits) {
  const auto& key = here.settings.token_key;
  const bool is_ours = token.size() <= longest_token
                       && (decode_workflow_token(token, key) || decode_activity_token(token, key)
                           || decode_matching_token(matching_token::kind::nexus, token, key)
                           || decode_matching_token(matching_token::kind::query, token, key));
  if (is_ours)
    from->answer(absent(nobody_waits));
  else
    refuse_token(from);
}

void refuse_activity_token(directory& here, const call_ptr& from, std::string_view token) {
  if (token.size() <= longest_token && decode_workflow_token(token, here.settings.token_key))
    from->answer(absent(
        "invalid activityID or activity already timed out or invoking workflow is completed"));
  else
    refuse_token(from);
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

void open(directory& here, const call_ptr& from, const std::string& queue, queue_kind kind) {
  if (from->size() > largest_poll_bytes) {
    from->answer(plain_status(
        status_code::resource_exhausted,
        "grpc: received message after decompression larger than max "
            + std::to_string(largest_poll_bytes)));
    return;
  }
  if (from->deadline() == time_point::max()) {
    from->answer(bad_argument("Context timeout is not set."));
    return;
  }
  if (from->deadline() - here.now() < shortest_poll) {
    from->answer(plain_status(status_code::failed_precondition, "Context timeout is too short."));
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
