// SPDX-License-Identifier: Apache-2.0
// The C++ side of message_test.py: a workflow that is told, asked and updated. `message_peer
// QUEUE`.

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

struct ledger {
  static constexpr workflow::signal<int> put{"put"};
  static constexpr workflow::signal<> renew{"renew"};
  static constexpr workflow::signal<> close{"close"};
  static constexpr workflow::query<int()> total{"total"};
  static constexpr workflow::update<int(int)> add{"add"};
  static constexpr workflow::update<int(int)> add_slowly{"add_slowly"};
  static constexpr workflow::update<int(int)> until{"until"};
  static constexpr workflow::update<void(std::string)> fail{"fail"};
};

class keeper {
public:
  static constexpr std::string_view name = "Keeper";

  explicit keeper(workflow::context ctx) {
    ctx.on_signal<ledger::put>(
        [this](int n) { total_ += n; }, {.description = "Adds, and says nothing."});
    ctx.on_signal<ledger::renew>([this] { renews_ = true; });
    ctx.on_signal<ledger::close>([this] { closes_ = true; });
    ctx.on_query<ledger::total>([this] { return total_; }, {.description = "The sum."});
    ctx.on_update<ledger::add>(this, &keeper::add, &keeper::check, {.description = "Adds."});
    ctx.on_update<ledger::add_slowly>(this, &keeper::add_slowly, &keeper::check);
    ctx.on_update<ledger::until>(
        this, &keeper::until, {.unfinished = workflow::unfinished_policy::abandon});
    ctx.on_update<ledger::fail>([](std::string how) {
      if (how == "bug")
        throw std::runtime_error("a bug");
      throw troupe::application_error("refused", {.type = "Refused"});
    });
    ctx.on_other_updates(
        [](std::string which, troupe::payloads args) -> troupe::async<std::string> {
          if (which.starts_with("any"))
            co_return which + " " + std::to_string(args.size());
          throw troupe::application_error("no update is called " + which);
        });
  }

  troupe::async<std::string> run(workflow::context ctx, int before) {
    total_ += before;
    co_await ctx.wait_condition([this] { return closes_ || renews_; });
    if (renews_)
      ctx.continue_as_new(total_);
    co_await ctx.wait_condition([ctx] { return ctx.all_handlers_finished(); });
    co_return "kept " + std::to_string(total_);
  }

private:
  void check(int n) const {
    if (n < 0)
      throw troupe::application_error("fewer than none", {.type = "Negative"});
  }
  int add(int n) { return total_ += n; }
  troupe::async<int> add_slowly(workflow::context ctx, int n) {
    co_await ctx.sleep(200ms);
    co_return total_ += n;
  }
  troupe::async<int> until(workflow::context ctx, int n) {
    co_await ctx.wait_condition([this, n] { return total_ >= n; });
    co_return total_;
  }

  int total_ = 0;
  bool renews_ = false;
  bool closes_ = false;
};

} // namespace

int main(int count, char** words) try {
  if (count != 2)
    throw std::runtime_error("usage: message_peer QUEUE");
  auto client = troupe::client::connect(troupe::connection_options_from_environment());
  troupe::worker worker{client, {.task_queue = words[1]}};
  worker.add<keeper>();
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
