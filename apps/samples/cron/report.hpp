// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/implementation.hpp>
#include <troupe/error.hpp>
#include <troupe/workflow/definition.hpp>

#include <boost/describe.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The service begins this workflow each morning anew (`cron_schedule`). What one run knows of those
// before it is all that they share.
namespace cron_sample {

namespace activity = troupe::activity;
namespace workflow = troupe::workflow;

/// What came in since an earlier order.
struct orders {
  int last = 0;  ///< the number of the last one
  int cents = 0; ///< of all that are new
};
BOOST_DESCRIBE_STRUCT(orders, (), (last, cents))

/// Where the next report goes on is a part of this one.
struct report {
  orders counted;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(report, (), (counted, text))

/// What came in behind the order of that number.
inline constexpr activity::contract<orders(std::string, int)> orders_since{"orders_since"};

struct morning_report {
  static constexpr std::string_view name = "MorningReport";

  troupe::async<report> run(workflow::context ctx, std::string department) {
    const auto before = ctx.last_completion_result<report>(); // of the last run that gave one
    const auto failure = ctx.last_failure();                  // of the run before this one

    const auto came_in = co_await ctx.execute<orders_since>(
        {.schedule_to_close_timeout = std::chrono::hours{1},
         .retry_policy = workflow::retry_policy{.maximum_attempts = 3}},
        department,
        before ? before->counted.last : 0);

    auto text = department + ": " + std::to_string(came_in.cents) + " cents";
    if (failure)
      text += ", yesterday's included";
    co_return report{came_in, std::move(text)};
  }
};

/// Stands for the system of a shop, which is not always there.
class shop {
public:
  void sell(int cents) {
    const std::scoped_lock lock{mutex_};
    sold_.push_back(cents);
  }
  void open(bool is_open) {
    const std::scoped_lock lock{mutex_};
    is_open_ = is_open;
  }
  orders count_since(const std::string& department, int last) {
    const std::scoped_lock lock{mutex_};
    if (!is_open_)
      throw troupe::application_error(department + " does not answer", {.type = "Closed"});
    const auto all = static_cast<int>(sold_.size());
    return {all, std::accumulate(sold_.begin() + std::min(last, all), sold_.end(), 0)};
  }

private:
  std::mutex mutex_;
  bool is_open_ = true;
  std::vector<int> sold_;
};

} // namespace cron_sample
