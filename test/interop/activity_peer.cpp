// SPDX-License-Identifier: Apache-2.0
// The same activities and the same caller as activity_peer.py has, in C++: `activity_peer QUEUE
// [workflows] [activities]` serves a queue.

#include <troupe/activity/implementation.hpp>
#include <troupe/error.hpp>
#include <troupe/worker.hpp>

#include <boost/describe.hpp>

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace troupe;
using namespace std::chrono_literals;

namespace activity_peer {

struct progress {
  std::string word;
  int step = 0;
};
BOOST_DESCRIBE_STRUCT(progress, (), (word, step))

inline constexpr activity::contract<std::string(std::string)> greet{"greet"};
inline constexpr activity::contract<std::string(int)> flaky{"flaky"};
inline constexpr activity::contract<void(std::string)> refuse{"refuse"};
inline constexpr activity::contract<std::string()> remember{"remember"};
inline constexpr activity::contract<void()> beat{"beat"};
inline constexpr activity::contract<std::string(double)> nap{"nap"};

// -- the activities

/// An object with state, whose members are activities.
class greeter {
public:
  explicit greeter(std::string greeting) : greeting_(std::move(greeting)) {}
  [[nodiscard]] std::string greet(const std::string& who) const { return greeting_ + " " + who; }

private:
  std::string greeting_;
};

std::string fails_at_first(activity::context ctx, int failures) {
  const auto attempt = ctx.info().attempt;
  if (attempt <= failures)
    throw application_error(
        "flaky attempt " + std::to_string(attempt),
        {.type = "FlakyError", .next_retry_delay = 100ms});
  return "ok at attempt " + std::to_string(attempt);
}

activity::async<> refuses(std::string why) {
  throw application_error(
      why, {.type = "Refused", .non_retryable = true, .details = make_payloads(7)});
  co_return;
}

activity::async<std::string> remembers(activity::context ctx) {
  if (const auto before = ctx.heartbeat_details<progress>())
    co_return before->word + " " + std::to_string(before->step);
  ctx.heartbeat(progress{"half", 7});
  co_await ctx.sleep(300ms);
  throw std::runtime_error("lost");
}

activity::async<> beats(activity::context ctx) {
  for (;;) {
    ctx.heartbeat();
    if (!co_await ctx.sleep(100ms))
      throw canceled_error("stopped");
  }
}

activity::async<std::string> naps(activity::context ctx, double seconds) {
  if (ctx.info().attempt == 1)
    throw std::runtime_error("not tired yet");
  co_await ctx.sleep(
      std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>{seconds}));
  co_return "napped";
}

// -- their caller

std::string cause_of(const std::exception_ptr& error) {
  const auto cause = to_failure_error(error)->cause();
  if (const auto* application = dynamic_cast<const application_error*>(cause.get()))
    return application->type() + ": " + application->message() + " "
           + std::to_string(decode_value<int>(application->details().at(0)));
  return std::string{cause->kind()};
}

struct caller {
  static constexpr std::string_view name = "Caller";

  async<std::vector<std::string>> run(workflow::context ctx, std::string queue) {
    workflow::activity_options options{.task_queue = queue, .start_to_close_timeout = 10s};
    std::vector<std::string> seen;
    seen.push_back(co_await ctx.execute<greet>(options, "Ann"));
    seen.push_back(co_await ctx.execute<flaky>(options, 2));
    auto refused = co_await ctx.execute<refuse>(options, "no").as_result();
    seen.push_back(cause_of(refused.error()));
    seen.push_back(co_await ctx.execute_activity<std::string>("remember", options));
    options.heartbeat_timeout = 1s;
    options.cancellation_type = workflow::activity_cancellation_type::wait_completed;
    auto beating = ctx.execute<beat>(options);
    co_await ctx.sleep(1s);
    beating.cancel();
    auto beaten = co_await beating.as_result();
    seen.push_back(beaten ? "finished" : is_canceled(beaten.error()) ? "canceled" : "failed");
    // Longer than a task of this workflow may take.
    seen.push_back(co_await ctx.execute_local<nap>({.start_to_close_timeout = 10s}, 3.0));
    co_return seen;
  }
};

} // namespace activity_peer

int main(int count, char** words) try {
  using namespace activity_peer;
  if (count < 2)
    throw std::invalid_argument("activity_peer QUEUE [workflows] [activities]");
  auto client = client::connect(connection_options_from_environment());
  worker worker{client, {.task_queue = words[1]}};
  for (int i = 2; i < count; ++i) {
    const std::string_view word{words[i]};
    if (word == "workflows")
      worker.add<caller>().add(activity::implement<nap>(&naps));
    if (word == "activities")
      worker.add(activity::implement<greet>(std::make_shared<greeter>("hello"), &greeter::greet))
          .add(activity::implement<flaky>(&fails_at_first))
          .add(activity::implement<refuse>(&refuses))
          .add(activity::implement<remember>(&remembers))
          .add(activity::implement<beat>(&beats));
  }
  return worker.run_until_signal();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
