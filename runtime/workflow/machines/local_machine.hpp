// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/machines/machine.hpp"

namespace troupe::workflow {

struct local_result;

/// A machine whose work is done by this worker within the task, and leaves nothing in the history
/// but a marker that says what came of it.
class local_machine : public machine {
public:
  /// The worker has done it, or has failed.
  virtual void on_local_result(local_result&& result) = 0;
  /// Replay: `event` stands ahead. True if it tells what came of this one, which need not run then.
  virtual bool on_ahead(const history_event& event) = 0;

protected:
  ~local_machine() = default;
};

} // namespace troupe::workflow
