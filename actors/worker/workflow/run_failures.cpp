// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/workflow/run_failures.hpp"

#include "runtime/payload/failure_converter.hpp"

#include <troupe/error.hpp>

#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>
#include <utility>

namespace troupe::actors {

namespace {

using temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse;
using workflow::failed_message;

void add_message(log::failure& to, const failed_message& failed) {
  to.source.append("/").append(failed.name);
  switch (failed.what) {
  case failed_message::kind::query: to.fields.emplace_back("query", failed.name); break;
  case failed_message::kind::update:
  case failed_message::kind::rejected_update:
    to.fields.emplace_back("update", failed.name);
    to.fields.emplace_back("update_id", failed.update_id);
    break;
  case failed_message::kind::signal:
  case failed_message::kind::dropped_signal: to.fields.emplace_back("signal", failed.name); break;
  }
}

std::string_view text_of(failed_message::kind what) {
  switch (what) {
  case failed_message::kind::query: return "a workflow query failed";
  case failed_message::kind::update: return "a workflow update failed";
  case failed_message::kind::rejected_update: return "a workflow update was rejected";
  case failed_message::kind::signal: return "a workflow signal failed";
  case failed_message::kind::dropped_signal:
    return "dropped a signal whose arguments cannot be read";
  }
  return "a message to a workflow failed";
}

} // namespace

log::failure failure_of_run(
    const PollWorkflowTaskQueueResponse& task,
    std::string_view message,
    std::string error,
    log::level severity,
    const std::vector<failed_message>& messages) {
  log::failure made{
      .severity = severity,
      .message = message,
      .source = task.workflow_type().name(),
      .error = std::move(error),
      .fields = {
          {"workflow_type", task.workflow_type().name()},
          {"workflow_id", task.workflow_execution().workflow_id()},
          {"run_id", task.workflow_execution().run_id()},
          {"attempt", task.attempt()}}};
  if (const auto at = std::ranges::find_if(messages, &failed_message::ends); at != messages.end())
    add_message(made, *at);
  return made;
}

bool is_rejection(const failed_message& failed) noexcept {
  return failed.what == failed_message::kind::rejected_update;
}

log::failure
failure_of_message(const PollWorkflowTaskQueueResponse& task, const failed_message& failed) {
  const bool is_expected = is_rejection(failed) || is_benign(failed.error);
  auto made = failure_of_run(
      task,
      text_of(failed.what),
      describe(failed.error),
      is_expected ? log::level::debug : log::level::warn,
      {});
  add_message(made, failed);
  return made;
}

} // namespace troupe::actors
