// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/history/step_jobs.hpp"
#include "runtime/workflow/instance.hpp"
#include "runtime/workflow/machines/machine.hpp"
#include "runtime/workflow/messages/failed_message.hpp"
#include "runtime/workflow/random.hpp"

#include <troupe/result.hpp>
#include <troupe/workflow/definition.hpp>
#include <troupe/workflow/detail/run.hpp>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace google::protobuf {
template <class T>
class RepeatedPtrField;
}
namespace temporal::api::common::v1 {
class Payload;
}
namespace temporal::api::history::v1 {
class History;
class WorkflowExecutionStartedEventAttributes;
} // namespace temporal::api::history::v1

namespace troupe::workflow {

class close_machine;
class begun;
class interception;
struct continue_as_new_input;
struct execute_input;
struct query_input;
struct signal_input;
struct update_input;
class local_activity_pending;
class update_machine;
struct received_update;
struct described;
struct version_notes;

/// Who writes into a history.
struct sdk_identity {
  std::string name;
  std::string version;
  friend bool operator==(const sdk_identity&, const sdk_identity&) = default;
};
/// Us.
[[nodiscard]] const sdk_identity& our_sdk();

/// One run from the inside: the run queue of its coroutines, its machines, its messages, and the
/// walk over its history.
///
/// `instance` speaks the protocol around it; contexts, futures and machines speak to it through
/// `run` and `machine_host`.
class engine final : public detail::run, public machine_host {
public:
  engine(
      std::shared_ptr<const workflow::definition> definition,
      std::shared_ptr<const workflow::environment> environment,
      std::string run_id);
  ~engine() override;

  /// Destroys the coroutines; from now on everything they or others ask is refused.
  void evict() noexcept;

  // -- history --

  struct walk {
    bool replay_only = false;
    bool to_the_end = false;   ///< the events behind the last step are consumed too
    bool more_to_come = false; ///< `history` has only the first of the events
    const step_jobs::protocol_messages* messages = nullptr; ///< of the task that the last step is
  };
  /// Applies all steps in `history` behind the last event seen, runs the code of each, and checks
  /// its commands against the next one's events. False: more history is to come and is needed,
  /// since a step needs to see the next one. Throws `nondeterminism_error` and `history_error`;
  /// what the code itself did wrong is in `task_error`.
  bool apply(temporal::api::history::v1::History& history, const walk& how);

  /// The commands that are not in the history yet; each can be written once.
  void write_commands(google::protobuf::RepeatedPtrField<wire_command>& to);
  /// The messages that go out beside them.
  void write_messages(google::protobuf::RepeatedPtrField<protocol_message>& to);

  /// The spans that ended with this task; none without a tracer.
  [[nodiscard]] std::vector<trace_span> take_spans();
  /// How long the task's replay took; absent if it had none, or ended in it. Once a task.
  [[nodiscard]] std::optional<duration> take_replay_time() noexcept;
  /// What the last task has met.
  [[nodiscard]] std::vector<failed_message> take_failed_messages();

  // -- local activities --

  [[nodiscard]] bool waits_for_local_work() const noexcept;
  /// What the worker has not been told yet.
  [[nodiscard]] activation_need local_work_to_do();
  /// Runs the code with what came of one.
  void resolve_local(local_result&& result);

  [[nodiscard]] const std::exception_ptr& task_error() const noexcept { return task_error_; }
  /// True if the code has ended the run, or the history has.
  [[nodiscard]] bool closing() const noexcept { return static_cast<bool>(close_); }
  /// The `CommandType` that ends the run, 0 while it goes on; the error that fails it, null if none
  /// does.
  [[nodiscard]] int closing_command() const noexcept;
  [[nodiscard]] std::exception_ptr closing_error() const noexcept;
  /// Whether an error that is no `failure_error` is the run's end, and not only its task's.
  [[nodiscard]] bool fails_workflow(const std::exception_ptr& error) const;
  [[nodiscard]] time_point start_time() const noexcept { return start_time_; }
  [[nodiscard]] bool closed_by_history() const noexcept { return closed_by_history_; }
  [[nodiscard]] std::int64_t last_event_id() const noexcept { return last_event_id_; }
  void set_last_event_id(std::int64_t id) noexcept { last_event_id_ = id; }
  /// Flags of sdk-core seen in the history (or written), as bits.
  [[nodiscard]] std::uint64_t core_flags() const noexcept { return core_flags_; }
  void add_core_flags(std::uint64_t flags) noexcept { core_flags_ |= flags; }
  /// The SDK that answered the run's last task by its name and version, both empty if that is not
  /// known.
  [[nodiscard]] const sdk_identity& sdk() const noexcept;
  void set_sdk(sdk_identity by);
  /// A new engine for the same run, from the start.
  [[nodiscard]] detail::ref<engine> fresh() const;
  [[nodiscard]] const workflow::environment& environment() const noexcept { return *environment_; }
  void set_run_id(std::string id) { run_id_ = std::move(id); }
  [[nodiscard]] const std::string& run_id() const noexcept { return run_id_; }

