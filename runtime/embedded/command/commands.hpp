// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/embedded/record/change.hpp"

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/enums/v1/command_type.pb.h>
#include <temporal/api/enums/v1/failed_cause.pb.h>
#include <temporal/api/protocol/v1/message.pb.h>

#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::embedded {

/// Why a command is refused: the whole completion is undone and the workflow task fails. Without a
/// cause only the request is refused.
struct command_failure {
  enums::WorkflowTaskFailedCause cause = enums::WORKFLOW_TASK_FAILED_CAUSE_UNSPECIFIED;
  std::string message;     ///< without the cause's name; may be empty
  bool terminates = false; ///< the run is terminated as well
  rpc_status refusal{};    ///< what the request is refused with if there is no cause
};

using command_result = std::optional<command_failure>;

/// The completion that a command is part of.
struct completion {
  change& ch;
  run& on;
  std::int64_t completed_event_id = 0;
  std::string identity;
  const google::protobuf::RepeatedPtrField<api::protocol::v1::Message>& messages;
  std::vector<bool> taken{}; ///< of the messages: those that a command has named already
  bool closes = false;       ///< the messages are those of a run that ends with the next command
  std::set<std::string> aborted{}; ///< updates that were accepted too late, at the run's end
  /// Activities that the worker wants to start itself.
  std::vector<std::string> eager{};
  /// What ended because of a command: the worker sees it with its next task, which there must be,
  /// unless the run closes.
  std::vector<event_ptr> ended{};
  std::optional<std::size_t> memo_bytes = {}; ///< of the run's, once a command has changed it
  std::set<std::string> started_children{};   ///< by workflow id
  /// How many children, signals and cancel requests are pending, once a command had to know.
  std::optional<std::array<std::size_t, 3>> pending_peers = {};
};

using command_handler = command_result (*)(completion&, const api::command::v1::Command&);

/// The handler of a command type; null if there is no such command.
command_handler find_handler(enums::CommandType type);

/// `StartTimer`: the name without prefix, in camel case, as error texts have it.
std::string command_name(enums::CommandType type);

/// `BadStartTimerAttributes`: likewise.
std::string cause_name(enums::WorkflowTaskFailedCause cause);

/// True for the commands that end a run.
bool is_closing(enums::CommandType type);

/// An event of a command: with the completion's id set by the caller, the user metadata copied.
event_ptr
make_event(completion& in, const api::command::v1::Command& command, enums::EventType type);

/// Search attributes of a run that a command starts: a name that is unknown, or a value that is
/// none, spoils the command (`on`, `whose` and so on are in the words for it); what is too large
/// ends the run with the command's own cause.
command_result check_attributes(
    const completion& in,
    const std::string& name_space,
    api::common::v1::SearchAttributes& attributes,
    enums::WorkflowTaskFailedCause own,
    std::string_view on,
    const std::string& whose);

// One file a family; the table is in commands.cpp.
command_result start_timer(completion& in, const api::command::v1::Command& command);
command_result cancel_timer(completion& in, const api::command::v1::Command& command);
command_result schedule_activity(completion& in, const api::command::v1::Command& command);
command_result request_cancel_activity(completion& in, const api::command::v1::Command& command);
command_result complete_workflow(completion& in, const api::command::v1::Command& command);
command_result fail_workflow(completion& in, const api::command::v1::Command& command);
command_result cancel_workflow(completion& in, const api::command::v1::Command& command);
command_result continue_as_new(completion& in, const api::command::v1::Command& command);
command_result record_marker(completion& in, const api::command::v1::Command& command);
command_result upsert_search_attributes(completion& in, const api::command::v1::Command& command);
command_result modify_properties(completion& in, const api::command::v1::Command& command);
command_result schedule_nexus_operation(completion& in, const api::command::v1::Command& command);
command_result
request_cancel_nexus_operation(completion& in, const api::command::v1::Command& command);
command_result start_child_workflow(completion& in, const api::command::v1::Command& command);
command_result signal_external_workflow(completion& in, const api::command::v1::Command& command);
command_result
request_cancel_external_workflow(completion& in, const api::command::v1::Command& command);
command_result protocol_message(completion& in, const api::command::v1::Command& command);

/// The messages that no command named, after all commands.
command_result take_loose_messages(completion& in);

} // namespace troupe::embedded
