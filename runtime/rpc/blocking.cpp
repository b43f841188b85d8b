// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/blocking.hpp"

#include <stdexcept>

namespace troupe::rpc {

void waiter::run(unique_function<void()> start, flag& finished) const {
  if (auto pump = pump_) { // of this wait alone: it may count
    start();
    for (;;) {
      {
        std::lock_guard lock{finished.mutex};
        if (finished.done)
          return;
      }
      if (!pump())
        throw std::logic_error(
            "a blocking client call waits for something that nothing in this process will ever do");
    }
  }
  if (runs_on_->runs_here())
    throw std::logic_error(
        "a blocking client call on the thread that has to serve it; call it from another thread");
  runs_on_->post(std::move(start));
  std::unique_lock lock{finished.mutex};
  finished.changed.wait(lock, [&] { return finished.done; });
}

} // namespace troupe::rpc