  // -- messages --

  /// Answers a query; throws what the handler throws, and a readable error for an unknown name.
  payload answer_query(const std::string& name, payloads input, headers with = {});
  [[nodiscard]] std::string stack_trace() const;
  [[nodiscard]] std::vector<std::string> waits_for() const;
  /// Says in the log which handlers of messages the end of the run interrupts.
  void warn_of_unfinished_handlers();
  [[nodiscard]] std::size_t memory_bytes() const noexcept;

  // -- run --

  const data_converter& converter() const noexcept override { return *converter_; }
  data_converter converter_of_activity(
      std::string_view type, std::string_view task_queue, bool is_local) const override;
  data_converter
  converter_of_workflow(std::string_view name_space, std::string_view workflow_id) const override;
  const data_converter& shared_converter() const noexcept override {
    return environment_->converter;
  }
  std::string draw_child_id() override;
  info get_info() const override;
  payloads last_completion_result() const override;
  failure_cause last_failure() const override;
  troupe::meter metrics() override;
  const std::string& workflow_type() const noexcept override { return definition_->name; }
  time_point now() const noexcept override { return now_; }
  std::uint64_t random() override;
  std::uint64_t random_of(std::string_view stream) override;
  bool is_replaying() const noexcept override { return replaying_; }
  bool continue_as_new_suggested() const noexcept override { return continue_as_new_suggested_; }
  std::int64_t history_length() const noexcept override { return last_event_id_; }

  detail::ref<detail::pending>
  start_timer(duration after, const timer_options& options, detail::scope& within) override;
  detail::ref<detail::pending>
  wait_for(unique_function<bool()> condition, detail::scope& within) override;
  detail::nexus_pendings
  start_nexus_operation(detail::nexus_request&& request, detail::scope& within) override;
  detail::ref<detail::payload_pending>
  start_activity(detail::activity_request&& request, detail::scope& within) override;
  detail::ref<detail::payload_pending>
  start_local_activity(detail::local_activity_request&& request, detail::scope& within) override;
  detail::child_pendings
  start_child(detail::child_request&& request, const detail::ref<detail::scope>& within) override;
  detail::ref<detail::pending>
  signal_external(detail::external_signal&& signal, detail::scope& within) override;
  detail::ref<detail::pending> cancel_external(detail::external_cancel&& request) override;
  detail::ref<detail::pending> wait_for_cancel(detail::scope& within) override;
  bool has_patch(std::string_view id, bool deprecated) override;
  int get_version(std::string_view change_id, int oldest, int newest) override;
  payload side_effect(unique_function<payload()> compute) override;
  payload mutable_side_effect(
      std::string_view id,
      unique_function<payload()> compute,
      unique_function<bool(const payload&, const payload&)> same) override;
  void upsert_search_attributes(std::vector<std::pair<std::string, payload>>&& changes) override;
  std::optional<payload> search_attribute_of(std::string_view name) override;
  void upsert_memo(std::vector<std::pair<std::string, payload>>&& changes) override;
  std::optional<payload> memo_of(std::string_view name) override;
  void set_current_details(std::string details) override;
  [[nodiscard]] std::string current_details() const override;
  void spawn(async<void> body) override;
  void on_signal(std::string name, detail::signal_handler handler) override;
  [[nodiscard]] detail::ref<detail::ref_counted>
  signal_channel_of(std::string_view name, const std::type_info& types) const override;
  void on_query(std::string name, detail::query_handler handler) override;
  void on_update(std::string name, detail::update_handler handler) override;
  void deliver_early() override;
  void fail_handler(std::exception_ptr why) override;
  void spawn_handler(async<void> body) override;
  [[nodiscard]] bool all_handlers_finished() const noexcept override;
  void
  log(log::level severity, std::string_view message, std::span<const log::field> fields) override;

  // -- machine_host --

