// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/activity/activity_state.hpp"

#include <troupe/activity/context.hpp>
#include <troupe/activity/implementation_base.hpp>

#include <memory>

/// An activity's code behind the interceptors of its worker, if there are some.
namespace troupe::activity::detail {

/// Of a plain function; lets out what it throws. `input` and the rest live until it returns.
[[nodiscard]] payload run_code(
    const implementation_base& code,
    const std::shared_ptr<activity_state>& state,
    const payloads& input);
/// Of a coroutine. `code` lives as long as what it gives.
[[nodiscard]] async<payload> begin_code(
    const implementation_base& code,
    const std::shared_ptr<activity_state>& state,
    const payloads& input);
/// On any thread.
void intercept_heartbeat(const std::shared_ptr<activity_state>& state, payloads details);

} // namespace troupe::activity::detail
