// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/close_machine.hpp"

#include "runtime/payload/proto_payload.hpp"

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

close_machine::close_machine(payload&& result)
    : result_(std::move(result)), type_(enums::COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION) {}

close_machine::close_machine(std::unique_ptr<wire_command> command, std::exception_ptr why)
    : command_(std::move(command)), type_(command_->command_type()), why_(std::move(why)) {}

close_machine::~close_machine() = default;

void close_machine::write(int, wire_command& to) {
  if (command_) {
    to = std::move(*command_);
    return;
  }
  to_proto(
      std::move(result_),
      *to.mutable_complete_workflow_execution_command_attributes()
           ->mutable_result()
           ->add_payloads());
}

void close_machine::on_event(const event_row&, const history_event& event) {
  throw_unexpected(event, "a closed workflow");
}

std::size_t close_machine::memory_bytes() const noexcept {
  return sizeof(*this) + result_.data.capacity() + (command_ ? command_->SpaceUsedLong() : 0);
}

} // namespace troupe::workflow
