// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/testing/environment.hpp>
#include <troupe/workflow/context.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A workflow under way, for tests of what is done to it.
namespace words {

using namespace std::chrono_literals;

namespace activity = troupe::activity;
namespace workflow = troupe::workflow;

inline constexpr activity::contract<int()> own_priority{"own_priority"};

/// Words that came by signals, and the priority that an activity has at the end.
struct collects {
  static constexpr std::string_view name = "Collects";
  std::vector<std::string> words;
  troupe::async<std::string> run(workflow::context ctx) {
    ctx.on_signal("say", [this](std::string word) { words.push_back(std::move(word)); });
    co_await ctx.wait_condition([this] { return words.size() >= 2; });
    const int key = co_await ctx.execute<own_priority>({.start_to_close_timeout = 1min});
    co_return words[0] + " " + words[1] + " " + std::to_string(key) + " "
        + ctx.info().static_summary;
  }
};

struct fixture {
  troupe::testing::environment env;
  troupe::client client = env.connect();
  troupe::worker worker = env.make_worker(client, {.task_queue = "queue"});
  fixture() {
    worker.add<collects>()
        .add(activity::implement<own_priority>(
            [](activity::context ctx) { return ctx.info().priority.key; }))
        .start();
  }
  auto start() {
    auto handle = client.start_workflow<collects>(
        {.id = "w", .task_queue = "queue", .static_summary = "of words"});
    env.run(); // its first task is done, events 1 to 4
    handle.signal("say", std::string{"one"});
    env.run();
    return handle;
  }
};

} // namespace words
