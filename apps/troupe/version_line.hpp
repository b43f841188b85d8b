// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace troupe::cli {

/// What `troupe --version` prints: our version, the protocol, and which build this is.
/// `troupe version 0.1.0 (Temporal API 1.63, as server 1.31.2; commit 0123456789, Clang 19.1.7)`
std::string version_line();

} // namespace troupe::cli
