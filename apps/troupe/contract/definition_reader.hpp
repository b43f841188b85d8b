// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/contract/model.hpp"

#include <string>
#include <vector>

namespace troupe::cli::contract {

/// Reads Nexus definition files (`nexusrpc: 1.0.0`) into one definition. The namespace is that of
/// the first file's name if none is given. Throws `source_error` with the place of what cannot be
/// carried into C++.
definition read_definition(const std::vector<std::string>& paths, const std::string& name_space);

} // namespace troupe::cli::contract
