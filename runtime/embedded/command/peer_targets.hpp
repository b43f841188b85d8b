// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/command/commands.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace troupe::embedded {

/// What the commands for other workflows have in common.

/// The namespace that a command means.
struct peer_target {
  std::string name;
  std::string id;
};

/// Finds the namespace of a command: the run's own if it names none. An unknown one refuses the
/// whole request, and its task goes on; another one is refused with `cause` unless that is allowed.
command_result find_target(
    const completion& in,
    const std::string& named,
    enums::WorkflowTaskFailedCause cause,
    peer_target& to);

/// In the order of `completion::pending_peers`.
enum class peer_kind : std::size_t { child, signal, cancel };

/// Refuses one more of what the run has `limit` of already: "the number of pending WORDS, ...".
command_result check_pending(
    completion& in,
    peer_kind kind,
    std::size_t limit,
    enums::WorkflowTaskFailedCause cause,
    const char* words);

/// The run has this going on now: the Initiated event is written.
void add_peer(completion& in, peer_kind kind, const event_ptr& initiated);

/// True for an id that a run may have, and for none.
bool is_run_id(const std::string& text);

/// Refuses a text that is too long with what `words` makes of " Length=N Limit=N".
template <class Words>
command_result check_length(
    const std::string& text,
    std::size_t limit,
    enums::WorkflowTaskFailedCause cause,
    const Words& words) {
  if (text.size() <= limit)
    return {};
  return command_failure{
      cause,
      words(" Length=" + std::to_string(text.size()) + " Limit=" + std::to_string(limit)),
      false};
}

} // namespace troupe::embedded
