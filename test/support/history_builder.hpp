// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/convert.hpp>
#include <troupe/workflow/info.hpp>

#include <temporal/api/history/v1/message.pb.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace troupe::test {

/// Writes histories as a service would, one sentence an event: ids and times are counted,
/// references are by event id.
///
///     history().started("Greeter", "you").task_started().task_completed().timer_started("1",
///     1s).timer_fired("1")...
class history_builder {
public:
  using event = temporal::api::history::v1::HistoryEvent;

  template <class... Args>
  history_builder& started(std::string_view type, const Args&... input) {
    return started_with(type, make_payloads(input...));
  }
  history_builder& started_with(std::string_view type, const payloads& input);

  /// WorkflowTaskScheduled and WorkflowTaskStarted, which the next three refer to.
  history_builder& task_started();
  history_builder& task_completed(std::initializer_list<std::uint32_t> core_flags = {});
  history_builder& task_failed();
  history_builder& task_failed_by_reset(std::string_view new_run_id);
  history_builder& task_timed_out();
  /// Started and completed: what most steps between two events are.
  history_builder& task() { return task_started().task_completed(); }

  history_builder& timer_started(std::string_view id, workflow::duration after);
  history_builder& timer_fired(std::string_view id);
  history_builder& timer_canceled(std::string_view id);

  template <class Input>
  history_builder&
  nexus_scheduled(std::string_view service, std::string_view operation, const Input& input) {
    return nexus_scheduled_with(service, operation, encode_value(input));
  }
  history_builder&
  nexus_scheduled_with(std::string_view service, std::string_view operation, const payload& input);
  history_builder& nexus_started(std::int64_t scheduled, std::string_view token);
  template <class Output>
  history_builder& nexus_completed(std::int64_t scheduled, const Output& output) {
    return nexus_completed_with(scheduled, encode_value(output));
  }
  history_builder& nexus_completed_with(std::int64_t scheduled, const payload& output);
  history_builder& nexus_failed(std::int64_t scheduled, std::string_view message);
  history_builder& nexus_canceled(std::int64_t scheduled);
  history_builder& nexus_cancel_requested(std::int64_t scheduled);
  history_builder& nexus_cancel_request_completed(std::int64_t scheduled);
  history_builder& nexus_cancel_request_failed(std::int64_t scheduled, std::string_view message);

  history_builder& activity_scheduled(std::string_view id, std::string_view type);
  history_builder& activity_started(std::int64_t scheduled);
  template <class Output>
  history_builder& activity_completed(std::int64_t scheduled, const Output& output) {
    return activity_completed_with(scheduled, encode_value(output));
  }
  history_builder& activity_completed_with(std::int64_t scheduled, const payload& output);
  history_builder& activity_failed(std::int64_t scheduled, std::string_view message);
  history_builder& activity_timed_out(std::int64_t scheduled);
  history_builder& activity_canceled(std::int64_t scheduled);
  history_builder& activity_cancel_requested(std::int64_t scheduled);

  history_builder& child_initiated(std::string_view id, std::string_view type);
  history_builder& child_start_failed(
      std::int64_t initiated, temporal::api::enums::v1::StartChildWorkflowExecutionFailedCause why);
  history_builder& child_started(std::int64_t initiated, std::string_view run_id);
  template <class Output>
  history_builder& child_completed(std::int64_t initiated, const Output& output) {
    return child_completed_with(initiated, encode_value(output));
  }
  history_builder& child_completed_with(std::int64_t initiated, const payload& output);
  history_builder& child_failed(std::int64_t initiated, std::string_view message);
  history_builder& child_canceled(std::int64_t initiated);
  history_builder& child_timed_out(std::int64_t initiated);
  history_builder& child_terminated(std::int64_t initiated);

