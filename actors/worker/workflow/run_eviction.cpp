// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/workflow/run_eviction.hpp"

#include "actors/worker/away_list.hpp"
#include "runtime/base/log/log.hpp"

namespace troupe::actors {

void run_eviction::left_behind(const std::source_location& coroutine) noexcept {
  log::error(
      "a destructor of an evicted run does not come back, going on without it",
      {{"run_id", run_id_}, {"error", "[TMPRL1101] " + text_of_loss(coroutine)}});
}

} // namespace troupe::actors
