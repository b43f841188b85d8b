// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace troupe::gateway {

/// The path without empty segments, `.` and `..`, as Go's routers have it: who asks for another
/// spelling is sent there. Begins with a slash; one at the end stays.
std::string clean_path(std::string_view path);

} // namespace troupe::gateway
