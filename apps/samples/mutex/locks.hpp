// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/implementation.hpp>
#include <troupe/client.hpp>
#include <troupe/error.hpp>
#include <troupe/workflow/contract.hpp>
#include <troupe/workflow/definition.hpp>

#include <boost/describe.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// One workflow at a time may use a resource: a workflow of its own for each resource grants it.
// (Within one workflow, `troupe::workflow::mutex` does.)
namespace mutex_sample {

namespace activity = troupe::activity;
namespace workflow = troupe::workflow;

struct lock_request {
  std::string resource;
  std::string workflow_id; ///< who wants it
};
BOOST_DESCRIBE_STRUCT(lock_request, (), (resource, workflow_id))

/// What the resource's workflow is told.
struct lock {
  static constexpr workflow::signal<std::string> wanted{"wanted"}; ///< by the workflow of that id
  static constexpr workflow::signal<std::string> released{"released"}; ///< the same
};
/// Tells who wanted it that it is his: the lock's workflow id.
inline constexpr workflow::signal<std::string> granted{"granted"};

/// Asks for the lock, and starts the resource's workflow if nobody did: one call, so nothing comes
/// in between. A workflow cannot do that itself.
inline constexpr activity::contract<void(lock_request)> ask_for_lock{"ask_for_lock"};

/// Grants a resource to those who ask, one after another, and ends when nobody does.
class resource_lock {
public:
  static constexpr std::string_view name = "ResourceLock";
  /// Who holds it longer is taken for dead.
  static constexpr std::chrono::hours longest_hold{1};

  // Registered here, so that no signal is missed that came before `run` begins.
  explicit resource_lock(workflow::context ctx) {
    ctx.on_signal<lock::wanted>([this](std::string by) { queue_.push_back(std::move(by)); });
    ctx.on_signal<lock::released>([this](std::string by) {
      if (by == holder_) // not of one who was taken for dead
        holder_.clear();
    });
  }

  /// `queue`: who asked a run before this one.
  troupe::async<void> run(workflow::context ctx, std::vector<std::string> queue) {
    queue_.insert(queue_.begin(), queue.begin(), queue.end());
    while (!queue_.empty()) {
      if (ctx.continue_as_new_suggested())
        ctx.continue_as_new(queue_);
      holder_ = queue_.front();
      queue_.erase(queue_.begin());
      // One that has ended meanwhile cannot be told.
      if (co_await ctx.external_workflow(holder_)
              .signal<granted>(ctx.info().workflow_id)
              .as_result())
        co_await ctx.wait_condition([this] { return holder_.empty(); }, longest_hold);
      holder_.clear();
    }
  }

private:
  std::vector<std::string> queue_;
  std::string holder_;
};

/// Uses a resource, alone.
struct uses_resource {
  static constexpr std::string_view name = "UsesResource";

  troupe::async<std::string> run(workflow::context ctx, std::string resource) {
    auto mine = ctx.signal_channel<granted>().receive();
    const auto me = ctx.info().workflow_id;
    co_await ctx.execute_local<ask_for_lock>(
        {.start_to_close_timeout = std::chrono::seconds{5}}, lock_request{resource, me});
    const auto lock_id = co_await mine;
    const auto from = ctx.now();
    co_await ctx.sleep(std::chrono::minutes{1}); // what takes time, and must not be done twice
    const auto used = ctx.now() - from;
    co_await ctx.shielded().external_workflow(lock_id).signal<lock::released>(me);
    co_return me + " used it for "
        + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(used).count()) + " s";
  }
};

/// The activity: `task_queue` is that of the locks.
inline auto ask_for_lock_at(std::string task_queue) {
  return activity::implement<ask_for_lock>(
      [task_queue = std::move(task_queue)](
          activity::context ctx, lock_request what) -> activity::async<void> {
        co_await ctx.client().async().signal_with_start_workflow<resource_lock>(
            {.id = "lock:" + what.resource, .task_queue = task_queue},
            troupe::message<lock::wanted>(what.workflow_id),
            std::vector<std::string>{});
      });
}

} // namespace mutex_sample
