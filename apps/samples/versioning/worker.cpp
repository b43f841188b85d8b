// SPDX-License-Identifier: Apache-2.0
// Three generations of one workflow: before a change, with a patch, and with the old way gone.
// `versioning_worker 1|2|3` says which this worker has. A real program has one of them at a time.

#include <troupe/worker.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
namespace workflow = troupe::workflow;

namespace {

/// Thanks at once, then waits for the payment.
struct billing_before {
  static constexpr std::string_view name = "Billing";

  troupe::async<std::string> run(workflow::context ctx) {
    auto paid = ctx.signal_channel<int>("paid");
    co_await ctx.sleep(1s, {.summary = "thanks"});
    const int cents = co_await paid.receive();
    co_return "thanked, then paid " + std::to_string(cents);
  }
};

/// Runs that were begun before go on as they began; new ones wait for the payment first.
struct billing_patched {
  static constexpr std::string_view name = "Billing";

  troupe::async<std::string> run(workflow::context ctx) {
    auto paid = ctx.signal_channel<int>("paid");
    if (ctx.patched("thank-after-payment")) {
      const int cents = co_await paid.receive();
      co_await ctx.sleep(1s, {.summary = "thanks"});
      co_return "paid " + std::to_string(cents) + ", then thanked";
    }
    co_await ctx.sleep(1s, {.summary = "thanks"});
    const int cents = co_await paid.receive();
    co_return "thanked, then paid " + std::to_string(cents);
  }
};

/// Once the last run of the old way is over. After those of this generation, the line can go too.
struct billing_after {
  static constexpr std::string_view name = "Billing";

  troupe::async<std::string> run(workflow::context ctx) {
    auto paid = ctx.signal_channel<int>("paid");
    ctx.deprecate_patch("thank-after-payment");
    const int cents = co_await paid.receive();
    co_await ctx.sleep(1s, {.summary = "thanks"});
    co_return "paid " + std::to_string(cents) + ", then thanked";
  }
};

} // namespace

int main(int count, char** words) try {
  const std::string_view generation = count > 1 ? words[1] : "2";
  auto client = troupe::client::connect(troupe::connection_options_from_environment());
  troupe::worker worker{client, {.task_queue = "billing"}};
  if (generation == "1")
    worker.add<billing_before>();
  else if (generation == "2")
    worker.add<billing_patched>();
  else
    worker.add<billing_after>();
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
