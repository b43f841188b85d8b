// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/messages/contract.hpp"

#include <troupe/error.hpp>
#include <troupe/workflow/definition.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace messages_sample {

/// Looks after the nodes of a cluster for as long as that is used: handlers that run side by side
/// and do not get into each other's way, and a run that leaves none of them behind when it ends or
/// continues as new.
class cluster_manager {
public:
  static constexpr std::string_view name = "ClusterManager";
  static constexpr std::size_t size = 5;

  // Handlers that are registered here hear of what came before `run` began, too.
  explicit cluster_manager(troupe::workflow::context ctx) {
    ctx.on_signal<cluster::start>([this] { state_.is_up = true; });
    ctx.on_signal<cluster::shut_down>([this] { shuts_down_ = true; });
    ctx.on_update<cluster::assign>(
        this,
        &cluster_manager::assign,
        &cluster_manager::check_assign,
        {.description = "Gives a job its nodes."});
    ctx.on_update<cluster::release>(this, &cluster_manager::release);
    ctx.on_query<cluster::state>([this] { return state_; });
  }

  troupe::async<cluster_state> run(troupe::workflow::context ctx, cluster_state before) {
    if (!before.nodes.empty())
      state_ = std::move(before); // of the run before this one
    co_await ctx.wait_condition(
        [this, ctx] { return shuts_down_ || ctx.continue_as_new_suggested(); });
    // Updates that are under way are answered before the run ends: their callers wait for that.
    co_await ctx.wait_condition([ctx] { return ctx.all_handlers_finished(); });
    if (!shuts_down_)
      ctx.continue_as_new(state_);
    state_.is_up = false;
    co_return state_;
  }

private:
  // A caller whose update is refused here leaves no trace in the history.
  void check_assign(const job& what) const {
    if (shuts_down_)
      refuse("the cluster shuts down");
    if (what.name.empty() || what.nodes < 1 || what.nodes > static_cast<int>(size))
      refuse("a job has a name and 1 to " + std::to_string(size) + " nodes");
  }

  troupe::async<std::vector<int>> assign(troupe::workflow::context ctx, job what) {
    co_await ctx.wait_condition([this] { return state_.is_up; });
    // The same job asked for twice has its nodes already: handlers can be called again.
    if (const auto has = nodes_of(what.name); !has.empty())
      co_return has;
    // One at a time: between finding nodes and taking them the code waits. Asked again after each
    // wait, as a condition may hold for several who wait for it.
    while (assigns_)
      co_await ctx.wait_condition([this] { return !assigns_; });
    assigns_ = true;
    const auto free = nodes_of("");
    if (free.size() < static_cast<std::size_t>(what.nodes)) {
      assigns_ = false;
      refuse("only " + std::to_string(free.size()) + " nodes are free");
    }
    const auto prepared = co_await ctx.sleep(std::chrono::seconds{1}).as_result(); // an activity
    assigns_ = false;
    if (!prepared)
      std::rethrow_exception(prepared.error());
    for (int i = 0; i != what.nodes; ++i)
      state_.nodes[static_cast<std::size_t>(free[static_cast<std::size_t>(i)])] = what.name;
    co_return nodes_of(what.name);
  }

  // A plain function is done at once: nothing comes in between.
  int release(std::string job_name) {
    const auto has = nodes_of(job_name);
    if (job_name.empty() || has.empty())
      refuse("no such job");
    for (const auto node : has)
      state_.nodes[static_cast<std::size_t>(node)].clear();
    return static_cast<int>(has.size());
  }

  [[nodiscard]] std::vector<int> nodes_of(std::string_view job_name) const {
    std::vector<int> found;
    for (std::size_t i = 0; i != state_.nodes.size(); ++i)
      if (state_.nodes[i] == job_name)
        found.push_back(static_cast<int>(i));
    return found;
  }

  [[noreturn]] static void refuse(const std::string& why) {
    throw troupe::application_error(why, {.type = "Refused"});
  }

  cluster_state state_{.nodes = std::vector<std::string>(size)};
  bool shuts_down_ = false;
  bool assigns_ = false;
};

} // namespace messages_sample
