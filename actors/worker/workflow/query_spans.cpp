// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/workflow/query_spans.hpp"

#include "runtime/protocol/trace_header.hpp"
#include "runtime/telemetry/trace_ids.hpp"

#include <troupe/error.hpp>

#include <temporal/api/query/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <utility>

namespace troupe::actors {

void trace_queries(
    tracer& to,
    const temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse& task,
    const workflow::activation_result& result,
    time_point began,
    time_point ended) {
  const auto trace = [&](const temporal::api::query::v1::WorkflowQuery& query) {
    const auto sender = protocol::read_trace_header(query.header());
    if (!sender)
      return;
    trace_span handled{
        .name = "HandleQuery:" + query.query_type(),
        .kind = span_kind::server,
        .context = telemetry::new_context(sender, to),
        .parent = sender->span,
        .start = began,
        .end = ended,
        .attributes = {
            {"temporalWorkflowID", task.workflow_execution().workflow_id()},
            {"temporalRunID", task.workflow_execution().run_id()}}};
    for (const auto& failed : result.failed_messages)
      if (failed.what == workflow::failed_message::kind::query && failed.name == query.query_type())
        handled.error = describe(failed.error);
    if (handled.context.is_sampled)
      to.record(std::move(handled));
  };
  if (task.has_query())
    trace(task.query());
  for (const auto& [id, query] : task.queries())
    trace(query);
}

} // namespace troupe::actors
