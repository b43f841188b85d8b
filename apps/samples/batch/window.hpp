// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/workflow/contract.hpp>
#include <troupe/workflow/definition.hpp>

#include <boost/describe.hpp>

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <utility>

// Many records, each processed by a child workflow, so many at a time: a window that slides over
// them. The batch continues as new again and again, and its children do not notice.
namespace batch_sample {

namespace workflow = troupe::workflow;

struct batch_state {
  int records = 0;         ///< there are in all, numbered from 0
  int window = 10;         ///< so many are processed at a time
  int starts_per_run = 50; ///< then it continues as new
  int next = 0;            ///< the first that is not begun
  std::set<int> running{}; ///< begun, and not ended
};
BOOST_DESCRIBE_STRUCT(batch_state, (), (records, window, starts_per_run, next, running))

struct batch_progress {
  int begun = 0;
  int ended = 0;
};
BOOST_DESCRIBE_STRUCT(batch_progress, (), (begun, ended))

struct batch {
  /// A child tells that its record is done. Not the result of the child: that goes to the run which
  /// started it, and that may have continued as new.
  static constexpr workflow::signal<int> done{"done"};
  static constexpr workflow::query<batch_progress()> progress{"progress"};
};

/// Works on one record.
struct process_record {
  static constexpr std::string_view name = "ProcessRecord";

  troupe::async<void> run(workflow::context ctx, int record) {
    co_await ctx.sleep(std::chrono::seconds{ctx.random().uniform(1, 10)});
    co_await ctx.external_workflow(ctx.info().parent_workflow_id).signal<batch::done>(record);
  }
};

class sliding_window {
public:
  static constexpr std::string_view name = "SlidingWindow";

  // Registered here, so that no signal is missed that came before `run` begins.
  explicit sliding_window(workflow::context ctx) {
    ctx.on_signal<batch::done>([this](int record) { ended_.insert(record); });
    ctx.on_query<batch::progress>([this] {
      return batch_progress{state_.next, state_.next - static_cast<int>(state_.running.size())};
    });
  }

  /// Gives the number of records.
  troupe::async<int> run(workflow::context ctx, batch_state state) {
    state_ = std::move(state);
    for (int started = 0; state_.next != state_.records; ++started) {
      co_await ctx.wait_condition([this] {
        take_ended();
        return static_cast<int>(state_.running.size()) < state_.window;
      });
      if (started == state_.starts_per_run)
        ctx.continue_as_new(state_);
      // It outlives this run of its parent, so it is abandoned when that ends. Its start is
      // awaited: what is not started when the run ends, is not started at all.
      co_await ctx.start_child<process_record>(
          {.id = ctx.info().workflow_id + "/" + std::to_string(state_.next),
           .parent_close_policy = workflow::parent_close_policy::abandon},
          state_.next);
      state_.running.insert(state_.next++);
    }
    co_await ctx.wait_condition([this] {
      take_ended();
      return state_.running.empty();
    });
    co_return state_.records;
  }

private:
  void take_ended() {
    for (const auto record : ended_)
      state_.running.erase(record);
    ended_.clear();
  }

  batch_state state_;
  std::set<int> ended_;
};

} // namespace batch_sample
