// SPDX-License-Identifier: Apache-2.0
// The part of the engine that has work done by its own worker.

#include "runtime/workflow/engine_extras.hpp"

#include <utility>

namespace troupe::workflow {

void engine::run_locally(local_machine& by, detail::activity_request&& what) {
  if (closed_)
    return;
  require_writable();
  for (const auto* event : ahead())
    if (by.on_ahead(*event))
      return;
  with_extras().local.add(by, std::move(what));
}

bool engine::cancel_locally(local_machine& by) {
  return extras_ != nullptr && extras_->local.cancel(by);
}

bool engine::waits_for_local_work() const noexcept {
  return extras_ != nullptr && !extras_->local.empty();
}

activation_need engine::local_work_to_do() {
  return waits_for_local_work() ? extras_->local.to_do() : activation_need{};
}

void engine::resolve_local(local_result&& result) {
  const detail::ref<run> keep{this};
  if (!extras_)
    return;
  const auto by = extras_->local.take(result.id);
  if (!by)
    return;
  by->on_local_result(std::move(result.value), std::move(result.failure));
  run_code();
}

} // namespace troupe::workflow
