// SPDX-License-Identifier: Apache-2.0
#include "runtime/otlp/own_thread.hpp"

#include <pthread.h>
#include <signal.h>

#include <utility>

namespace troupe::otlp {

own_thread::own_thread(std::function<void()> body) {
  sigset_t every;
  sigset_t before;
  sigfillset(&every);
  pthread_sigmask(SIG_SETMASK, &every, &before);
  try {
    thread_ = std::thread{[body = std::move(body)] {
      pthread_setname_np(pthread_self(), "troupe-otlp");
      body();
    }};
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

} // namespace troupe::otlp
