// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/timer_machine.hpp"

#include "runtime/base/time.hpp"
#include "runtime/payload/proto_payload.hpp"

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

timer_machine::timer_machine(
    detail::run& owner,
    machine_host& host,
    std::uint32_t number,
    duration after,
    timer_options options)
    : pending(owner), host_(host), id_(std::to_string(number)),
      summary_(std::move(options.summary)), after_(after) {}

void timer_machine::cancel(const std::string& reason) {
  const auto* row = take_transition<timer_transitions>(state_, timer_input::cancel);
  if (row == nullptr || owner().closed())
    return;
  fail(detail::make_canceled(reason));
  if (row->effect == timer_effect::resolve_canceled_and_issue_cancel)
    host_.issue(*this, cancel_command);
}

bool timer_machine::wants(int command) const noexcept {
  return command == cancel_command || state_ != timer_state::dropped;
}

int timer_machine::event_type(int command) const noexcept {
  return command == start_command ? enums::EVENT_TYPE_TIMER_STARTED
                                  : enums::EVENT_TYPE_TIMER_CANCELED;
}

void timer_machine::write(int command, wire_command& to) {
  // The cancel carries the summary again, as sdk-core writes it: its event has its own.
  if (!summary_.empty())
    to_proto(
        host_.payload_converter().to_payload(summary_),
        *to.mutable_user_metadata()->mutable_summary());
  if (command == cancel_command) {
    to.set_command_type(enums::COMMAND_TYPE_CANCEL_TIMER);
    to.mutable_cancel_timer_command_attributes()->set_timer_id(id_);
    return;
  }
  to.set_command_type(enums::COMMAND_TYPE_START_TIMER);
  auto& attributes = *to.mutable_start_timer_command_attributes();
  attributes.set_timer_id(id_);
  to_proto(after_, *attributes.mutable_start_to_fire_timeout());
}

std::string timer_machine::describe(int command) const {
  return (command == start_command ? "StartTimer (timer " : "CancelTimer (timer ") + id_ + ")";
}

void timer_machine::recorded(int command, const history_event& event) {
  if (command == cancel_command) {
    const auto& id = event.timer_canceled_event_attributes().timer_id();
    if (id != id_)
      throw_mismatch(event, "timer id", id, id_);
    take_transition<timer_transitions>(state_, timer_input::cancel_recorded);
    summary_ = {};
    host_.forget(started_event_id_);
    return;
  }
  const auto& id = event.timer_started_event_attributes().timer_id();
  if (id != id_) {
    if (host_.ids_are_ours())
      throw_mismatch(event, "timer id", id, id_);
    id_ = id;
  }
  take_transition<timer_transitions>(state_, timer_input::recorded);
  started_event_id_ = event.event_id();
  host_.track(started_event_id_, *this);
}

void timer_machine::on_event(const history_event& event) {
  if (event.event_type() != enums::EVENT_TYPE_TIMER_FIRED
      || take_transition<timer_transitions>(state_, timer_input::fire) == nullptr)
    throw_unexpected(event, "timer " + id_);
  summary_ = {};
  host_.forget(started_event_id_);
  settle();
}

std::string timer_machine::waits_for() const {
  return settled() ? std::string{} : "timer " + id_;
}

std::size_t timer_machine::memory_bytes() const noexcept {
  return sizeof(*this) + summary_.capacity();
}

} // namespace troupe::workflow
