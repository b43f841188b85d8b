// SPDX-License-Identifier: Apache-2.0
// The same parent, child and changing workflow as children_peer.py has, in C++: `children_peer
// QUEUE [parents] [children] [old|new]` serves a queue.

#include <troupe/error.hpp>
#include <troupe/worker.hpp>

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace children_peer {

struct child {
  static constexpr std::string_view name = "Child";

  async<std::string> run(workflow::context ctx, std::string mode) {
    if (mode == "complete")
      co_return "child done";
    if (mode == "fail")
      throw application_error("child failed", {.type = "ChildError", .non_retryable = true});
    if (mode == "report") {
      const auto about = ctx.info();
      co_await ctx.external_workflow(about.parent_workflow_id, about.parent_run_id)
          .signal("report", about.workflow_id);
      co_return "told";
    }
    auto words = ctx.signal_channel<std::string>("word");
    co_return "got " + co_await words.receive();
  }
};

std::string text_of(const std::exception_ptr& error) {
  const auto failure = to_failure_error(error);
  const auto& cause = failure->cause() ? failure->cause() : failure;
  if (const auto* application = dynamic_cast<const application_error*>(cause.get()))
    return application->type();
  return std::string{cause->kind()};
}

struct parent {
  static constexpr std::string_view name = "Parent";

  async<std::vector<std::string>> run(workflow::context ctx, std::string queue) {
    auto reports = ctx.signal_channel<std::string>("report");
    const auto own = ctx.info().workflow_id;
    const auto options = [&](const std::string& id) {
      return workflow::child_workflow_options{.id = own + id, .task_queue = queue};
    };
    std::vector<std::string> seen;
    const auto add = [&](const result<std::string>& outcome) {
      seen.push_back(outcome ? *outcome : text_of(outcome.error()));
    };
    add(co_await ctx.execute_child<child>(options("-done"), "complete"));
    add(co_await ctx.execute_child<child>(options("-fails"), "fail").as_result());

    auto waiting = co_await ctx.start_child<child>(options("-waits"), "wait");
    add(co_await ctx.execute_child<child>(options("-waits"), "complete").as_result());
    co_await waiting.signal("word", std::string{"hello"});
    add(co_await waiting.result());

    auto stopped = co_await ctx.start_child<child>(options("-stops"), "wait");
    stopped.cancel();
    add(co_await stopped.result().as_result());

    auto late = options("-late");
    late.run_timeout = 1s;
    add(co_await ctx.execute_child<child>(late, "wait").as_result());

    auto telling = ctx.execute_child<child>(options("-tells"), "report");
    seen.push_back((co_await reports.receive()).substr(own.size()));
    add(co_await telling);

    auto left = options("-left");
    left.parent_close_policy = workflow::parent_close_policy::abandon;
    auto leaving = co_await ctx.start_child<child>(left, "wait");
    co_await ctx.external_workflow(leaving.workflow_id(), leaving.run_id()).cancel("enough");
    add(co_await leaving.result().as_result());

    auto nobody = co_await ctx.external_workflow(own + "-nobody").signal("word").as_result();
    seen.push_back(text_of(nobody.error()));
    co_return seen;
  }
};

/// Before and after a change; both wait in the middle.
struct old_changing {
  static constexpr std::string_view name = "Changing";
  async<std::string> run(workflow::context ctx) {
    auto go = ctx.signal_channel<std::string>("go");
    co_await ctx.sleep(10ms);
    co_await go.receive();
    co_return "old";
  }
};
struct new_changing {
  static constexpr std::string_view name = "Changing";
  async<std::string> run(workflow::context ctx) {
    auto go = ctx.signal_channel<std::string>("go");
    const bool is_new = ctx.patched("change");
    if (!is_new)
      co_await ctx.sleep(10ms);
    co_await go.receive();
    co_return is_new&& ctx.patched("change") ? "new" : "old";
  }
};

} // namespace children_peer

int main(int count, char** words) try {
  using namespace children_peer;
  if (count < 2)
    throw std::invalid_argument("children_peer QUEUE [parents] [children] [old|new]");
  auto client = client::connect(connection_options_from_environment());
  worker worker{client, {.task_queue = words[1]}};
  for (int i = 2; i < count; ++i) {
    const std::string_view word{words[i]};
    if (word == "parents")
      worker.add<parent>();
    if (word == "children")
      worker.add<child>();
    if (word == "old")
      worker.add<old_changing>();
    if (word == "new")
      worker.add<new_changing>();
  }
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
