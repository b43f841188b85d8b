// SPDX-License-Identifier: Apache-2.0
// Starts of Nexus operations that no workflow asked for, and requests to cancel them.

#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/text/go_quote.hpp"
#include "runtime/base/time/time.hpp"
#include "runtime/embedded/checks/checks.hpp"
#include "runtime/embedded/decision/rules.hpp"
#include "runtime/embedded/nexus/nexus_header.hpp"
#include "runtime/embedded/record/errors.hpp"
#include "runtime/embedded/standalone/standalone.hpp"
#include "runtime/embedded/standalone/standalone_requests.hpp"

#include <temporal/api/errordetails/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <algorithm>

namespace troupe::embedded {
namespace {

namespace wire = temporal::api::workflowservice::v1;
using operation_start = wire::StartNexusOperationExecutionRequest;

constexpr std::size_t max_summary_bytes = 400;
constexpr std::size_t max_details_bytes = 20'000;
constexpr std::size_t most_links = 1'000; ///< of all requests for one operation

rpc_status check_size(std::size_t bytes, std::size_t limit, const char* name) {
  if (bytes <= limit)
    return {};
  return invalid_argument(
      std::string{name} + " exceeds size limit. Length=" + std::to_string(bytes)
      + " Limit=" + std::to_string(limit));
}

rpc_status check_name(const std::string& value, std::size_t limit, const char* name) {
  return value.empty() ? invalid_argument(std::string{name} + " is required")
                       : check_length(value, limit, name);
}

/// The timeouts of the operation within each other: none is longer than the whole may take.
rpc_status check_and_cut_timeouts(operation_start& request) {
  for (const auto& [value, name] :
       {std::pair{&request.schedule_to_close_timeout(), "schedule_to_close_timeout"},
        std::pair{&request.schedule_to_start_timeout(), "schedule_to_start_timeout"},
        std::pair{&request.start_to_close_timeout(), "start_to_close_timeout"}})
    if (const auto problem = duration_problem(*value); !problem.empty())
      return invalid_argument(std::string{name} + " is invalid: " + std::string{problem});
  const auto whole = from_proto(request.schedule_to_close_timeout());
  const auto cut = [&](bool is_set, auto field, bool is_part) {
    if (!is_set)
      return;
    auto& value = *field();
    if (is_part && whole > duration{} && from_proto(value) > whole)
      to_proto(whole, value);
    cut_timeout(value);
  };
  cut(
      request.has_schedule_to_start_timeout(),
      [&] { return request.mutable_schedule_to_start_timeout(); },
      true);
  cut(
      request.has_start_to_close_timeout(),
      [&] { return request.mutable_start_to_close_timeout(); },
      true);
  cut(
      request.has_schedule_to_close_timeout(),
      [&] { return request.mutable_schedule_to_close_timeout(); },
      false);
  return {};
}

rpc_status lower_names(const change& ch, operation_start& request) {
  nexus_header lower;
  const auto problem =
      lower_header(request.nexus_header(), ch.settings().max_nexus_header_bytes, lower);
  *request.mutable_nexus_header() = std::move(lower);
  if (!problem)
    return {};
  return invalid_argument(
      problem->disallowed.empty()
          ? "nexus_header exceeds size limit"
          : "nexus_header contains a disallowed key: \"" + problem->disallowed + '"');
}

/// Checks in the real server's order, and brings the request into its normal form.
rpc_status check_start(const change& ch, operation_start& request) {
  const auto limit = ch.settings().max_id_bytes;
  if (auto status = check_length(request.request_id(), limit, "request_id"); !status.ok())
    return status;
  if (auto status = check_name(request.operation_id(), limit, "operation_id"); !status.ok())
    return status;
  if (auto status = check_length(request.identity(), limit, "identity"); !status.ok())
    return status;
  if (request.endpoint().empty())
    return invalid_argument("endpoint is required");
  if (auto status = check_name(request.service(), limit, "service"); !status.ok())
    return status;
  if (auto status = check_name(request.operation(), limit, "operation"); !status.ok())
    return status;
  if (auto status = check_and_cut_timeouts(request); !status.ok())
    return status;
  if (auto status =
          check_size(request.input().ByteSizeLong(), ch.settings().max_blob_bytes, "input");
      !status.ok())
    return status;
  const auto& metadata = request.user_metadata();
  if (auto status =
          check_size(metadata.summary().ByteSizeLong(), max_summary_bytes, "user_metadata.summary");
      !status.ok())
    return status;
  if (auto status =
          check_size(metadata.details().ByteSizeLong(), max_details_bytes, "user_metadata.details");
      !status.ok())
    return status;
  if (auto status = lower_names(ch, request); !status.ok())
    return status;
  if (auto status = check_attachments(ch, request); !status.ok())
    return status;
  return check_attributes(ch, request);
}

event_ptr
scheduled_event(const change& ch, const operation_start& request, const std::string& endpoint_id) {
  auto event = ch.make(enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED);
  if (request.has_user_metadata())
    *event->mutable_user_metadata() = request.user_metadata();
  add_links_of(request, *event);
  auto& to = *event->mutable_nexus_operation_scheduled_event_attributes();
  to.set_endpoint(request.endpoint());
  to.set_endpoint_id(endpoint_id);
  to.set_service(request.service());
  to.set_operation(request.operation());
  if (request.has_input())
    copy_in_slices(request.input(), *to.mutable_input());
  if (request.has_schedule_to_close_timeout())
    *to.mutable_schedule_to_close_timeout() = request.schedule_to_close_timeout();
  if (request.has_schedule_to_start_timeout())
    *to.mutable_schedule_to_start_timeout() = request.schedule_to_start_timeout();
  if (request.has_start_to_close_timeout())
    *to.mutable_start_to_close_timeout() = request.start_to_close_timeout();
  *to.mutable_nexus_header() = request.nexus_header();
  to.set_request_id(ch.around.ids.uuid());
  return event;
}

run& begin(
    change& ch,
    const operation_start& request,
    const std::string& request_id,
    const std::string& endpoint_id) {
  const auto event = scheduled_event(ch, request, endpoint_id);
  auto& on =
      begin_standalone(ch, request.operation(), {}, request.search_attributes(), request_id, event);
  on.state.start_identity = request.identity();
  nexus_operation_state operation;
  operation.scheduled_event_id = event->event_id();
  operation.scheduled = event;
  operation.request_id = event->nexus_operation_scheduled_event_attributes().request_id();
  operation.scheduled_time = ch.now();
  on.state.nexus_operations.put(event->event_id(), std::move(operation));
  put_callbacks(ch, on, request, request_id, false);
  return on;
}

/// Links of one more request, without those that are there; in an event, as descriptions show all
/// that events have.
rpc_status attach_links(change& ch, run& on, const operation_start& request) {
  auto event = ch.make(enums::EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED);
  add_links_of(request, *event);
  std::size_t count = 0;
  for (const auto& each : on.history)
    for (const auto& there : each->links()) {
      ++count;
      auto& added = *event->mutable_links();
      added.erase(
          std::remove_if(
              added.begin(),
              added.end(),
              [&](const auto& link) { return same_message(link, there); }),
          added.end());
    }
  if (event->links().empty())
    return {};
  if (count + static_cast<std::size_t>(event->links_size()) > most_links)
    return failed_precondition(
        "cannot attach more than " + std::to_string(most_links) + " links to a Nexus operation ("
        + std::to_string(count) + " links already attached)");
  ch.write(on, event);
  return {};
}

/// The operation that there is serves one more request, as far as that wants it.
rpc_status
join(change& ch, run& on, const operation_start& request, const std::string& request_id) {
  if (on.state.request_ids.contains(request_id))
    return {}; // it does so already
  if (request.on_conflict_options().attach_links())
    if (auto status = attach_links(ch, on, request); !status.ok())
      return status;
  return attach_callbacks(ch, on, request, request_id);
}

} // namespace

void handle(change& ch, const start_operation& what) {
  operation_start request = what.request;
  if (auto status = check_start(ch, request); !status.ok()) {
    refuse(ch, std::move(status));
    return;
  }
  const auto endpoint = ch.around.known.endpoint_by_name(request.endpoint());
  if (!endpoint) {
    refuse(ch, not_found("could not find Nexus endpoint by name: " + request.endpoint()));
    return;
  }
  if (!endpoint->admits(ch.rec.name_space)) {
    refuse(
        ch,
        with_detail(
            status_code::permission_denied,
            "caller namespace " + quote_as_go(ch.rec.name_space) + " unauthorized for "
                + quote_as_go(request.endpoint()),
            api::errordetails::v1::PermissionDeniedFailure{}));
    return;
  }
  start_by<
      wire::StartNexusOperationExecutionResponse,
      api::errordetails::v1::NexusOperationExecutionAlreadyStartedFailure>(
      ch,
      request,
      enums::EVENT_TYPE_NEXUS_OPERATION_SCHEDULED,
      [&](const std::string& request_id) -> run& {
        return begin(ch, request, request_id, endpoint->id);
      },
      [&](run& on, const std::string& request_id) { return join(ch, on, request, request_id); });
}

void handle(change& ch, const cancel_operation& what) {
  const auto& request = what.request;
  run* const on = find_for_change(ch, request);
  if (!on)
    return;
  const auto* const former = request_of(*on, enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED);
  const bool is_repeated = former != nullptr && *former == request.request_id();
  if (!is_repeated && !on->open()) {
    refuse(ch, failed_precondition("operation already completed"));
    return;
  }
  if (!is_repeated && former != nullptr) {
    refuse(ch, failed_precondition("cancellation already requested with request ID " + *former));
    return;
  }
  accept<wire::RequestCancelNexusOperationExecutionResponse>(ch);
  if (is_repeated)
    return;
  nexus_cancel_request cancel;
  cancel.requested_event_id = write_cancel_request(ch, *on, request);
  cancel.requested_time = ch.now();
  const auto at = on->state.nexus_operations.begin();
  if (at->second.state == nexus_operation::state::started)
    cancel.state = nexus_cancelation::state::scheduled;
  on->state.nexus_operations.edit(at).cancel = std::move(cancel);
}

} // namespace troupe::embedded
