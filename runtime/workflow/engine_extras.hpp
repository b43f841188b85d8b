// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/engine.hpp"
#include "runtime/workflow/local_work.hpp"
#include "runtime/workflow/run_trace.hpp"

#include <temporal/api/protocol/v1/message.pb.h>

#include <cstddef>
#include <optional>
#include <vector>

namespace troupe::workflow {

/// What most runs never have: a worker holds many of them, so the others do not pay for it.
struct engine::extras {
  std::optional<random_stream> random;     ///< of those that ask it, or were reset
  std::optional<sdk_identity> other_sdk;   ///< if it is neither ours nor none
  std::vector<protocol_message> outgoing;  ///< that go out with the current task
  std::vector<const history_event*> ahead; ///< while the code of a step runs
  local_work local;
  std::size_t standing_anywhere = 0; ///< of the issued commands: those whose place is not compared
  std::optional<run_trace> trace;    ///< of a worker that has a tracer
};

} // namespace troupe::workflow
