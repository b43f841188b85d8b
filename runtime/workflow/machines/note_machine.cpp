// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/note_machine.hpp"

#include "runtime/workflow/machines/markers.hpp"

#include <temporal/api/command/v1/message.pb.h>

#include <utility>

namespace troupe::workflow {

note_machine::note_machine(std::unique_ptr<wire_command> command, std::string subject)
    : command_(std::move(command)), subject_(std::move(subject)) {}

note_machine::~note_machine() = default;

bool note_machine::is_recorded_by(const history_event& event) const {
  return subject_.empty()
             ? event.event_type() != temporal::api::enums::v1::EVENT_TYPE_MARKER_RECORDED
             : markers::subject_of(event) == subject_;
}

void note_machine::write(int, wire_command& to) {
  if (const auto made = std::exchange(command_, nullptr))
    to = std::move(*made);
}

void note_machine::recorded(const event_row& row, const history_event& event) {
  if (!subject_.empty())
    if (const auto subject = markers::subject_of(event); subject != subject_)
      throw_mismatch(event, "marker", subject, subject_);
  take_transition<note_transitions>(state_, row.means);
  command_ = nullptr;
}

void note_machine::on_event(const event_row&, const history_event& event) {
  throw_unexpected(event, subject_);
}

std::size_t note_machine::memory_bytes() const noexcept {
  return sizeof(*this) + subject_.capacity() + (command_ ? command_->SpaceUsedLong() : 0);
}

} // namespace troupe::workflow
