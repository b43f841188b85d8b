// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/machine.hpp"

#include <troupe/payload/payload.hpp>

#include <exception>

namespace troupe::workflow {

/// A machine whose work is done by this worker within the task, and leaves nothing in the history
/// but a marker that says what came of it.
class local_machine : public machine {
public:
  /// The worker has done it, or has failed; `failure` is null then or not.
  virtual void on_local_result(payload&& value, std::exception_ptr failure) = 0;
  /// Replay: `event` stands ahead. True if it tells what came of this one, which need not run then.
  virtual bool on_ahead(const history_event& event) = 0;

protected:
  ~local_machine() = default;
};

} // namespace troupe::workflow
