// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/run_trace.hpp"

#include "runtime/telemetry/trace_ids.hpp"

#include <troupe/error.hpp>

#include <utility>

namespace troupe::workflow {

run_trace::run_trace(
    std::shared_ptr<tracer> to,
    const std::optional<trace_context>& parent,
    std::string_view run_id,
    std::string_view workflow_type,
    std::string_view workflow_id)
    : to_(std::move(to)) {
  run_.context = telemetry::derived_context(parent, *to_, run_id, spans_);
  if (parent)
    run_.parent = parent->span;
  run_.kind = span_kind::server;
  run_.name = "RunWorkflow:" + std::string{workflow_type};
  run_.attributes = {
      {"temporalWorkflowID", std::string{workflow_id}}, {"temporalRunID", std::string{run_id}}};
}

trace_context run_trace::start_call(std::string name, time_point now, bool is_replaying) {
  const auto& run_id = run_.attributes.back().second;
  const auto context = telemetry::derived_context(run_.context, *to_, run_id, ++spans_);
  if (!is_replaying)
    keep(
        {.name = std::move(name),
         .kind = span_kind::client,
         .context = context,
         .parent = run_.context.span,
         .start = now,
         .end = now,
         .attributes = run_.attributes});
  return context;
}

void run_trace::handle_message(
    std::string name,
    const std::optional<trace_context>& sender,
    time_point now,
    const std::exception_ptr& error) {
  const auto parent = sender.value_or(run_.context);
  // No command carries it, so its id need not come out the same in a replay.
  trace_span handled{
      .name = std::move(name),
      .kind = span_kind::server,
      .context = telemetry::new_context(parent, *to_),
      .parent = parent.span,
      .start = now,
      .end = now,
      .attributes = run_.attributes};
  if (error)
    handled.error = describe(error);
  keep(std::move(handled));
}

void run_trace::end(time_point started, time_point now, const std::exception_ptr& error) {
  auto whole = run_;
  whole.start = started;
  whole.end = now;
  if (error)
    whole.error = describe(error);
  keep(std::move(whole));
}

std::vector<trace_span> run_trace::take() {
  return std::exchange(ended_, {});
}

void run_trace::keep(trace_span&& what) {
  if (what.context.is_sampled)
    ended_.push_back(std::move(what));
}

} // namespace troupe::workflow
