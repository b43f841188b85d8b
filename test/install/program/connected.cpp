#include <troupe/client.hpp>
#include <troupe/worker.hpp>

#include <iostream>

struct hello {
  static constexpr std::string_view name = "Hello";
  troupe::async<std::string> run(troupe::workflow::context, std::string who) {
    co_return "Hello " + who;
  }
};

int main() {
  auto client = troupe::client::connect(troupe::connection_options_from_environment());
  troupe::worker worker{client, {.task_queue = "hello"}};
  worker.add<hello>().start();
  std::cout << client.execute_workflow<hello>({.task_queue = "hello"}, "server") << '\n';
}
