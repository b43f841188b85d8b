// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/shard/foreign_code.hpp"
#include "actors/worker/workflow/workflow_job.hpp"
#include "runtime/rpc/bytes.hpp"
#include "runtime/workflow/instance.hpp"

#include <caf/actor_control_block.hpp>

#include <exception>
#include <memory>
#include <optional>

namespace troupe::actors {

class workflow_instance_actor;

/// The workflow's code on its way through one step of a task: what an instance actor has run by its
/// shard. Used again for the actor's next step, unless it does not come back.
class workflow_code final : public foreign_code {
public:
  explicit workflow_code(workflow_instance_actor& of);
  ~workflow_code() override;

  using history_page = temporal::api::workflowservice::v1::GetWorkflowExecutionHistoryResponse;

  /// Before it is handed to the shard: with whose task, and with the page of history that the run
  /// has asked for, if it has. The actor keeps both alive until it hears of the end.
  void prepare(workflow_job& with, std::unique_ptr<history_page> page);
  /// The same with what came of a local activity.
  void prepare(workflow_job& with, workflow::local_result&& told);
  /// To answer the task, though the run still waits.
  void prepare_to_answer(workflow_job& with);
  /// To say that nobody here knows its type.
  void prepare_to_reject(
      workflow_job& with,
      std::shared_ptr<const workflow::environment> environment,
      std::string known_types);
  /// The actor has no use for it any more: if it has not begun, it does not.
  void forget() noexcept { job_ = nullptr; }
  /// When it was left behind: what it still uses is its own from here on.
  void keep(std::unique_ptr<workflow_job> job) noexcept { kept_ = std::move(job); }
  /// It is on the pool, and the actor ends without it: nothing of the actor is touched any more.
  void leave(std::unique_ptr<workflow_job> job) noexcept {
    of_ = nullptr;
    kept_ = std::move(job);
  }

  void run(way_home&) noexcept override { step(); }
  /// The same on any thread; `came_back` on the shard follows.
  void step() noexcept;
  void came_back() noexcept override;
  void left_behind(const std::source_location& coroutine) noexcept override;
  void dissolve() noexcept override;

  // What came of it.
  workflow::activation_need need;
  std::exception_ptr error;
  std::optional<workflow::activation_result> result;

private:
  workflow_instance_actor* of_;
  caf::strong_actor_ptr alive_; ///< the same, from `prepare` to the end of `run`
  workflow_job* job_ = nullptr;
  std::unique_ptr<history_page> page_;
  std::optional<workflow::local_result> told_;
  bool only_answers_ = false;
  std::shared_ptr<const workflow::environment> rejects_for_; ///< null: it does not reject
  std::string known_types_;
  std::unique_ptr<workflow_job> kept_;
};

} // namespace troupe::actors
