// SPDX-License-Identifier: Apache-2.0
#include "runtime/workflow/machines/close_machine.hpp"

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

close_machine::close_machine(std::unique_ptr<wire_command> command, int event_type)
    : command_(std::move(command)), event_type_(event_type) {}

close_machine::~close_machine() = default;

void close_machine::write(int, wire_command& to) {
  to = std::move(*command_);
}

std::string close_machine::describe(int) const {
  switch (event_type_) {
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: return "CompleteWorkflowExecution";
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: return "FailWorkflowExecution";
  case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: return "CancelWorkflowExecution";
  default: return "ContinueAsNewWorkflowExecution";
  }
}

void close_machine::on_event(const history_event& event) {
  throw_unexpected(event, "a closed workflow");
}

std::size_t close_machine::memory_bytes() const noexcept {
  return sizeof(*this) + command_->SpaceUsedLong();
}

} // namespace troupe::workflow
