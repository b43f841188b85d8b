// SPDX-License-Identifier: Apache-2.0
// A worker for locks, and for workflows that use what they guard.

#include "apps/samples/mutex/locks.hpp"

#include <troupe/worker.hpp>

#include <iostream>

int main() try {
  auto client = troupe::client::connect(troupe::connection_options_from_environment());
  troupe::worker worker{client, {.task_queue = "locks"}};
  worker.add<mutex_sample::resource_lock>().add<mutex_sample::uses_resource>().add(
      mutex_sample::ask_for_lock_at("locks"));
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
