// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/timer_machine.hpp"

#include "runtime/base/time/time.hpp"
#include "runtime/payload/proto_payload.hpp"
#include "runtime/protocol/text_payload.hpp"

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
    : cancellable_machine(owner, host), id_(std::to_string(number)),
      summary_(std::move(options.summary)), after_(after) {}

int timer_machine::cancel_command() const noexcept {
  return enums::COMMAND_TYPE_CANCEL_TIMER;
}

std::exception_ptr timer_machine::canceled(const std::string& reason) const {
  return detail::make_canceled(reason);
}

void timer_machine::write(int command, wire_command& to) {
  // The cancel carries the summary again, as sdk-core writes it: its event has its own.
  if (!summary_.empty())
    to_proto(
        protocol::text_payload(summary_, "summary", host().payload_converter()),
        *to.mutable_user_metadata()->mutable_summary());
  if (command == cancel_command()) {
    to.mutable_cancel_timer_command_attributes()->set_timer_id(id_);
    return;
  }
  auto& attributes = *to.mutable_start_timer_command_attributes();
  attributes.set_timer_id(id_);
  to_proto(after_, *attributes.mutable_start_to_fire_timeout());
}

void timer_machine::adopt(const history_event& event) {
  const auto& id = event.timer_started_event_attributes().timer_id();
  if (id == id_)
    return;
  if (host().ids_are_ours())
    throw_mismatch(event, "timer id", id, id_);
  id_ = id;
}

void timer_machine::check_cancel(const event_row&, const history_event& event) {
  const auto& id = event.timer_canceled_event_attributes().timer_id();
  if (id != id_)
    throw_mismatch(event, "timer id", id, id_);
  summary_ = {};
}

void timer_machine::close(const history_event&) {
  summary_ = {};
  settle();
}

std::size_t timer_machine::memory_bytes() const noexcept {
  return sizeof(*this) + summary_.capacity();
}

} // namespace troupe::workflow