  void require_writable() const override;
  void issue(machine& by, int command) override;
  void track(std::int64_t event_id, machine& to) override;
  void forget(std::int64_t event_id) override;
  protocol_message& send() override;
  [[nodiscard]] std::span<const history_event* const> ahead() const noexcept override;
  void run_locally(local_machine& by, detail::local_activity_request&& what) override;
  void cancel_locally(local_machine& by) override;
  void leave_locally(local_machine& by, bool stop) override;
  void advance_time(time_point to) override { now_ = std::max(now_, to); }
  [[nodiscard]] bool ids_are_ours() const noexcept override;
  [[nodiscard]] bool default_ids_are_ours() const noexcept override;
  [[nodiscard]] const data_converter& payload_converter() const noexcept override {
    return *converter_;
  }

private:
  struct issued_command {
    detail::ref<machine> by;
    int command;
  };
  /// A coroutine that works on a message.
  struct running_handler {
    std::string name = {};      ///< of the message
    std::string update_id = {}; ///< empty for a signal
    unfinished_policy unfinished = unfinished_policy::warn_and_abandon;
    /// `handler of update add (u1)`.
    [[nodiscard]] std::string text() const;
  };
  /// The signal whose handler is being called.
  struct told_signal {
    const std::string& name;
    unfinished_policy unfinished;
  };
  /// What the handler of a signal came to that interceptors stand around.
  struct captured_handler {
    std::optional<async<void>> body;
    std::exception_ptr error;
  };
  struct coroutine : detail::list_node {
    detail::suspended start;
    std::optional<async<void>> body;
    std::unique_ptr<running_handler> handler; ///< null for what the code has spawned
  };
  struct received_signal {
    std::string name;
    payloads input;
    std::int64_t event_id = 0;
    std::optional<trace_context> sender = {}; ///< of one that is traced
    troupe::headers headers = {};             ///< for interceptors
  };
  /// Signals, queries, updates and who handles them.
  struct messages {
    std::vector<std::pair<std::string, detail::signal_handler>> signal_handlers;
    std::vector<detail::signal_handler> replaced_handlers; ///< their coroutines may still run
    std::vector<received_signal> unhandled_signals;
    std::vector<std::pair<std::string, detail::query_handler>> query_handlers;
    std::vector<std::pair<std::string, detail::update_handler>> update_handlers;
    std::vector<detail::update_handler> replaced_updates; ///< their coroutines may still run
    const told_signal* now_told = nullptr;
    captured_handler* captured = nullptr; ///< null: handlers run by themselves
    bool tells_at_once = false; ///< coroutines of handlers begin in the call that tells them
  };
  /// While messages are told in their order: each handler begins before the next one is told.
  struct told_at_once {
    explicit told_at_once(messages& to) noexcept
        : all(to), before(std::exchange(to.tells_at_once, true)) {}
    told_at_once(const told_at_once&) = delete;
    told_at_once& operator=(const told_at_once&) = delete;
    ~told_at_once() { all.tells_at_once = before; }
    messages& all;
    bool before;
  };
  /// While code runs that must not change anything.
  struct read_only {
    enum class by : std::uint8_t { nobody, query, validator, side_effect };
    read_only(engine& of, by whom) noexcept
        : owner(of), before(std::exchange(of.read_only_by_, whom)) {}
    read_only(const read_only&) = delete;
    read_only& operator=(const read_only&) = delete;
    ~read_only() { owner.read_only_by_ = before; }
    engine& owner;
    by before;
  };
  struct condition;
  struct extras;

  void add_code_waits(std::vector<std::string>& to) const;

  // history/history_walk.cpp
  void apply_step(
      temporal::api::history::v1::History& history,
      int first,
      int last,
      bool runs_code,
      step_jobs& todo);
  void time_replay();
  void look_ahead(temporal::api::history::v1::History& history, int from, step_jobs& todo);
  void run_step(const step_jobs& todo);
  void walk_event(history_event& event, const event_row& row, bool is_last);
  void begin(history_event& event);
  void begin_trace(
      const temporal::api::history::v1::WorkflowExecutionStartedEventAttributes& attributes);
  void start_task(const history_event& event);
  void take_options(const history_event& event);
  void merge_metadata(const history_event& completed);
  void match_command(const history_event& event, const event_row& row);
  void check_all_matched(std::int64_t completed_event_id);
  machine* machine_of(const history_event& event, const event_row& row) const;

