// SPDX-License-Identifier: Apache-2.0
#include "runtime/activity/attempt_trace.hpp"

#include "runtime/protocol/trace_header.hpp"
#include "runtime/telemetry/trace_ids.hpp"

#include <utility>

namespace troupe::activity {

attempt_trace::attempt_trace(std::shared_ptr<tracer> to, const activity::info& of, time_point now)
    : to_(std::move(to)) {
  const auto parent = protocol::read_trace_header(of.headers);
  span_.context = telemetry::new_context(parent, *to_);
  if (parent)
    span_.parent = parent->span;
  span_.kind = span_kind::server;
  span_.name = "RunActivity:" + of.activity_type;
  span_.start = now;
  span_.attributes = {
      {"temporalWorkflowID", of.workflow_id},
      {"temporalRunID", of.run_id},
      {"temporalActivityID", of.activity_id}};
}

void attempt_trace::end(std::optional<std::string> error, time_point now) {
  const auto to = std::exchange(to_, nullptr);
  if (!to || !span_.context.is_sampled)
    return;
  span_.end = now;
  span_.error = std::move(error);
  to->record(std::move(span_));
}

} // namespace troupe::activity
