// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/start_workflow_options.hpp>
#include <troupe/error.hpp>
#include <troupe/priority.hpp>
#include <troupe/workflow/activity_calls.hpp>
#include <troupe/workflow/detail/run.hpp>
#include <troupe/workflow/external.hpp>
#include <troupe/workflow/future.hpp>
#include <troupe/workflow/traits.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace troupe::workflow {

/// What the parent waits for after it asked a child to cancel.
enum class child_cancellation_type {
  wait_completed, ///< until the child ended, however it ended
  wait_requested, ///< until the child was told (or could not be, which is then the error)
  try_cancel,     ///< not at all: the wait ends canceled, the request is sent
  abandon,        ///< not at all, and no request is sent
};

/// What becomes of a child when its parent ends first. The numbers are those of the wire.
enum class parent_close_policy {
  unspecified = 0, ///< the service's default: terminate
  terminate = 1,
  abandon = 2, ///< it goes on
  request_cancel = 3,
};

/// How a child is started. Limits that are absent are none, or the service's defaults.
struct child_workflow_options {
  std::string id = {};         ///< empty: a UUID, the same on replay
  std::string task_queue = {}; ///< empty: the workflow's
  /// What a parent that cancels the child waits for.
  child_cancellation_type cancellation_type = child_cancellation_type::wait_completed;
  /// When this workflow ends before the child does.
  workflow::parent_close_policy parent_close_policy = workflow::parent_close_policy::terminate;
  /// If there is a closed run of that id. One that is open makes the start fail, unless it is
  /// `terminate_if_running`.
  workflow_id_reuse_policy id_reuse_policy = workflow_id_reuse_policy::unspecified;
  std::optional<duration> execution_timeout = {}; ///< all runs together, retries included
  std::optional<duration> run_timeout = {};       ///< of one run
  std::optional<duration> task_timeout = {};      ///< of one workflow task
  /// Absent: a child that fails is not started again.
  std::optional<workflow::retry_policy> retry_policy = {};
  std::string cron_schedule = {}; ///< empty: once
  /// Values for people and lists, made with `troupe::encode_value(x)`.
  std::vector<std::pair<std::string, payload>> memo = {};
  /// Indexed values: payloads that carry their `type` in the metadata.
  std::vector<std::pair<std::string, payload>> search_attributes = {};
  troupe::priority priority = {};  ///< what is absent is the workflow's
  std::string static_summary = {}; ///< one line for people, shown by user interfaces
  std::string static_details = {};
  std::string name_space = {}; ///< empty: the workflow's
};

/// The child's id is taken, and its policy says that a start then fails.
class child_already_started_error : public application_error {
public:
  /// Made by the library, of the event that says so.
  child_already_started_error(std::string workflow_id, std::string workflow_type)
      : application_error(
            "Workflow execution already started", {.type = "WorkflowAlreadyStartedError"}),
        workflow_id_(std::move(workflow_id)), workflow_type_(std::move(workflow_type)) {}

  /// The id that is taken.
  [[nodiscard]] const std::string& workflow_id() const noexcept { return workflow_id_; }
  /// Of the child that was not started.
  [[nodiscard]] const std::string& workflow_type() const noexcept { return workflow_type_; }

  [[nodiscard]] std::string distinction() const override { return workflow_id_; }
  [[nodiscard]] std::exception_ptr to_exception_ptr() const override {
    return std::make_exception_ptr(*this);
  }

private:
  std::string workflow_id_;
  std::string workflow_type_;
};

namespace detail {

struct child_request {
  std::string type;
  payloads input;
  child_workflow_options options;
  troupe::headers headers = {};
};

/// The two things to wait for in one child. `started` settles with `result` at the latest.
struct child_pendings {
  ref<pending> started;
  ref<payload_pending> result;
};

/// A child as those know it who talk to it.
struct child_identity {
  std::string name_space; ///< empty: the workflow's
  std::string workflow_id;
  std::string run_id;
};
/// Of what `run::start_child` gave as the result.
child_identity identity_of_child(const payload_pending& result);
/// An interceptor gave a result without starting a child.
[[noreturn]] void refuse_to_signal_nobody();

/// Settles with the child's start, and hands its handle out.
class child_start_pending : public pending {
public:
  child_start_pending(run& owner, ref<payload_pending> of, ref<scope> within)
      : pending(owner), result(std::move(of)), scope_of_messages(std::move(within)) {}
  void cancel(const std::string& reason) override {
    if (!result->settled())
      result->cancel(reason);
  }
  ref<payload_pending> result;
  ref<scope> scope_of_messages;
};

} // namespace detail

