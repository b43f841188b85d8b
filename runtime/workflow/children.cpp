// SPDX-License-Identifier: Apache-2.0
// The part of the engine that has to do with other workflows.

#include "runtime/base/text/uuid.hpp"
#include "runtime/workflow/engine_extras.hpp"
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
  if (interceptors() != nullptr) [[unlikely]]
    return intercept_child(std::move(request), within);
  return begin_child(std::move(request), within);
}

detail::child_pendings
engine::begin_child(detail::child_request&& request, const detail::ref<detail::scope>& within) {
  if (request.options.task_queue.empty())
    request.options.task_queue = own_task_queue();
  if (!within->cancelled())
    trace_call("StartChildWorkflow:", request.type, request.headers);
  std::string id;
  if (is_drawn(request.options.id)) [[unlikely]] // before its arguments were encoded
    id = std::exchange(request.options.id, {});
  else if (request.options.id.empty())
    id = draw_child_id();
  auto child = detail::make_ref<child_machine>(*this, *this, std::move(request), std::move(id));
  if (tells_contexts()) [[unlikely]] {
    const auto known = child->identity();
    child->narrowed = std::make_unique<const data_converter>(
        converter_of_workflow(known.name_space, known.workflow_id));
  }
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
  if (auto* through = interceptors()) [[unlikely]]
    return through
        ->signal_external(
            context{detail::ref<run>{this}, detail::ref<detail::scope>{&within}},
            {std::move(signal.to.workflow_id),
             std::move(signal.to.run_id),
             std::move(signal.to.name_space),
             signal.is_child,
             std::move(signal.signal_name),
             std::move(signal.input),
             std::move(signal.headers)})
        .state();
  return begin_signal(std::move(signal), within);
}

detail::ref<detail::pending>
engine::begin_signal(detail::external_signal&& signal, detail::scope& within) {
  if (!within.cancelled())
    trace_call(
        signal.is_child ? "SignalChildWorkflow:" : "SignalExternalWorkflow:",
        signal.signal_name,
        signal.headers);
  auto machine = detail::make_ref<external_machine>(*this, *this, std::move(signal));
  issue(*machine, machine->command());
  within.add(*machine);
  return machine;
}

detail::ref<detail::pending> engine::cancel_external(detail::external_cancel&& request) {
  if (closed_)
    return detail::make_ref<detail::payload_pending>(*this);
  require_writable();
  if (auto* through = interceptors()) [[unlikely]]
    return through
        ->cancel_external(
            context{detail::ref<run>{this}, root_},
            {std::move(request.to.workflow_id),
             std::move(request.to.run_id),
             std::move(request.to.name_space),
             std::move(request.reason)})
        .state();
  return begin_cancel(std::move(request));
}

detail::ref<detail::pending> engine::begin_cancel(detail::external_cancel&& request) {
  auto machine = detail::make_ref<external_machine>(*this, *this, std::move(request));
  issue(*machine, machine->command());
  return machine;
}

bool engine::default_ids_are_ours() const noexcept {
  return sdk().name == our_sdk().name;
}

} // namespace troupe::workflow
