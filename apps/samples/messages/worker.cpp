// SPDX-License-Identifier: Apache-2.0
// A worker for the cluster's manager.

#include "apps/samples/messages/workflow.hpp"

#include <troupe/worker.hpp>

#include <iostream>

int main() try {
  auto client = troupe::client::connect(troupe::connection_options_from_environment());
  troupe::worker worker{client, {.task_queue = "clusters"}};
  worker.add<messages_sample::cluster_manager>();
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
