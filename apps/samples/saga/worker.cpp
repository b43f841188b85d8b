// SPDX-License-Identifier: Apache-2.0
// A worker for transfers, with a bank of two accounts.

#include "apps/samples/saga/transfer.hpp"

#include <troupe/worker.hpp>

#include <iostream>
#include <memory>

int main() try {
  auto client = troupe::client::connect(troupe::connection_options_from_environment());
  troupe::worker worker{client, {.task_queue = "transfers"}};
  worker.add<saga_sample::transfer>();
  saga_sample::add_activities(
      worker,
      std::make_shared<saga_sample::bank>(
          std::map<std::string, int>{{"Ann", 10'000}, {"Bob", 5'000}}));
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
