// SPDX-License-Identifier: Apache-2.0
#include "order.hpp"

#include <troupe/service.hpp>
#include <troupe/worker.hpp>

#include <iostream>

int main() {
  troupe::service service; // or: troupe::client::connect({.target = "temporal.example:7233"})
  auto client = service.connect();
  troupe::worker worker{client, {.task_queue = "orders"}};
  worker.add<order_workflow>().start();

  auto paid = client.start_workflow<order_workflow>(
      {.id = "order-1", .task_queue = "orders"}, order{.id = "1", .amount = 20});
  paid.signal("pay", 15);
  paid.signal("pay", 5);
  std::cout << paid.id() << ": " << paid.result() << '\n';
  std::cout << "paid: " << paid.query<int>("paid") << '\n';

  auto unpaid = client.start_workflow<order_workflow>(
      {.id = "order-2", .task_queue = "orders"},
      order{.id = "2", .amount = 20, .pay_within = std::chrono::seconds{1}});
  try {
    unpaid.result();
  } catch (const troupe::workflow_failed_error& error) {
    std::cout << error.what() << '\n';
    if (const auto* why = troupe::find_cause<troupe::application_error>(error))
      std::cout << "type " << why->type() << '\n';
  }

  for (const auto& each : client.list_workflows("WorkflowType = 'Order'"))
    std::cout << each.id << ' ' << to_string(each.status) << '\n';
}
