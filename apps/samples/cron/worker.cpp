// SPDX-License-Identifier: Apache-2.0
// A worker for the morning's report, and a shop with three orders.

#include "apps/samples/cron/report.hpp"

#include <troupe/worker.hpp>

#include <iostream>
#include <memory>

using namespace cron_sample;

int main() try {
  auto client = troupe::client::connect(troupe::connection_options_from_environment());
  troupe::worker worker{client, {.task_queue = "reports"}};
  const auto books = std::make_shared<shop>();
  for (const int cents : {1200, 850, 2100})
    books->sell(cents);
  worker.add<morning_report>().add(activity::implement<orders_since>(books, &shop::count_since));
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
