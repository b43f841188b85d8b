// SPDX-License-Identifier: Apache-2.0
// A worker for batches and their records.

#include "apps/samples/batch/window.hpp"

#include <troupe/worker.hpp>

#include <iostream>

int main() try {
  auto client = troupe::client::connect(troupe::connection_options_from_environment());
  troupe::worker worker{client, {.task_queue = "batches"}};
  worker.add<batch_sample::sliding_window>().add<batch_sample::process_record>();
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
