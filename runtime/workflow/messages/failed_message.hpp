// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <exception>
#include <string>

namespace troupe::workflow {

/// A message to a run that came to an error, for the log of its worker. Told once, by the task that
/// met it, not in a replay.
struct failed_message {
  enum class kind : std::uint8_t {
    query,           ///< its caller hears the error
    update,          ///< accepted, and then failed
    rejected_update, ///< by its validator, or there is no handler for it
    signal,          ///< its handler let an error out, which is the run's own
    dropped_signal,  ///< its arguments cannot be read
  };

  kind what = kind::query;
  std::string name = {};
  std::string update_id = {}; ///< of an update
  std::exception_ptr error = {};
  /// The run, or its task, fails for the same reason: that is one failure, not two.
  bool ends = false;
};

} // namespace troupe::workflow