/// A child that has started. A cheap handle, passed by value.
template <class Output>
class child_workflow_handle : public signal_calls<child_workflow_handle<Output>> {
public:
  /// Made by the library.
  child_workflow_handle(
      detail::ref<detail::payload_pending> result, detail::ref<detail::scope> within)
      : result_(std::move(result)), within_(std::move(within)) {}

  /// The child's, which its runs share.
  [[nodiscard]] std::string workflow_id() const {
    return detail::identity_of_child(*result_).workflow_id;
  }
  /// The child's first run: it may continue as another one, or be started again.
  [[nodiscard]] std::string run_id() const { return detail::identity_of_child(*result_).run_id; }
  /// Waits for the outcome of its last run; a failure is a `child_workflow_error` whose cause says
  /// why.
  future<Output> result() const { return {result_, &detail::take_payload<Output>}; }
  /// Asks it to cancel; what `result` then waits for is the cancellation type's matter.
  void cancel(const std::string& reason = {}) const { result().cancel(reason); }

private:
  friend signal_calls<child_workflow_handle>;
  [[nodiscard]] data_converter converter_of_messages() const {
    const auto& owner = result_->owner();
    if (!owner.tells_contexts())
      return owner.converter();
    const auto to = detail::identity_of_child(*result_);
    return owner.converter_of_workflow(to.name_space, to.workflow_id);
  }
  /// To its current run, whichever that is.
  [[nodiscard]] future<void> send(std::string name, payloads input) const {
    auto to = detail::identity_of_child(*result_);
    if (to.workflow_id.empty())
      detail::refuse_to_signal_nobody();
    return {
        result_->owner().signal_external(
            {.to = {std::move(to.workflow_id), {}, std::move(to.name_space)},
             .is_child = true,
             .signal_name = std::move(name),
             .input = std::move(input)},
            *within_),
        nullptr};
  }

  detail::ref<detail::payload_pending> result_;
  detail::ref<detail::scope> within_;
};

namespace detail {

template <class Output>
child_workflow_handle<Output> take_child(pending& from) {
  auto& start = static_cast<child_start_pending&>(from);
  return {start.result, start.scope_of_messages};
}

// The names of these conditions are part of the compiler's messages.

template <class T>
inline constexpr bool is_a_workflow = troupe::detail::workflow_class<T>;
// Apart from the traits, which complain about what is no workflow: overloads by name are not meant.
template <class T>
struct child_result {};
template <class T>
  requires is_a_workflow<T>
struct child_result<T> {
  using type = typename workflow_traits<T>::result;
};
template <class T>
using child_result_t = typename child_result<T>::type;

} // namespace detail

/// What a workflow's context can do with children; the base of `workflow::context`.
///
///     auto text = co_await ctx.execute_child<greeter>({.id = "greeter-1"}, "Ann");
///
/// A child is started when it is called, so several run side by side; awaiting the future gives its
/// result, `cancel` of the future cancels it as its cancellation type says, and so does the
/// context's scope. A failure is a `child_workflow_error` whose cause says why, or a
/// `child_already_started_error`. A child that is cancelled in the task that starts it is not sent.
template <class Context>
class child_calls {
public:
  // -- of a C++ class --

  /// Starts a child; the future yields its result.
  template <class Workflow, class... Args>
    requires detail::is_a_workflow<Workflow>
  future<detail::child_result_t<Workflow>>
  execute_child(child_workflow_options options, const Args&... args) const {
    return result_of<detail::child_result_t<Workflow>>(
        begin<Workflow>(std::move(options), args...));
  }
  /// Starts a child; the future yields a handle as soon as it has begun.
  template <class Workflow, class... Args>
    requires detail::is_a_workflow<Workflow>
  future<child_workflow_handle<detail::child_result_t<Workflow>>>
  start_child(child_workflow_options options, const Args&... args) const {
    return start_of<detail::child_result_t<Workflow>>(begin<Workflow>(std::move(options), args...));
  }

  // -- by name --

