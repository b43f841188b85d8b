// SPDX-License-Identifier: Apache-2.0
// The part of the engine that has to do with other workflows.

#include "runtime/base/text/uuid.hpp"
#include "runtime/workflow/engine.hpp"
#include "runtime/workflow/machines/child_machine.hpp"
#include "runtime/workflow/machines/external_machine.hpp"

#include <temporal/api/enums/v1/command_type.pb.h>

#include <utility>

namespace troupe::workflow {

namespace enums = temporal::api::enums::v1;

detail::child_pendings
engine::start_child(detail::child_request&& request, const detail::ref<detail::scope>& within) {
  if (closed_) {
    const auto never = detail::make_ref<detail::payload_pending>(*this);
    return {never, never};
  }
  require_writable();
  if (request.options.task_queue.empty())
    request.options.task_queue = own_task_queue();
  std::string id;
  if (request.options.id.empty()) {
    const auto high = random();
    id = uuid_v4(high, random());
  }
  auto child = detail::make_ref<child_machine>(*this, *this, std::move(request), std::move(id));
  auto started = detail::make_ref<child_machine::start>(*this, *child, within);
  issue(*child, enums::COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION);
  within->add(*child); // in a cancelled scope it is taken back at once and never sent
  return {started, child};
}

detail::ref<detail::pending>
engine::signal_external(detail::external_signal&& signal, detail::scope& within) {
  if (closed_)
    return detail::make_ref<detail::payload_pending>(*this);
  require_writable();
  auto machine = detail::make_ref<external_machine>(*this, *this, std::move(signal));
  issue(*machine, machine->command());
  within.add(*machine);
  return machine;
}

detail::ref<detail::pending> engine::cancel_external(detail::external_cancel&& request) {
  if (closed_)
    return detail::make_ref<detail::payload_pending>(*this);
  require_writable();
  auto machine = detail::make_ref<external_machine>(*this, *this, std::move(request));
  issue(*machine, machine->command());
  return machine;
}

bool engine::default_ids_are_ours() const noexcept {
  return sdk().name == our_sdk().name;
}

} // namespace troupe::workflow
