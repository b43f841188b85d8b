// SPDX-License-Identifier: Apache-2.0
#include "actors/worker/away_list.hpp"

#include <troupe/async.hpp>

namespace troupe::actors {

std::string text_of_loss(const std::source_location& coroutine) {
  std::string text =
      "the code blocks or spins: it has kept its thread for longer than deadlock_timeout";
  if (coroutine.line() != 0)
    text += ", last in the coroutine " + troupe::detail::describe(coroutine);
  return text;
}

} // namespace troupe::actors
