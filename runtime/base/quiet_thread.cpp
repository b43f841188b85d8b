// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/quiet_thread.hpp"

#include <pthread.h>
#include <signal.h>

#include <utility>

namespace troupe {

std::thread quiet_thread(const char* name, std::function<void()> body) {
  // A thread begins with the mask of who makes it.
  struct all_blocked {
    all_blocked() {
      sigset_t every;
      sigfillset(&every);
      pthread_sigmask(SIG_SETMASK, &every, &before);
    }
    ~all_blocked() { pthread_sigmask(SIG_SETMASK, &before, nullptr); }
    sigset_t before{};
  } const meanwhile;
  return std::thread{[name, body = std::move(body)] {
    pthread_setname_np(pthread_self(), name);
    body();
  }};
}

} // namespace troupe
