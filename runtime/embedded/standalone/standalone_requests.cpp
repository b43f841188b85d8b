// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/standalone/standalone_requests.hpp"

#include "runtime/base/text/uuid.hpp"
#include "runtime/embedded/standalone/standalone.hpp"

#include <temporal/api/enums/v1/activity.pb.h>
#include <temporal/api/enums/v1/nexus.pb.h>

namespace troupe::embedded {
namespace {

constexpr int fails_only = enums::ACTIVITY_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY;
constexpr int never = enums::ACTIVITY_ID_REUSE_POLICY_REJECT_DUPLICATE;
constexpr int joins = enums::ACTIVITY_ID_CONFLICT_POLICY_USE_EXISTING;
static_assert(
    fails_only == enums::NEXUS_OPERATION_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY
    && never == enums::NEXUS_OPERATION_ID_REUSE_POLICY_REJECT_DUPLICATE
    && joins == enums::NEXUS_OPERATION_ID_CONFLICT_POLICY_USE_EXISTING);

const char* how_it_ended(const run& on) {
  switch (on.state.status) {
  case enums::WORKFLOW_EXECUTION_STATUS_COMPLETED:
    return is_operation(on) ? "Succeeded" : "Completed";
  case enums::WORKFLOW_EXECUTION_STATUS_CANCELED: return "Canceled";
  case enums::WORKFLOW_EXECUTION_STATUS_TERMINATED: return "Terminated";
  case enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT: return "TimedOut";
  default: return "Failed";
  }
}

/// Whether a new run may follow this one.
bool may_follow(const run& existing, int reuse_policy) {
  if (existing.open() || reuse_policy == never)
    return false;
  return reuse_policy != fails_only
         || existing.state.status != enums::WORKFLOW_EXECUTION_STATUS_COMPLETED;
}

} // namespace

rpc_status check_length(std::string_view value, std::size_t limit, const char* name) {
  if (value.size() <= limit)
    return {};
  return invalid_argument(
      std::string{name} + " exceeds length limit. Length=" + std::to_string(value.size())
      + " Limit=" + std::to_string(limit));
}

rpc_status check_standalone_id(
    const standalone_words& words,
    const std::string& id,
    const std::string& run_id,
    std::size_t max_id_bytes) {
  if (id.empty())
    return invalid_argument(std::string{words.id} + " is required");
  if (auto status = check_length(id, max_id_bytes, words.id); !status.ok())
    return status;
  if (!run_id.empty() && !is_uuid(run_id))
    return invalid_argument(words.bad_run_id);
  return {};
}

rpc_status standalone_not_found(const standalone_words& words, std::string_view id) {
  return not_found(std::string{words.noun} + " not found for ID: " + std::string{id});
}

id_use use_of_id(
    const run* current,
    const std::string& request_id,
    enums::EventType scheduled,
    int reuse_policy,
    int conflict_policy) {
  if (current == nullptr)
    return id_use::is_free;
  const auto used = current->state.request_ids.find(request_id);
  if (used != current->state.request_ids.end() && used->second.event_type == scheduled)
    return id_use::repeated;
  if (current->open() && conflict_policy == joins)
    return id_use::is_joined;
  return may_follow(*current, reuse_policy) ? id_use::is_free : id_use::is_taken;
}

run& begin_standalone(
    change& ch,
    std::string type,
    std::string task_queue,
    const api::common::v1::SearchAttributes& attributes,
    const std::string& request_id,
    const event_ptr& scheduled) {
  auto made = std::make_unique<run>();
  made->id = ch.around.ids.time_ordered_uuid(ch.now());
  auto& state = made->state;
  state.workflow_type = std::move(type);
  state.task_queue = std::move(task_queue);
  state.first_run_id = made->id;
  state.start_request_id = request_id;
  state.start_time = state.execution_time = ch.now();
  if (!attributes.indexed_fields().empty())
    state.search_attributes = held<api::common::v1::SearchAttributes>::copy_of(attributes);
  auto& on = ch.add(std::move(made));
  ch.write(on, scheduled);
  on.state.request_ids.put(request_id, {scheduled->event_type(), scheduled->event_id(), false});
  ch.show(on);
  return on;
}

const std::string* request_of(const run& on, enums::EventType type) {
  for (const auto& [id, use] : on.state.request_ids)
    if (use.event_type == type)
      return &id;
  return nullptr;
}

std::string id_or_new(change& ch, const std::string& id) {
  return id.empty() ? ch.around.ids.uuid() : id;
}

rpc_status closed_already(const run& on) {
  return failed_precondition(std::string{"invalid transition from "} + how_it_ended(on));
}

} // namespace troupe::embedded
