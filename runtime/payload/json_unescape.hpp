// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace troupe {

/// Appends what the escape that begins at `at` (a backslash) stands for, a pair of surrogates taken
/// together. Returns where it ends, or null if JSON has no such escape. `*end` must be readable.
const char* append_unescaped(std::string& to, const char* at, const char* end);

} // namespace troupe
