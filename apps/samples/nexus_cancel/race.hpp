// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/nexus_common/greeting.hpp"

#include <troupe/error.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/workflow/definition.hpp>

#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

// One greeting in each language is asked for, all at the same time; the first that comes is taken
// and the others are cancelled. `Contract` is what differs between the originals: see
// nexus_cancel/contract.hpp and nexus_cancellation/contract.hpp.
namespace nexus_cancel {

namespace nexus = troupe::nexus;
namespace workflow = troupe::workflow;
using nexus_common::hello_language;
using namespace std::chrono_literals;

/// Takes its time, and cleans up before it gives in to a cancellation.
template <class Contract>
struct hello_handler_workflow {
  static constexpr std::string_view name = "HelloHandlerWorkflow";

  troupe::async<typename Contract::output> run(workflow::context ctx, typename Contract::input in) {
    const auto some_seconds = [ctx] {
      return std::chrono::seconds{ctx.random().uniform(0, Contract::most_seconds)};
    };
    if (auto worked = co_await ctx.sleep(some_seconds()).as_result(); !worked) {
      ctx.log().info("Received cancellation request, performing cleanup...");
      co_await ctx.shielded().sleep(some_seconds());
      ctx.log().info("HelloHandlerWorkflow was cancelled successfully.");
      worked.value(); // throws the cancellation again
    }
    co_return typename Contract::output{nexus_common::greeting(in.language, in.name)};
  }
};

template <class Contract>
auto hello_handler() {
  return nexus::handler_for<Contract>(
      nexus::workflow_run<Contract::hello>([](nexus::start_context, typename Contract::input in) {
        return nexus::start_workflow<hello_handler_workflow<Contract>>(
            {.id = Contract::handler_id(in)}, in);
      }));
}

template <class Contract>
struct hello_caller_workflow {
  static constexpr std::string_view name = "HelloCallerWorkflow";

  troupe::async<std::string> run(workflow::context ctx, std::string who) {
    // What is begun in this scope can be cancelled with it, all at once.
    auto scope = ctx.make_scope();
    auto hello = scope.context().template nexus_client<Contract>({.endpoint = Contract::endpoint});
    using enum hello_language;
    std::vector<workflow::future<typename Contract::output>> calls;
    for (const auto language : {en, fr, de, es, tr})
      calls.push_back(hello.template execute<Contract::hello>(
          {.name = who, .language = language},
          {.schedule_to_close_timeout = Contract::schedule_to_close_timeout,
           .cancellation_type = workflow::nexus_cancellation_type::wait_requested}));
    ctx.log().info("Started 5 operations, waiting for first to complete...");
    const auto first = co_await workflow::any(calls);
    ctx.log().info("First operation completed, cancelling remaining operations");
    scope.cancel();
    // A request to cancel that was not delivered when the workflow ends is dropped. So wait until
    // each handler has its own; with `wait_completed` this would wait until they cleaned up, too.
    co_await workflow::all(calls);
    for (const auto& call : calls)
      if (const auto ended = co_await call.as_result();
          !ended && !troupe::is_canceled(ended.error()))
        std::rethrow_exception(ended.error());
    co_return calls[first].get().message;
  }
};

} // namespace nexus_cancel
