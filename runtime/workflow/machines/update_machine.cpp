// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/update_machine.hpp"

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

namespace troupe::workflow {

void update_machine::write(int, wire_command& to) {
  const bool is_accept =
      !is_accept_written_
      && (state_ == update_state::accept_issued || state_ == update_state::both_issued);
  if (is_accept)
    is_accept_written_ = true;
  to.mutable_protocol_message_command_attributes()->set_message_id(
      is_accept ? accept_message_id() : complete_message_id());
}

void update_machine::recorded(const event_row& row, const history_event& event) {
  const bool is_accept =
      row.type == temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED;
  const auto& id =
      is_accept ? event.workflow_execution_update_accepted_event_attributes().protocol_instance_id()
                : event.workflow_execution_update_completed_event_attributes().meta().update_id();
  if (id != id_)
    throw_mismatch(event, "update id", id, id_);
  const auto input = is_accept ? update_step::accept_recorded : update_step::complete_recorded;
  if (take_transition<update_transitions>(state_, input) == nullptr)
    throw_mismatch(
        event,
        "what the update's handler does",
        is_accept ? "accepted" : "completed",
        is_accept ? "completed" : "accepted");
}

void update_machine::on_event(const event_row&, const history_event& event) {
  throw_unexpected(event, describe(0));
}

std::size_t update_machine::memory_bytes() const noexcept {
  return sizeof(*this) + id_.capacity() + identity_.capacity();
}

} // namespace troupe::workflow