  history_builder& external_signal_initiated(std::string_view id, std::string_view name);
  history_builder& external_signaled(std::int64_t initiated);
  history_builder& external_signal_failed(
      std::int64_t initiated,
      temporal::api::enums::v1::SignalExternalWorkflowExecutionFailedCause why);
  history_builder& external_cancel_initiated(std::string_view id);
  history_builder& external_cancel_requested(std::int64_t initiated);
  history_builder& external_cancel_failed(
      std::int64_t initiated,
      temporal::api::enums::v1::CancelExternalWorkflowExecutionFailedCause why);

  /// A patch as sdk-core's languages write it, without the upsert behind it.
  history_builder& patch(std::string_view id, bool deprecated = false);
  /// A version of a change as Go writes it, without the upsert behind it.
  history_builder& version(std::string_view change_id, int number);
  /// The upsert behind a patch or a version.
  history_builder& change_upserted();

  /// A marker with its value under `data`.
  template <class Value>
  history_builder& marker(std::string_view name, const Value& value) {
    return marker_with(name, encode_value(value));
  }
  history_builder& marker_with(std::string_view name, const payload& value);

  template <class... Args>
  history_builder& signaled(std::string_view name, const Args&... input) {
    return signaled_with(name, make_payloads(input...));
  }
  history_builder& signaled_with(std::string_view name, const payloads& input);
  /// Of the last task; it came with it, behind all of its events.
  template <class... Args>
  history_builder&
  update_accepted(std::string_view id, std::string_view name, const Args&... input) {
    return update_accepted_with(id, name, make_payloads(input...));
  }
  history_builder&
  update_accepted_with(std::string_view id, std::string_view name, const payloads& input);
  template <class Output>
  history_builder& update_completed(std::string_view id, const Output& output) {
    return update_completed_with(id, encode_value(output));
  }
  history_builder& update_completed_with(std::string_view id, const payload& output);
  /// What a reset leaves of an update.
  template <class... Args>
  history_builder&
  update_admitted(std::string_view id, std::string_view name, const Args&... input) {
    return update_admitted_with(id, name, make_payloads(input...));
  }
  history_builder&
  update_admitted_with(std::string_view id, std::string_view name, const payloads& input);
  history_builder& cancel_requested(std::string_view reason = {});
  template <class Output>
  history_builder& completed(const Output& output) {
    return completed_with(encode_value(output));
  }
  history_builder& completed_with(const payload& output);
  history_builder& terminated();
  history_builder& unknown(bool may_ignore);

  /// The last event, for what has no sentence of its own.
  event& last();
  history_builder& sdk(std::string_view name);
  history_builder& suggests_continue_as_new();
  history_builder& at(workflow::time_point when);

  /// The id of the last event.
  [[nodiscard]] std::int64_t last_id() const { return history_.events_size(); }
  [[nodiscard]] const temporal::api::history::v1::History& all() const { return history_; }

  /// A workflow task with the events behind `after`; 0 = the whole history.
  [[nodiscard]] temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse
  to_task(std::int64_t after = 0, int attempt = 1) const;
  /// The same with the events up to `up_to` only, and where the others are.
  [[nodiscard]] temporal::api::workflowservice::v1::PollWorkflowTaskQueueResponse
  to_paged_task(std::int64_t after, std::int64_t up_to, std::string_view next_token) const;
  /// The events behind `after` and up to `up_to` as a page of the history; without a token the
  /// last one.
  [[nodiscard]] temporal::api::workflowservice::v1::GetWorkflowExecutionHistoryResponse
  to_page(std::int64_t after, std::int64_t up_to, std::string_view next_token = {}) const;

private:
  event& add(temporal::api::enums::v1::EventType type);

  temporal::api::history::v1::History history_;
  workflow::time_point now_{std::chrono::seconds{1'700'000'000}};
  std::int64_t scheduled_ = 0;
  std::int64_t started_ = 0;
  std::int64_t previous_started_ = 0;
  std::int64_t completed_ = 0;
};

inline history_builder history() {
  return {};
}

} // namespace troupe::test
