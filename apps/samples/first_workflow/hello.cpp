// SPDX-License-Identifier: Apache-2.0
#include <troupe/service.hpp>
#include <troupe/worker.hpp>

#include <iostream>

struct hello {
  static constexpr std::string_view name = "Hello";
  troupe::async<std::string> run(troupe::workflow::context, std::string who) {
    co_return "Hello " + who;
  }
};

int main() {
  troupe::service service;
  auto client = service.connect();
  troupe::worker worker{client, {.task_queue = "hello"}};
  worker.add<hello>().start();
  std::cout << client.execute_workflow<hello>({.id = "hello-1", .task_queue = "hello"}, "world")
            << '\n';
}
