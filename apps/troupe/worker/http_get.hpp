// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace troupe::cli {

/// The body that `http://address/path` answers, `address` being `host:port`. Waits no longer than
/// `at_most`. Throws `command_error` that says what went wrong, also for an answer that is no 200.
[[nodiscard]] std::string
http_get(const std::string& address, const std::string& path, std::chrono::milliseconds at_most);

} // namespace troupe::cli
