// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/contract/model.hpp"

namespace troupe::cli::contract {

/// Brings the declarations into an order in which each stands behind those that it holds. Structs
/// that hold their own kind hold it by `std::shared_ptr` where it is optional; in lists and maps it
/// can stay. One that always holds another of itself is refused: no value of it ends.
void order_declarations(definition& of);

} // namespace troupe::cli::contract
