// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <thread>

namespace troupe {

/// A thread of ours that no signal is delivered to: those are for the program's own. The system
/// shows it as `name`, 15 characters at most. Throws `std::system_error` if there is none to be
/// had.
[[nodiscard]] std::thread quiet_thread(const char* name, std::function<void()> body);

} // namespace troupe
