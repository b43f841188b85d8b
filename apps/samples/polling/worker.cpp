// SPDX-License-Identifier: Apache-2.0
// A worker that polls a service which is slow to be ready.

#include "apps/samples/polling/polls.hpp"

#include <troupe/worker.hpp>

#include <iostream>
#include <memory>

using namespace polling_sample;

int main() try {
  auto client = troupe::client::connect(troupe::connection_options_from_environment());
  troupe::worker worker{client, {.task_queue = "polls"}};
  const auto service = std::make_shared<slow_service>(3);
  worker.add<infrequent>()
      .add<frequent>()
      .add<periodic>()
      .add<periodic_child>()
      .add(activity::implement<ask_once>(service, &slow_service::ask_once))
      .add(activity::implement<ask_often>(service, &slow_service::ask_often));
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
