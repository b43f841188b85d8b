// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/command/peer_targets.hpp"

#include "runtime/base/text/uuid.hpp"

namespace troupe::embedded {
namespace {

peer_kind kind_of(const history_event& initiated) {
  switch (initiated.event_type()) {
  case enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED: return peer_kind::signal;
  case enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
    return peer_kind::cancel;
  default: return peer_kind::child;
  }
}

/// Counted once for all commands of a task.
std::size_t& pending(completion& in, peer_kind kind) {
  if (!in.pending_peers) {
    in.pending_peers.emplace();
    for (const auto& [id, each] : in.on.state.peers)
      ++(*in.pending_peers)[static_cast<std::size_t>(kind_of(*each.initiated))];
  }
  return (*in.pending_peers)[static_cast<std::size_t>(kind)];
}

} // namespace

command_result find_target(
    const completion& in,
    const std::string& named,
    enums::WorkflowTaskFailedCause cause,
    peer_target& to) {
  const auto& rec = in.ch.rec;
  to = {rec.name_space, rec.namespace_id};
  if (named.empty() || named == rec.name_space)
    return {};
  to.name = named;
  if (auto status = in.ch.around.known.find_namespace(named, to.id); !status.ok())
    return command_failure{
        enums::WORKFLOW_TASK_FAILED_CAUSE_UNSPECIFIED, {}, false, std::move(status)};
  if (to.id != rec.namespace_id && !in.ch.settings().cross_namespace_commands)
    return command_failure{cause, "cross namespace commands are not allowed", false};
  return {};
}

command_result check_pending(
    completion& in,
    peer_kind kind,
    std::size_t limit,
    enums::WorkflowTaskFailedCause cause,
    const char* words) {
  const auto count = pending(in, kind);
  if (count < limit)
    return {};
  return command_failure{
      cause,
      "the number of pending " + std::string{words} + ", " + std::to_string(count)
          + ", has reached the per-workflow limit of " + std::to_string(limit),
      false};
}

void add_peer(completion& in, peer_kind kind, const event_ptr& initiated) {
  ++pending(in, kind);
  peer_state made;
  made.initiated_event_id = initiated->event_id();
  made.initiated = initiated;
  if (kind == peer_kind::child) // whoever describes the child sees it; the last is a version
    made.request_id = in.on.id + ':' + std::to_string(initiated->event_id()) + ":0";
  else if (kind == peer_kind::signal)
    made.request_id = in.ch.around.ids.uuid();
  in.on.state.peers.put(initiated->event_id(), std::move(made));
}

bool is_run_id(const std::string& text) {
  return text.empty() || is_uuid(text);
}

} // namespace troupe::embedded
