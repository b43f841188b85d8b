// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/worker/activity/local_activities.hpp"
#include "runtime/workflow/instance.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::actors {

/// The local activities that the run of one instance actor has asked for, and what came of them and
/// was not told yet. They belong to that run: with it they are dropped. Used on the shard.
class local_calls {
public:
  explicit local_calls(local_activities& on) : on_(on) {}
  local_calls(const local_calls&) = delete;
  local_calls& operator=(const local_calls&) = delete;

  /// Starts and cancels what a run needs. `of` names the workflow.
  void begin(
      const std::shared_ptr<worker_context>& worker,
      workflow::activation_need& need,
      const workflow::instance& of,
      const workflow_instance_handle& asker,
      time_point now);
  /// One has ended; false if it is none of this run's.
  bool take(local_activity_ended& ended);
  /// The next outcome to tell the run.
  [[nodiscard]] std::optional<workflow::local_result> next();
  /// The run is gone, or waits for none of them any more. `stop`: they are asked to stop.
  void drop(bool stop);

  [[nodiscard]] bool empty() const noexcept { return running_.empty() && came_.empty(); }

private:
  struct call {
    std::uint64_t id = 0;  ///< the run's
    std::uint64_t key = 0; ///< the shard's
  };

  local_activities& on_;
  std::uint64_t run_ = 1; ///< counts runs, so that late outcomes of an earlier one are known
  std::optional<workflow::info> of_; ///< the run, whose names do not change; asked for once
  std::vector<call> running_;
  std::deque<workflow::local_result> came_;
};

} // namespace troupe::actors
