// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/instance.hpp"

#include <google/protobuf/arena.h>
#include <temporal/api/enums/v1/failed_cause.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <exception>
#include <string>

namespace troupe::workflow {

class engine;

/// Makes the answer of a task in the task's own memory and puts it into `result`.
template <class Answer>
Answer& make_answer(
    activation_result& result,
    const temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task) {
  auto* made = google::protobuf::Arena::CreateMessage<Answer>(task.GetArena());
  result.answer.reset(made);
  made->set_task_token(task.task_token());
  return *made;
}

/// The task, or its query, has failed: reported once, later attempts are left to its timeout.
/// `with`: what the error is written with.
activation_result task_failed(
    const temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task,
    const environment& shared,
    const data_converter& with,
    const std::exception_ptr& error,
    temporal::api::enums::v1::WorkflowTaskFailedCause cause);

/// The code does not fit its history, and that is to fail the run.
activation_result workflow_failed(
    const temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task,
    engine& run,
    const std::exception_ptr& error);

/// Nothing to answer.
activation_result task_ignored(std::string reason);

/// Answers a task that is a query, from the state of `run`.
activation_result answer_query_task(
    const temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task, engine& run);

/// Answers the queries that came with a task; `outcome` hears which of them failed.
void answer_queries(
    const temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task,
    engine& run,
    temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest& to,
    activation_result& outcome);

/// Adds what the history does not know yet of the flags that we follow and of our name.
void write_metadata(
    engine& run, temporal::api::workflowservice::v1::RespondWorkflowTaskCompletedRequest& to);

} // namespace troupe::workflow
