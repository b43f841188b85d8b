// SPDX-License-Identifier: Apache-2.0
// The part of the engine that calls for timers, activities and Nexus operations.

#include "runtime/protocol/header_fields.hpp"
#include "runtime/protocol/trace_header.hpp"
#include "runtime/workflow/engine_extras.hpp"
#include "runtime/workflow/machines/activity_machine.hpp"
#include "runtime/workflow/machines/nexus_operation_machine.hpp"
#include "runtime/workflow/machines/timer_machine.hpp"
#include "runtime/workflow/system_headers.hpp"

#include <troupe/error.hpp>

#include <strings.h>
#include <temporal/api/enums/v1/command_type.pb.h>

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

namespace {

/// Never settles: what a closed run hands out.
class nothing final : public detail::payload_pending {
public:
  using payload_pending::payload_pending;
};

/// The service would refuse the whole task, which would be tried again for ever.
void require_target(const detail::nexus_request& request) {
  const auto refuse = [](std::string text) {
    throw application_error(
        std::move(text), {.type = "IncompleteNexusCall", .non_retryable = true});
  };
  if (request.endpoint.empty())
    refuse(
        "a Nexus client needs the endpoint that it calls: ctx.nexus_client<my_service>({.endpoint "
        "= \"my-endpoint\"})");
  if (request.service.empty())
    refuse("a Nexus client without a contract needs the service that it calls: ctx.nexus_client({"
           ".endpoint = \"my-endpoint\", .service = \"MyService\"})");
  if (request.operation.empty())
    refuse("a call by Nexus needs the name of an operation");
}

} // namespace

detail::ref<detail::pending>
engine::start_timer(duration after, const timer_options& options, detail::scope& within) {
  if (closed_)
    return detail::make_ref<nothing>(*this);
  require_writable();
  if (auto* through = interceptors()) [[unlikely]]
    return through
        ->start_timer(
            context{detail::ref<run>{this}, detail::ref<detail::scope>{&within}}, {after, options})
        .state();
  return begin_timer(after, options, within);
}

detail::ref<detail::pending>
engine::begin_timer(duration after, const timer_options& options, detail::scope& within) {
  if (within.cancelled() || after <= duration::zero()) {
    auto ready = detail::make_ref<nothing>(*this);
    within.cancelled() ? ready->fail(detail::make_canceled(within.reason())) : ready->settle();
    return ready;
  }
  auto timer = detail::make_ref<timer_machine>(*this, *this, ++last_timer_, after, options);
  issue(*timer, enums::COMMAND_TYPE_START_TIMER);
  within.add(*timer);
  return timer;
}

detail::nexus_pendings
engine::start_nexus_operation(detail::nexus_request&& request, detail::scope& within) {
  if (closed_) {
    auto never = detail::make_ref<nothing>(*this);
    return {never, never};
  }
  require_writable();
  if (interceptors() != nullptr) [[unlikely]]
    return intercept_nexus_operation(std::move(request), within);
  return begin_nexus_operation(std::move(request), within);
}

detail::nexus_pendings
engine::begin_nexus_operation(detail::nexus_request&& request, detail::scope& within) {
  require_target(request);
  pass_headers_on(request);
  const auto is_parent = [](const auto& header) { // in any case, as all names of headers
    return ::strcasecmp(header.first.c_str(), "traceparent") == 0;
  };
  // The service's own endpoint takes no headers.
  if (extras_ && extras_->trace && !within.cancelled()
      && !request.endpoint.starts_with("__temporal_")
      && std::ranges::none_of(request.options.headers, is_parent))
    request.options.headers.emplace_back(
        "traceparent",
        to_traceparent(extras_->trace->start_call(
            "StartNexusOperation:" + request.service + '/' + request.operation, now_, replaying_)));
  auto operation = detail::make_ref<nexus_operation_machine>(*this, *this, std::move(request));
  auto started = detail::make_ref<nexus_operation_machine::start>(*this, *operation);
  if (tells_contexts()) [[unlikely]]
    operation->narrowed = std::make_unique<const data_converter>(shared_converter());
  issue(*operation, enums::COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION);
  within.add(*operation); // in a cancelled scope it is taken back at once and never sent
  return {started, operation};
}

detail::ref<detail::payload_pending>
engine::start_activity(detail::activity_request&& request, detail::scope& within) {
  if (closed_)
    return detail::make_ref<nothing>(*this);
  require_writable();
  if (auto* through = interceptors()) [[unlikely]] {
    auto read_with = read_activity_with(request.type, request.options.task_queue, false);
    return as_encoded(
        through->start_activity(
            context{detail::ref<run>{this}, detail::ref<detail::scope>{&within}},
            {std::move(request.type),
             std::move(request.input),
             std::move(request.options),
             std::move(request.headers)}),
        {},
        std::move(read_with));
  }
  return begin_activity(std::move(request), within);
}

detail::ref<detail::payload_pending>
engine::begin_activity(detail::activity_request&& request, detail::scope& within) {
  if (request.options.task_queue.empty())
    request.options.task_queue = own_task_queue();
  if (!within.cancelled())
    trace_call("StartActivity:", request.type, request.headers);
  auto read_with = read_activity_with(request.type, request.options.task_queue, false);
  auto activity =
      detail::make_ref<activity_machine>(*this, *this, ++last_activity_, std::move(request));
  activity->narrowed = std::move(read_with);
  issue(*activity, enums::COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK);
  within.add(*activity);
  return activity;
}

void engine::trace_call(const char* what, const std::string& name, headers& to) {
  if (extras_ && extras_->trace) [[unlikely]]
    protocol::write_trace_header(extras_->trace->start_call(what + name, now_, replaying_), to);
}

} // namespace troupe::workflow
