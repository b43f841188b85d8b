// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace temporal::api::failure::v1 {
class Failure;
}

namespace troupe::cli {

/// The messages and stack traces of a failure and all its causes, each on lines of its own that are
/// indented below the name of a property, as the real CLI writes them. Nothing in it can move the
/// cursor of a terminal.
std::string failure_text(const temporal::api::failure::v1::Failure& failure);

} // namespace troupe::cli
