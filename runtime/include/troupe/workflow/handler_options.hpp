// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace troupe::workflow {

/// What happens when a run ends while a handler still runs. It is abandoned in any case: whoever
/// waits for its update gets an error.
enum class unfinished_policy {
  warn_and_abandon, ///< and the log says so, since it is a mistake as a rule
  abandon,          ///< it is meant to be so
};

/// How a handler of signals, queries or updates is registered.
struct handler_options {
  std::string description = {}; ///< shown by user interfaces
  /// Of a handler that is a coroutine.
  unfinished_policy unfinished = unfinished_policy::warn_and_abandon;
};

} // namespace troupe::workflow
