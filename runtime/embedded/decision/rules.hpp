// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"
#include "runtime/embedded/record/input.hpp"

namespace troupe::embedded {

/// One function per input: it changes the record through `ch` and leaves the answer in `ch.tx`. A
/// refusal leaves the record as it was.

// start_rules.cpp
void handle(change& ch, const start_execution& what);
void handle(change& ch, const signal_with_start_execution& what);

// client_rules.cpp
void handle(change& ch, const signal_execution& what);
void handle(change& ch, const cancel_execution& what);
void handle(change& ch, const terminate_execution& what);
void handle(change& ch, const delete_execution& what);
void handle(change& ch, const reset_sticky_task_queue& what);

// reset/reset_rules.cpp
void handle(change& ch, const reset_execution& what);

// worker_rules.cpp
void handle(change& ch, const start_workflow_task& what);
void handle(change& ch, const complete_workflow_task& what);
void handle(change& ch, const fail_workflow_task& what);

// activity_rules.cpp
void handle(change& ch, const start_activity_task& what);

// activity_answers.cpp
void handle(change& ch, const complete_activity& what);
void handle(change& ch, const fail_activity& what);
void handle(change& ch, const cancel_activity& what);
void handle(change& ch, const heartbeat_activity& what);

// activity_client_rules.cpp
void handle(change& ch, const pause_activity& what);
void handle(change& ch, const unpause_activity& what);
void handle(change& ch, const reset_activity& what);
void handle(change& ch, const update_activity_options& what);
void handle(change& ch, const update_execution_options& what);
void handle(change& ch, const unpause_execution& what);

// standalone/standalone_rules.cpp
void handle(change& ch, const start_standalone& what);
void handle(change& ch, const cancel_standalone& what);

// standalone/operation_rules.cpp
void handle(change& ch, const start_operation& what);
void handle(change& ch, const cancel_operation& what);

// standalone/standalone_ends.cpp
void handle(change& ch, const terminate_standalone& what);
void handle(change& ch, const delete_standalone& what);
void handle(change& ch, const terminate_operation& what);
void handle(change& ch, const delete_operation& what);

// update/update_rules.cpp, update/multi_operation.cpp
void handle(change& ch, const update_execution& what);
void handle(change& ch, const execute_operations& what);

// time_rules.cpp
void handle(change& ch, const timers_due& what);

// nexus_rules.cpp
void handle(change& ch, const nexus_request_done& what);
void handle(change& ch, const nexus_request_held& what);
void handle(change& ch, const complete_nexus_operation& what);

// callback_rules.cpp
void handle(change& ch, const callback_done& what);

// peer/peer_answers.cpp
void handle(change& ch, const start_child& what);
void handle(change& ch, const begin_child& what);
void handle(change& ch, const signal_from_run& what);
void handle(change& ch, const cancel_from_run& what);
void handle(change& ch, const signal_with_start_from_run& what);
void handle(change& ch, const close_child& what);

// peer/peer_requests.cpp
void handle(change& ch, const child_ended& what);
void handle(change& ch, const peer_answered& what);

/// Answers with a status that is not ok.
inline void refuse(change& ch, rpc_status status) {
  ch.tx.answer = {std::move(status), nullptr};
}

/// Answers with a message.
template <class Message>
Message& accept(change& ch) {
  auto message = std::make_shared<Message>();
  auto& filled = *message;
  ch.tx.answer = {{}, std::move(message)};
  return filled;
}

} // namespace troupe::embedded
