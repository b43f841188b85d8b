// SPDX-License-Identifier: Apache-2.0
//
// Workflows with an activity that is never done: `cli_holding_worker ADDRESS NAMESPACE QUEUE ...`
// serves the workflow Holds, which waits for the activity `held` on the queue it is given and says
// what became of it. A worker begins it on QUEUE and waits too; on others there is none.

#include <troupe/activity/contract.hpp>
#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/error.hpp>
#include <troupe/worker.hpp>
#include <troupe/workflow/context.hpp>

#include <chrono>
#include <iostream>
#include <string>

namespace {

using namespace std::chrono_literals;

inline constexpr troupe::activity::contract<std::string()> hold{"hold"};

std::string holds_on(troupe::activity::context ctx) {
  ctx.complete_later();
}

struct holds {
  static constexpr std::string_view name = "Holds";

  troupe::async<std::string> run(troupe::workflow::context ctx, std::string queue) {
    const auto held =
        co_await ctx
            .execute<hold>(
                {.task_queue = queue,
                 .start_to_close_timeout = 1h,
                 .retry_policy = troupe::workflow::retry_policy{.maximum_attempts = 5},
                 .activity_id = "held"})
            .as_result();
    if (held)
      co_return "completed: " + held.value();
    const auto cause = troupe::to_failure_error(held.error())->cause();
    const auto* failed = dynamic_cast<const troupe::application_error*>(cause.get());
    if (failed == nullptr)
      co_return "not failed by anybody";
    std::string said = "failed: " + failed->message();
    for (const auto& detail : failed->details())
      said += " " + troupe::decode_value<std::string>(detail);
    co_return said + (failed->non_retryable() ? ", for good" : "");
  }
};

} // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "cli_holding_worker ADDRESS NAMESPACE QUEUE\n";
    return 1;
  }
  auto client = troupe::client::connect({.target = argv[1], .name_space = argv[2], .lazy = true});
  troupe::worker worker{client, {.task_queue = argv[3]}};
  worker.add<holds>().add(troupe::activity::implement<hold>(&holds_on));
  return worker.run_until_signal();
}