  // local_activities.cpp
  friend class local_activity_pending;
  void begin_local(local_activity_pending& what, detail::local_activity_request&& request);
  void retry_local_later(
      local_activity_pending& what, detail::local_activity_request&& request, duration after);
  static async<void> retry_local(
      engine* self,
      detail::ref<local_activity_pending> what,
      detail::ref<detail::pending> timer,
      detail::local_activity_request request);
  void resolve_ahead();
  void bring_to_front(const history_event& event, const event_row& row);

  // versions.cpp
  [[nodiscard]] version_notes& with_versions();
  /// True for a marker, or what belongs to one, that code of another version may do without.
  [[nodiscard]] bool may_lack_command(const history_event& event, const event_row& row);
  void note(std::unique_ptr<wire_command> command, std::string subject);
  /// Nothing if it is too long for the service.
  [[nodiscard]] std::optional<payload> changes_as_attribute();
  void note_changes(payload&& attribute);
  [[nodiscard]] bool activates_patch(std::string_view id);
  [[nodiscard]] payload compute(unique_function<payload()>& what);
  [[noreturn]] void lacks_marker(const std::string& subject);
  /// The error goes through the code that runs, and fails its task whatever that does.
  [[noreturn]] void fail_task(std::exception_ptr why);

  // upserts.cpp
  [[nodiscard]] described& with_described();

  // messages/protocol_messages.cpp
  void deliver_message(const protocol_message& message);
  void deliver_update_event(const history_event& event);
  void deliver_update(received_update&& update);
  /// Those that had no handler when they came, now that all of the code waits. False: none.
  bool deliver_waiting_updates();
  [[nodiscard]] detail::update_handler* update_handler_of(const std::string& name);
  void begin_update(detail::update_handler& handler, received_update&& update);
  void reject(const received_update& update, const std::exception_ptr& why);
  static async<void> run_update(
      engine* self, detail::ref<update_machine> accepted, std::string name, async<payload> handler);
  void end_update(update_machine& accepted, const std::string& name, result<payload>&& outcome);
  /// Whether the error of a handler is its caller's; else it is the task's, and says so.
  [[nodiscard]] bool fails_update(std::exception_ptr& error) const;

  // interception.cpp
  friend class interception;
  /// Null for most runs.
  [[nodiscard]] interception* interceptors() const noexcept;
  /// The code, with the interceptors around it if there are some.
  [[nodiscard]] async<payload> make_main(payloads&& input);
  static async<payload> run_intercepted(engine* self, execute_input in);
  static async<void> run_signal(engine* self, received_signal signal);
  /// Behind the interceptors.
  static async<void> call_signal_handler(engine* self, signal_input in);
  void signal_told(
      const std::string& name,
      const std::optional<trace_context>& sender,
      const std::exception_ptr& failed);
  static async<payload> run_update_handler(engine* self, update_input in);
  /// `instead_of` is what it may stand for, with `read_with` if it is another one; see
  /// `payload_pending::narrowed`.
  [[nodiscard]] detail::ref<detail::payload_pending> as_encoded(
      future<payload> result,
      const detail::ref<detail::payload_pending>& instead_of,
      std::unique_ptr<const data_converter> read_with);
  template <class Start, class... Args>
  [[nodiscard]] detail::ref<detail::pending>
  as_start(const begun& made, const detail::ref<detail::payload_pending>& result, Args... args);
  detail::child_pendings
  intercept_child(detail::child_request&& request, const detail::ref<detail::scope>& within);
  detail::nexus_pendings
  intercept_nexus_operation(detail::nexus_request&& request, detail::scope& within);
  void intercept_continue_as_new(continue_as_new_request&& request);

  // serialization.cpp
  /// The run has an id: from now on the codec is the one for it.
  void narrow_converter(std::string_view workflow_id);
  /// For `payload_pending::narrowed`.
  [[nodiscard]] std::unique_ptr<const data_converter>
  read_activity_with(std::string_view type, std::string_view task_queue, bool is_local) const {
    return tells_contexts() ? std::make_unique<const data_converter>(
                                  converter_of_activity(type, task_queue, is_local))
                            : nullptr;
  }
  /// It is what `draw_child_id` gave last.
  [[nodiscard]] bool is_drawn(const std::string& child_id) const noexcept;

  // messages/handlers.cpp
  static async<void> drive_signal_handler(engine* self, std::string name, async<void> body);
  void fail_signal(const std::string& name, std::exception_ptr why);
  void note_failed(failed_message&& failed);
  void run_handler(async<void> body, running_handler&& what, bool at_once);

