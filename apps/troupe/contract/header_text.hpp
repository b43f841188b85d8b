// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/contract/model.hpp"

#include <string>

namespace troupe::cli::contract {

/// The C++ header of a definition whose declarations are in order. The same definition gives the
/// same text.
std::string header_text(const definition& of);

} // namespace troupe::cli::contract