  /// A child by the name of its type; arguments travel by their own types, `payloads` alone as they
  /// are. `payload` as the result passes the encoded value through.
  template <class Output, class... Args>
    requires(!detail::is_a_workflow<Output>)
  future<Output>
  execute_child(std::string type, child_workflow_options options, const Args&... args) const {
    auto input = encoded(options, std::tie(args...));
    return result_of<Output>(begin_named(std::move(type), std::move(options), std::move(input)));
  }
  /// The same; the future yields a handle as soon as it has begun.
  template <class Output, class... Args>
    requires(!detail::is_a_workflow<Output>)
  future<child_workflow_handle<Output>>
  start_child(std::string type, child_workflow_options options, const Args&... args) const {
    auto input = encoded(options, std::tie(args...));
    return start_of<Output>(begin_named(std::move(type), std::move(options), std::move(input)));
  }

  // What is called in another way does not compile, and says why.
  /// Options are missing: does not compile, and says so.
  template <class Workflow, class First, class... Rest>
    requires(detail::is_a_workflow<Workflow> && !detail::is_options<First, child_workflow_options>)
  future<detail::child_result_t<Workflow>> execute_child(const First&, const Rest&...) const {
    static_assert(
        detail::is_options<First, child_workflow_options>,
        "a child workflow is called with its options first: execute_child<my_workflow>({.id = "
        "\"child-1\"}, arguments...)");
    return {{}, nullptr};
  }
  /// Options are missing: does not compile, and says so.
  template <class Workflow, class First, class... Rest>
    requires(detail::is_a_workflow<Workflow> && !detail::is_options<First, child_workflow_options>)
  future<child_workflow_handle<detail::child_result_t<Workflow>>>
  start_child(const First&, const Rest&...) const {
    static_assert(
        detail::is_options<First, child_workflow_options>,
        "a child workflow is called with its options first: start_child<my_workflow>({.id = "
        "\"child-1\"}, arguments...)");
    return {{}, nullptr};
  }

  /// What is no workflow is not called by its type: does not compile, and says so.
  template <class T, class... Rest>
    requires(!detail::is_a_workflow<T>)
  future<troupe::detail::refused> execute_child(child_workflow_options, const Rest&...) const {
    explain_name<T>();
    return {{}, nullptr};
  }
  /// What is no workflow is not called by its type: does not compile, and says so.
  template <class T, class... Rest>
    requires(!detail::is_a_workflow<T>)
  future<troupe::detail::refused> start_child(child_workflow_options, const Rest&...) const {
    explain_name<T>();
    return {{}, nullptr};
  }

private:
  [[nodiscard]] const Context& self() const noexcept { return static_cast<const Context&>(*this); }

  template <class T>
  static consteval void explain_name() {
    static_assert(
        detail::is_a_workflow<T>,
        "this type is no workflow: name the workflow's class, or the type of the result and the "
        "name behind it: execute_child<int>(\"MyWorkflow\", {.id = \"child-1\"}, arguments...)");
  }

  template <class Workflow, class... Args>
  detail::child_pendings begin(child_workflow_options&& options, const Args&... args) const {
    using traits = workflow_traits<Workflow>;
    if constexpr (troupe::detail::workflow_arguments<typename traits::args, const Args&...>::
                      check()) {
      auto input = encoded(options, typename traits::args{args...});
      return begin_named(std::string{traits::name}, std::move(options), std::move(input));
    } else
      return {};
  }
  /// With the codec of the child, whose id is drawn before, where that matters.
  template <class... Args>
  [[nodiscard]] payloads
  encoded(child_workflow_options& options, const std::tuple<Args...>& args) const {
    auto& owner = *self().owner();
    if (!owner.tells_contexts()) [[likely]]
      return detail::encode_arguments(owner.converter(), args);
    if (options.id.empty())
      options.id = owner.draw_child_id();
    return detail::encode_arguments(
        owner.converter_of_workflow(options.name_space, options.id), args);
  }
  detail::child_pendings
  begin_named(std::string type, child_workflow_options&& options, payloads input) const {
    return self().owner()->start_child(
        {std::move(type), std::move(input), std::move(options)}, self().scope());
  }

  template <class Output>
  static future<Output> result_of(const detail::child_pendings& of) {
    return {of.result, &detail::take_payload<Output>};
  }
  template <class Output>
  static future<child_workflow_handle<Output>> start_of(const detail::child_pendings& of) {
    return {of.started, &detail::take_child<Output>};
  }
};

} // namespace troupe::workflow
