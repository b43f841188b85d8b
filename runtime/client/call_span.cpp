// SPDX-License-Identifier: Apache-2.0
#include "runtime/client/call_span.hpp"

#include "runtime/client/client_connection.hpp"
#include "runtime/protocol/trace_header.hpp"
#include "runtime/rpc/call_scope.hpp"
#include "runtime/telemetry/trace_ids.hpp"

#include <troupe/error.hpp>

#include <optional>
#include <utility>

namespace troupe::detail {

std::unique_ptr<call_span>
make_span(const call_origin& from, std::string_view does, std::string_view to, std::string id) {
  const auto* scope = from.scope && from.scope->is_open ? from.scope.get() : nullptr;
  auto tracer = scope != nullptr && scope->traced_by ? scope->traced_by : settings_of(from).tracer;
  if (!tracer)
    return nullptr;
  const auto parent = scope != nullptr ? scope->within : std::nullopt;
  trace_span what{.name = std::string{does}.append(":").append(to), .kind = span_kind::client};
  what.context = telemetry::new_context(parent, *tracer);
  if (parent)
    what.parent = parent->span;
  what.attributes = {{"temporalWorkflowID", std::move(id)}};
  return std::make_unique<call_span>(std::move(tracer), std::move(what));
}

void call_span::fail(const std::exception_ptr& error) {
  what_.error = troupe::describe(error);
}

void call_span::end(time_point now) {
  const auto to = std::exchange(to_, nullptr);
  if (!to || !what_.context.is_sampled)
    return;
  what_.end = now;
  to->record(std::move(what_));
}

void call_span::write(temporal::api::common::v1::Header& to) const {
  protocol::write_trace_header(what_.context, to);
}

} // namespace troupe::detail
