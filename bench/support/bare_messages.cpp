// SPDX-License-Identifier: Apache-2.0
#include "bench/support/bare_messages.hpp"

#include "bench/support/task_bytes.hpp"

namespace troupe::bench {

namespace wf = temporal::api::workflowservice::v1;
namespace enums = temporal::api::enums::v1;

namespace {

void append_field(std::string& to, unsigned number, std::string_view bytes) {
  to += static_cast<char>(number << 3 | 2);
  for (auto rest = bytes.size();; rest >>= 7) {
    if (rest < 0x80) {
      to += static_cast<char>(rest);
      break;
    }
    to += static_cast<char>((rest & 0x7F) | 0x80);
  }
  to += bytes;
}

} // namespace

bare_messages::bare_messages(std::string name_space, std::string task_queue)
    : name_space_(std::move(name_space)), task_queue_(std::move(task_queue)),
      identity_("12345@bench-host.example"), instance_key_("3f1c2a5e7b1d4c709a770d1f3c5b7a90"),
      sticky_queue_(identity_ + "-0f0e0d0c0b0a09080706050403020100") {
  for (const bool completes : {false, true})
    for (const bool first : {false, true})
      answer_rest_[completes][first] = workflow_answer({}, completes, first).SerializeAsString();
}

wf::PollNexusTaskQueueRequest bare_messages::nexus_poll() const {
  wf::PollNexusTaskQueueRequest poll;
  poll.set_namespace_(name_space_);
  poll.set_identity(identity_);
  poll.set_worker_instance_key(instance_key_);
  poll.mutable_task_queue()->set_name(task_queue_);
  poll.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  return poll;
}

wf::PollWorkflowTaskQueueRequest bare_messages::workflow_poll(bool sticky) const {
  wf::PollWorkflowTaskQueueRequest poll;
  poll.set_namespace_(name_space_);
  poll.set_identity(identity_);
  poll.set_worker_instance_key(instance_key_);
  auto& queue = *poll.mutable_task_queue();
  if (sticky) {
    queue.set_name(sticky_queue_);
    queue.set_kind(enums::TASK_QUEUE_KIND_STICKY);
    queue.set_normal_name(task_queue_);
  } else {
    queue.set_name(task_queue_);
    queue.set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  }
  return poll;
}

wf::RespondNexusTaskCompletedRequest
bare_messages::nexus_answer(const wf::PollNexusTaskQueueResponse& task) const {
  wf::RespondNexusTaskCompletedRequest answer;
  answer.set_namespace_(name_space_);
  answer.set_identity(identity_);
  answer.set_task_token(task.task_token());
  *answer.mutable_response()->mutable_start_operation()->mutable_sync_success()->mutable_payload() =
      task.request().start_operation().payload();
  return answer;
}

wf::PollActivityTaskQueueRequest bare_messages::activity_poll() const {
  wf::PollActivityTaskQueueRequest poll;
  poll.set_namespace_(name_space_);
  poll.set_identity(identity_);
  poll.set_worker_instance_key(instance_key_);
  poll.mutable_task_queue()->set_name(task_queue_);
  poll.mutable_task_queue()->set_kind(enums::TASK_QUEUE_KIND_NORMAL);
  return poll;
}

wf::RespondActivityTaskCompletedRequest
bare_messages::activity_answer(const wf::PollActivityTaskQueueResponse& task) const {
  wf::RespondActivityTaskCompletedRequest answer;
  answer.set_task_token(task.task_token());
  *answer.mutable_result() = task.input();
  answer.set_identity(identity_);
  answer.set_namespace_(name_space_);
  return answer;
}

wf::RespondWorkflowTaskCompletedRequest
bare_messages::workflow_answer(std::string_view token, bool completes, bool first) const {
  wf::RespondWorkflowTaskCompletedRequest answer;
  if (!token.empty())
    answer.set_task_token(std::string{token});
  if (completes) {
    auto& command = *answer.add_commands();
    command.set_command_type(enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION);
    command.mutable_complete_workflow_execution_command_attributes();
  }
  answer.set_identity(identity_);
  auto& sticky = *answer.mutable_sticky_attributes();
  sticky.mutable_worker_task_queue()->set_name(sticky_queue_);
  sticky.mutable_worker_task_queue()->set_kind(enums::TASK_QUEUE_KIND_STICKY);
  sticky.mutable_worker_task_queue()->set_normal_name(task_queue_);
  sticky.mutable_schedule_to_start_timeout()->set_seconds(10);
  answer.set_return_new_workflow_task(true);
  answer.set_namespace_(name_space_);
  if (first) {
    auto& metadata = *answer.mutable_sdk_metadata();
    for (const auto flag : {1U, 2U, 3U})
      metadata.add_core_used_flags(flag);
    metadata.set_sdk_name("bare");
    metadata.set_sdk_version("0.1.0");
  }
  answer.mutable_capabilities()->set_discard_speculative_workflow_task_with_events(true);
  answer.set_worker_instance_key(instance_key_);
  return answer;
}

std::string bare_messages::raw_nexus_answer(std::string_view task) const {
  std::string sync;
  append_field(sync, 1, find_field(find_field(find_field(task, 2), 3), 5));
  std::string start;
  append_field(start, 1, sync);
  std::string response;
  append_field(response, 1, start);
  std::string out;
  append_field(out, 1, name_space_);
  append_field(out, 2, identity_);
  append_field(out, 3, find_field(task, 1));
  append_field(out, 4, response);
  return out;
}

std::string bare_messages::raw_activity_answer(std::string_view task) const {
  std::string out;
  append_field(out, 1, find_field(task, 1));
  append_field(out, 2, find_field(task, 8));
  append_field(out, 3, identity_);
  append_field(out, 4, name_space_);
  return out;
}

std::string
bare_messages::raw_workflow_answer(std::string_view task, bool completes, bool first) const {
  std::string out;
  append_field(out, 1, find_field(task, 1));
  return out + answer_rest_[completes][first];
}

} // namespace troupe::bench
