// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/messages.hpp"
#include "actors/shard/pinned_actor.hpp"
#include "actors/worker/inspection.hpp"
#include "actors/worker/worker_context.hpp"
#include "actors/worker/workflow/local_calls.hpp"
#include "actors/worker/workflow/workflow_job.hpp"
#include "actors/worker/workflow/workflow_tasks.hpp"

#include <troupe/tracing.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace temporal::api::workflowservice::v1 {
class GetWorkflowExecutionHistoryResponse;
}
namespace google::protobuf {
class Message;
}
namespace troupe::workflow {
class instance;
struct activation_need;
struct activation_result;
} // namespace troupe::workflow

namespace troupe::actors {

class workflow_code;

/// A thin shell around a run that has a task: runs it and sends its answer. There is one for each
/// run that has a task at the moment, and they are reused; what waits for its next task is a plain
/// object in the sticky cache.
///
/// The code of the run is foreign code: it runs beside the actor. If it does not come back the
/// actor fails the task and goes on without that run.
///
/// Owns:      while it has a task, that with its slot, the `workflow::instance` (the coroutine, its
///            machines).
/// Receives:  run_workflow_task and end_instance (sticky cache), history_page_fetched and
///            answer_replied (transport), local_activity_ended, task_overdue (own timer).
/// Sends:     run_idled, and the run with it, to the sticky cache.
/// Dies when: it is told to, or an exception escapes (then only the run that it has is lost).
class workflow_instance_actor final : public pinned_actor<workflow_instance_handle::base> {
public:
  workflow_instance_actor(
      caf::actor_config& cfg,
      shard& home,
      std::shared_ptr<worker_context> worker,
      workflow_shard& context,
      sticky_cache_handle cache,
      std::uint32_t lane);
  ~workflow_instance_actor() override;

  const char* name() const override { return "workflow_instance"; }
  behavior_type make_behavior() override;
  void on_exit() override;

  /// Shows the run that it has, if it has one. Asked by the cache, for snapshots.
  void describe_run(const snapshot_options& what, inspected_part& to) const;

  // -- for its code, on the shard, while this actor has nothing else to do
  void code_came_back() noexcept;
  void code_left_behind(const std::source_location& coroutine) noexcept;

private:
  /// What an answer says of the run's end, for metrics and the log.
  struct workflow_end {
    int command = 0; ///< 0: it goes on
    time_point started{};
    std::exception_ptr error;
  };
  /// What the answer to the running task is: decides what its reply means.
  enum class answer_kind { completed, failed, query };

  void begin();
  /// Takes the next step of the conversation with the run.
  void
  converse(std::unique_ptr<temporal::api::workflowservice::v1::GetWorkflowExecutionHistoryResponse>
               page);
  void run_code();
  /// Does what the run needs after a step.
  void on_step();
  /// The code has the run and will not give it back.
  void on_loss(const std::source_location& coroutine);
  /// Outside of a message: what is thrown ends the actor as if it came out of one.
  template <class Function>
  void guarded(Function what) noexcept;
  [[nodiscard]] bool is_away();
  void wait_for_local(workflow::activation_need need);
  /// Tells the run what came of a local activity; or the service that the task goes on; or waits.
  void go_on();
  void drop_local(bool stop);
  void fetch(std::string page_token);
  void on_page(const history_page_fetched& fetched);
  void send(workflow::activation_result result);
  void refuse_large_queries(
      google::protobuf::Message& answer, std::vector<workflow::failed_message>& failed);
  /// Sends it, or fails the task if user code put texts into it that nobody could read, or more
  /// than the service takes.
  void start_answer(std::string_view method, const google::protobuf::Message& answer);
  void transmit(rpc::call answer);
  [[nodiscard]] const std::string& run_id() const;
  void complete(google::protobuf::Message& answer);
  void ask_for_activities(google::protobuf::Message& answer);
  void fail_task(int cause, std::string message, const std::string& type);
  void count_failure(std::string_view reason);
  void warn_if_slow(duration took);
  void on_answer(const answer_replied& replied);
  void on_completed(const rpc::bytes& answer);
  void on_answer_error(const rpc_status& status);
  void report(std::string_view message, std::string error, log::level severity = log::level::warn);
  void report_messages(bool queries);
  void on_closed();
  void end(task_outcome outcome);
  workflow_instance_handle me() { return caf::actor_cast<workflow_instance_handle>(this); }

  std::shared_ptr<worker_context> worker_;
  workflow_shard& context_;
  sticky_cache_handle cache_;
  const std::uint32_t lane_;

  std::unique_ptr<workflow_job> job_; ///< null while it is free
  std::shared_ptr<workflow_code> code_;
  std::exception_ptr thrown_; ///< outside of a message
  std::uint64_t work_ = 0;    ///< counts tasks, so that late messages of an earlier one are known
  bool fetching_ = false;     ///< a page of history
  answer_kind answering_ = answer_kind::completed;
  workflow_end closing_;                         ///< how the answer ends the run
  std::vector<trace_span> spans_;                ///< that ended with the answer
  std::vector<workflow::failed_message> failed_; ///< of the task
  bool used_up_ = false;
  bool is_on_pool_ = false; ///< the code, with a thread of the pool

  std::vector<slot_permit> eager_slots_; ///< for the activities that the answer may bring

  std::unique_ptr<local_calls> local_; ///< null until there is a local activity
  executor::timer_id overdue_timer_ = 0;
  bool waits_for_local_ = false; ///< the code has run as far as it can
  time_point waits_since_{};     ///< for local activities
  duration waited_{};            ///< of the task, for local activities
  bool is_overdue_ = false;
};

} // namespace troupe::actors
