// SPDX-License-Identifier: Apache-2.0
#include "runtime/nexus/call_trace.hpp"

#include "runtime/telemetry/trace_ids.hpp"

#include <utility>

namespace troupe::nexus {

namespace {

std::optional<trace_context> caller_of(const nexus_task& task) {
  const auto header = task.header("traceparent");
  return header ? from_traceparent(*header) : std::nullopt;
}

} // namespace

call_trace::call_trace(std::shared_ptr<tracer> to, const nexus_task& task, time_point now)
    : to_(std::move(to)) {
  const auto parent = caller_of(task);
  handler_.context = telemetry::new_context(parent, *to_);
  if (parent)
    handler_.parent = parent->span;
  handler_.kind = span_kind::server;
  handler_.start = now;
  handler_.name = task.kind == nexus_task::request::cancel ? "RunCancelNexusOperationHandler:"
                                                           : "RunStartNexusOperationHandler:";
  handler_.name.append(task.service).append("/").append(task.operation);
}

const trace_context& call_trace::begin_call(std::string name, std::string_view id, time_point now) {
  auto& start = start_.emplace();
  start.name = std::move(name);
  start.kind = span_kind::client;
  start.context = telemetry::new_context(handler_.context, *to_);
  start.parent = handler_.context.span;
  start.start = now;
  start.attributes = {{"temporalWorkflowID", std::string{id}}};
  return start.context;
}

void call_trace::end_call(std::optional<std::string> error, time_point now) {
  if (start_)
    record(std::move(*std::exchange(start_, std::nullopt)), std::move(error), now);
}

void call_trace::end(std::optional<std::string> error, time_point now) {
  if (!std::exchange(has_ended_, true))
    record(std::move(handler_), std::move(error), now);
}

void call_trace::record(trace_span&& what, std::optional<std::string> error, time_point now) {
  if (!what.context.is_sampled)
    return;
  what.end = now;
  what.error = std::move(error);
  to_->record(std::move(what));
}

} // namespace troupe::nexus
