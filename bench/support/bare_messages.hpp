// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>
#include <string_view>

namespace troupe::bench {

/// The requests of the bare loop, with the fields and sizes of a worker's: typed (built as protobuf
/// messages from parsed tasks) and raw (bytes cut out of the task's bytes).
class bare_messages {
public:
  bare_messages(std::string name_space, std::string task_queue);

  [[nodiscard]] temporal::api::workflowservice::v1::PollNexusTaskQueueRequest nexus_poll() const;
  [[nodiscard]] temporal::api::workflowservice::v1::PollWorkflowTaskQueueRequest
  workflow_poll(bool sticky) const;

  [[nodiscard]] temporal::api::workflowservice::v1::RespondNexusTaskCompletedRequest
  nexus_answer(const temporal::api::workflowservice::v1::PollNexusTaskQueueResponse& task) const;
  [[nodiscard]] temporal::api::workflowservice::v1::PollActivityTaskQueueRequest
  activity_poll() const;
  [[nodiscard]] temporal::api::workflowservice::v1::RespondActivityTaskCompletedRequest
  activity_answer(
      const temporal::api::workflowservice::v1::PollActivityTaskQueueResponse& task) const;
  /// `completes`: the run ends with this task; otherwise it waits on for its next signal.
  [[nodiscard]] temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest
  workflow_answer(std::string_view token, bool completes, bool first) const;

  [[nodiscard]] std::string raw_nexus_answer(std::string_view task) const;
  [[nodiscard]] std::string raw_activity_answer(std::string_view task) const;
  [[nodiscard]] std::string
  raw_workflow_answer(std::string_view task, bool completes, bool first) const;

private:
  std::string name_space_;
  std::string task_queue_;
  std::string identity_;
  std::string instance_key_;
  std::string sticky_queue_;
  std::string answer_rest_[2][2]; // a workflow answer without its token, by completes and first
};

} // namespace troupe::bench
