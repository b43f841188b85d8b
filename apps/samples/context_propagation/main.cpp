// SPDX-License-Identifier: Apache-2.0
// `context_propagation_sample worker` serves; `context_propagation_sample greet WHO USER` asks.

#include "apps/samples/context_propagation/greeting.hpp"
#include "apps/samples/context_propagation/user_context.hpp"

#include <troupe/worker.hpp>

#include <iostream>
#include <memory>
#include <string>

using namespace context_propagation_sample;

int main(int count, char** values) try {
  auto options = troupe::connection_options_from_environment();
  options.interceptors = {std::make_shared<user_propagation>()};
  auto client = troupe::client::connect(options);
  if (count == 4 && std::string{"greet"} == values[1]) {
    const acting_for user{values[3]};
    for (const auto& line :
         client.execute_workflow<greets_all>({.task_queue = "greetings"}, values[2]))
      std::cout << line << '\n';
    return 0;
  }
  if (count != 2 || std::string{"worker"} != values[1]) {
    std::cerr << "usage: " << values[0] << " worker | greet WHO USER\n";
    return 2;
  }
  // The client's interceptors serve its workers as well.
  troupe::worker worker{client, {.task_queue = "greetings"}};
  worker.add<greets_all>().add<greeter>().add(composer()).add(reporter()).add(greeting_handler());
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
