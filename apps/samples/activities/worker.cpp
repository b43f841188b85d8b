// SPDX-License-Identifier: Apache-2.0
// A workflow that orders something, and the activities that it calls, in one worker.

#include "apps/samples/activities/contract.hpp"

#include <troupe/activity/implementation.hpp>
#include <troupe/error.hpp>
#include <troupe/worker.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
namespace activity = troupe::activity;
namespace workflow = troupe::workflow;
using namespace activities_sample;

// -- the activities

int look_up_price(const std::string& item) {
  if (item.empty())
    throw troupe::application_error(
        "an item without a name", {.type = "BadItem", .non_retryable = true});
  return static_cast<int>(item.size()) * 100;
}

/// What all attempts share; they run side by side, so it is safe for that.
class bank {
public:
  explicit bank(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] std::string charge(const std::string& customer, int cents) const {
    return name_ + " charged " + customer + " " + std::to_string(cents) + " cents";
  }

private:
  std::string name_;
};

activity::async<int> pack_items(activity::context ctx, std::vector<std::string> items) {
  // What an earlier attempt has packed is packed.
  auto packed = ctx.heartbeat_details<int>().value_or(0);
  for (; packed < static_cast<int>(items.size()); ++packed) {
    ctx.log().info("packing", {{"item", items[static_cast<std::size_t>(packed)]}});
    if (!co_await ctx.sleep(100ms))
      throw troupe::canceled_error("stopped with " + std::to_string(packed) + " packed");
    ctx.heartbeat(packed + 1);
  }
  co_return packed;
}

receipt make_receipt(const order& what, int cents) {
  return {what.customer + " bought " + std::to_string(what.items.size()) + " items", cents};
}

// -- the workflow

struct ordering {
  static constexpr std::string_view name = "Ordering";

  troupe::async<receipt> run(workflow::context ctx, order what) {
    const workflow::activity_options quick{.start_to_close_timeout = 10s};
    std::vector<workflow::future<int>> prices;
    for (const auto& item : what.items)
      prices.push_back(ctx.execute<price>(quick, item)); // side by side
    int cents = 0;
    for (const auto& each : prices)
      cents += co_await each;

    co_await ctx.execute<charge>(
        {.start_to_close_timeout = 10s,
         .retry_policy = workflow::retry_policy{.maximum_attempts = 5},
         .summary = "charge " + what.customer},
        what.customer,
        cents);
    co_await ctx.execute<pack>(
        {.start_to_close_timeout = 1h, .heartbeat_timeout = 10s}, what.items);
    co_return co_await ctx.execute_local<write_receipt>(
        {.start_to_close_timeout = 5s}, what, cents);
  }
};

int main() try {
  auto client = troupe::client::connect(troupe::connection_options_from_environment());
  troupe::worker worker{client, {.task_queue = "orders"}};
  worker.add<ordering>()
      .add(activity::implement<price>(&look_up_price))
      .add(activity::implement<charge>(std::make_shared<bank>("The bank"), &bank::charge))
      .add(activity::implement<pack>(&pack_items))
      .add(activity::implement<write_receipt>(&make_receipt));
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