  // engine.cpp
  [[noreturn]] void refuse_foreign_thread() const;
  void run_code();
  bool test_conditions();
  void reap();
  void log(log::level severity, std::string_view message, std::initializer_list<log::field> fields);
  void finish_main();
  void end_with(std::exception_ptr why);
  void close_with(std::unique_ptr<wire_command> command, std::exception_ptr why = nullptr);
  void continue_as_new(continue_as_new_request&& request);
  void deliver_signal(received_signal&& signal);
  [[nodiscard]] detail::signal_handler* signal_handler_of(const std::string& name);
  [[nodiscard]] payload call_query_handler(const std::string& name, payloads input);
  // What is behind the interceptors of the calls of the same name.
  detail::ref<detail::pending>
  begin_timer(duration after, const timer_options& options, detail::scope& within);
  detail::nexus_pendings
  begin_nexus_operation(detail::nexus_request&& request, detail::scope& within);
  detail::ref<detail::payload_pending>
  begin_activity(detail::activity_request&& request, detail::scope& within);
  detail::ref<detail::payload_pending>
  begin_local_activity(detail::local_activity_request&& request, detail::scope& within);
  detail::child_pendings
  begin_child(detail::child_request&& request, const detail::ref<detail::scope>& within);
  detail::ref<detail::pending>
  begin_signal(detail::external_signal&& signal, detail::scope& within);
  detail::ref<detail::pending> begin_cancel(detail::external_cancel&& request);
  /// Writes the trace of what the code is about to begin.
  void trace_call(const char* what, const std::string& name, headers& to);
  [[nodiscard]] payload metadata() const;
  [[nodiscard]] payload enhanced_stack_trace() const;
  /// `visit(frames, handler)` for each coroutine that is under way; `handler` is null of what the
  /// code began.
  template <class Visit>
  void for_each_stack(Visit visit) const;
  [[nodiscard]] messages& with_messages();
  [[nodiscard]] extras& with_extras();
  /// Parsed anew each time: a run asks its `info` far less often than it waits.
  [[nodiscard]] temporal::api::history::v1::WorkflowExecutionStartedEventAttributes started() const;
  [[nodiscard]] std::string own_task_queue() const;
  [[nodiscard]] std::string text_of(const temporal::api::common::v1::Payload& said) const;
  std::shared_ptr<const workflow::definition> definition_;
  std::shared_ptr<const workflow::environment> environment_;
  const data_converter* converter_; ///< the environment's, or one of the extras
  std::string run_id_;
  std::string started_; ///< what is kept of the attributes of WorkflowExecutionStarted, serialised

  detail::ref<detail::scope> root_;
  std::optional<async<payload>> main_;
  detail::suspended main_start_;
  detail::list_node coroutines_;
  detail::list_node conditions_;

  std::vector<issued_command> commands_;
  detail::ref<close_machine> close_;
  std::vector<std::pair<std::int64_t, detail::ref<machine>>> machines_; ///< by event id, ascending

  std::unique_ptr<messages> messages_; ///< null until there is one of them

  std::exception_ptr task_error_;
  std::source_location ran_last_;  ///< of its coroutines, in the last task
  std::unique_ptr<extras> extras_; ///< null until there is one of them
  time_point now_{};
  time_point start_time_{};
  time_point execution_time_{};
  std::int64_t last_event_id_ = 0;
  std::int64_t merged_event_id_ = 0; ///< of the completed task whose metadata was merged last
  std::int64_t history_size_bytes_ = 0;
  std::int64_t replay_time_ = 0; ///< of this task: its beginning, or, when it is over, its length
  std::uint64_t core_flags_ = 0;
  std::uint32_t frame_bytes_ = 0;
  std::uint32_t next_command_ = 0;
  std::uint32_t last_timer_ = 0;
  std::uint32_t last_activity_ = 0;
  bool has_begun_ = false;
  bool continue_as_new_suggested_ = false;
  std::uint8_t continue_as_new_reasons_ = 0; ///< a bit each
  bool target_version_changed_ = false;
  bool cancel_requested_ = false;
  bool replaying_ = false;
  bool has_caught_up_ = false; ///< in this task, after a replay
  bool close_matched_ = false;
  bool closed_by_history_ = false;
  bool is_made_early_ = false; ///< the workflow's object is not made yet, and may want messages
  read_only::by read_only_by_ = read_only::by::nobody;
  bool is_sdk_ours_ = false;
};

} // namespace troupe::workflow
