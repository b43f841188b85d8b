// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace troupe {

/// A span of time for people, as Go and Temporal's command line print it: `1.5s`, `650ms`, `2m0s`,
/// `72h0m0s`. For log lines and error texts: `"gave up after " + troupe::to_string(timeout)`.
[[nodiscard]] std::string to_string(std::chrono::nanoseconds span);

} // namespace troupe
