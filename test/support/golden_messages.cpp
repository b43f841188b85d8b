// SPDX-License-Identifier: Apache-2.0
#include "test/support/golden_messages.hpp"

#include <troupe/activity/contract.hpp>
#include <troupe/error.hpp>
#include <troupe/workflow/contract.hpp>

#include <boost/describe.hpp>

#include <atomic>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace troupe::test {

// -- results (described, so not in an anonymous namespace; the recordings sort their keys) --

struct updatable_result {
  std::vector<std::string> signals;
  int total = 0;
};
BOOST_DESCRIBE_STRUCT(updatable_result, (), (signals, total))

struct update_failure {
  int n = 0;
};
BOOST_DESCRIBE_STRUCT(update_failure, (), (n))

namespace {

using workflow::context;

std::atomic<int> update_bugs_left{0};

inline constexpr activity::contract<std::string(std::string)> greet{"greet"};

struct updatable {
  int total = 0;
  bool stopped = false;
  std::vector<std::string> signals;

  explicit updatable(context ctx) {
    ctx.on_signal("stop", [this] { stopped = true; });
    ctx.on_signal(
        "golden-signal", [this](std::string value) { signals.push_back(std::move(value)); });
    ctx.on_update("add", this, &updatable::add, &updatable::check_add);
    ctx.on_update("slow-add", this, &updatable::slow_add);
    ctx.on_update("fail", [](int n) -> int {
      throw application_error(
          "update failed", {.type = "UpdateError", .details = {encode_value(update_failure{n})}});
    });
    ctx.on_update("void", [] {});
    ctx.on_update("with-activity", [](context inner, std::string who) -> async<std::string> {
      co_return co_await inner.execute<greet>({.start_to_close_timeout = 5s}, who);
    });
    ctx.on_update("crash", [] {
      if (update_bugs_left > 0) {
        --update_bugs_left;
        throw std::runtime_error("update bug");
      }
    });
  }

  async<updatable_result> run(context ctx) {
    co_await ctx.wait_condition([this] { return stopped; });
    co_await ctx.wait_condition([ctx] { return ctx.all_handlers_finished(); });
    co_return updatable_result{signals, total};
  }

  int add(int n) { return total += n; }
  void check_add(int n) const {
    if (n < 0)
      throw application_error("negative not allowed");
  }
  async<int> slow_add(context ctx, int n) {
    co_await ctx.sleep(1s);
    co_return total += n;
  }
};

} // namespace

void set_golden_update_bugs(int count) {
  update_bugs_left = count;
}

std::vector<std::shared_ptr<const workflow::definition>> golden_message_workflows() {
  return {workflow::define<updatable>("Updatable")};
}

} // namespace troupe::test
