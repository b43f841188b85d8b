// SPDX-License-Identifier: Apache-2.0
// An order is shipped in parcels, each a workflow of its own: side by side, told to hurry by their
// parent, called back together if one is lost.

#include <troupe/error.hpp>
#include <troupe/worker.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
namespace workflow = troupe::workflow;

namespace {

/// Travels for an hour, or not at all once it is told to hurry.
struct parcel {
  static constexpr std::string_view name = "Parcel";

  troupe::async<std::string> run(workflow::context ctx, std::string item) {
    if (item.empty())
      throw troupe::application_error(
          "an empty parcel", {.type = "BadParcel", .non_retryable = true});
    auto hurry = ctx.signal_channel<std::string>("hurry").receive();
    auto travel = ctx.sleep(1h);
    co_await workflow::any(hurry, travel);
    if (!hurry.is_ready())
      co_return item + " by ship";
    travel.cancel();
    co_return item + " by " + hurry.get();
  }
};

struct shipping {
  static constexpr std::string_view name = "Shipping";

  troupe::async<std::vector<std::string>>
  run(workflow::context ctx, std::vector<std::string> items) {
    // What is sent along belongs to one scope, so that it can be called back together.
    const auto parcels = ctx.make_scope();
    std::vector<workflow::future<workflow::child_workflow_handle<std::string>>> starting;
    for (std::size_t i = 0; i != items.size(); ++i)
      starting.push_back(parcels.context().start_child<parcel>(
          {.id = ctx.info().workflow_id + "/" + std::to_string(i),
           .static_summary = "parcel with " + items[i]},
          items[i]));
    std::vector<workflow::child_workflow_handle<std::string>> sent;
    for (const auto& each : starting)
      sent.push_back(co_await each);

    ctx.on_signal("hurry", [sent](workflow::context inner, std::string means) -> troupe::async<> {
      for (const auto& each : sent) // one that has arrived cannot be told: never mind
        (void)co_await each.signal("hurry", means).as_result();
      (void)inner;
    });

    std::vector<std::string> arrived;
    for (const auto& each : sent) {
      auto outcome = co_await each.result().as_result();
      if (!outcome) {
        parcels.cancel("a parcel was lost");
        for (const auto& other : sent)
          (void)co_await other.result().as_result();
        std::rethrow_exception(outcome.error());
      }
      arrived.push_back(*outcome);
    }
    co_return arrived;
  }
};

} // namespace

int main() try {
  auto client = troupe::client::connect(troupe::connection_options_from_environment());
  troupe::worker worker{client, {.task_queue = "shipping"}};
  worker.add<shipping>().add<parcel>();
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
