// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/nexus/operation_state.hpp"

#include <troupe/nexus/handler_base.hpp>

#include <memory>

/// A Nexus handler behind the interceptors of its worker, if there are some. `handler` lives as
/// long as what they give.
namespace troupe::nexus::detail {

[[nodiscard]] start_outcome run_start(
    const handler_base& handler,
    const std::shared_ptr<operation_state>& state,
    operation_input input);
[[nodiscard]] async<start_outcome> begin_start(
    const handler_base& handler,
    const std::shared_ptr<operation_state>& state,
    operation_input input);
/// Null: the interceptors alone, before the library cancels a workflow.
void run_cancel(const handler_base* handler, const std::shared_ptr<operation_state>& state);
[[nodiscard]] async<void>
begin_cancel(const handler_base& handler, const std::shared_ptr<operation_state>& state);

} // namespace troupe::nexus::detail
