// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/call.hpp>
#include <troupe/client/description.hpp>
#include <troupe/client/history.hpp>
#include <troupe/client/pages.hpp>
#include <troupe/client/update_handle.hpp>
#include <troupe/client/workflow_changes.hpp>
#include <troupe/detail/call_style.hpp>
#include <troupe/payload/data_converter.hpp>
#include <troupe/workflow/contract.hpp>

#include <chrono>
#include <concepts>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace troupe {

/// How to wait for a result.
struct result_options {
  /// Follow continue-as-new, retries and cron to the last run; else `workflow_continued_error`.
  bool follow_runs = true;
  /// How long to wait, 0: for ever. Over it: `rpc_error` with `deadline_exceeded`.
  std::chrono::milliseconds timeout{0};
};

/// What to read of a history.
struct history_options {
  bool wait_for_new_events = false; ///< goes on until the workflow closes
  bool close_event_only = false;    ///< just the event that closed the run
  int page_size = 0;                ///< 0: the service's choice
};

/// In which workflows a query is not asked. The numbers are those of the wire.
enum class query_reject_condition {
  unspecified = 0, ///< the service's default: none
  none = 1,
  not_open = 2,              ///< those that are closed
  not_completed_cleanly = 3, ///< those that failed, timed out, or were canceled or terminated
};

/// When a query is wanted at all.
struct query_options {
  /// In which state of the run it is refused.
  query_reject_condition reject_if = query_reject_condition::unspecified;
};

namespace detail {

/// A workflow as handles know it.
struct workflow_ref {
  call_origin from;
  std::string id;
  std::string run_id;                 ///< empty: the current one
  std::string first_execution_run_id; ///< empty: not known
  /// Of a handle that a start gave: its result is waited for from here on, everything else is about
  /// the current run of the chain.
  std::string started_run_id = {};
};

struct encoded_update {
  std::string name;
  update_options options;
  payloads args; ///< with the codec
};

// Made by runtime/client; arguments and details are encoded before, the codec included.
[[nodiscard]] const data_converter& converter_of(const call_origin& from) noexcept;
/// For what belongs to this workflow.
[[nodiscard]] data_converter converter_of(const call_origin& from, std::string_view workflow_id);
[[nodiscard]] job_of<payloads> result_job(const workflow_ref& of, result_options options);
[[nodiscard]] job_of<workflow_description> describe_job(const workflow_ref& of);
[[nodiscard]] async_pages<history_event>
history_pages(const workflow_ref& of, history_options options);
/// All its pages.
[[nodiscard]] job_of<workflow_history>
whole_history_job(const workflow_ref& of, history_options options);
[[nodiscard]] job_of<void> signal_job(const workflow_ref& to, std::string_view name, payloads args);
[[nodiscard]] job_of<payloads>
query_job(const workflow_ref& of, std::string_view name, query_options options, payloads args);
[[nodiscard]] job_of<update_ref> update_job(const workflow_ref& of, encoded_update update);
/// The same to its end.
[[nodiscard]] job_of<payloads> execute_update_job(const workflow_ref& of, encoded_update update);
[[nodiscard]] job_of<void> cancel_job(const workflow_ref& of, std::string reason);
[[nodiscard]] job_of<std::string> reset_job(const workflow_ref& of, reset_options options);
[[nodiscard]] job_of<void>
change_options_job(const workflow_ref& of, const workflow_options_change& change);
[[nodiscard]] job_of<void> pause_job(const workflow_ref& of, std::string reason);
[[nodiscard]] job_of<void> unpause_job(const workflow_ref& of, std::string reason);
[[nodiscard]] job_of<void>
terminate_job(const workflow_ref& of, std::string reason, payloads details);
[[nodiscard]] job_of<void> remove_job(const workflow_ref& of);

// Options come before arguments and are never taken for one of them.
template <class... Args>
inline constexpr bool begins_with_options = false;
template <class First, class... Rest>
inline constexpr bool begins_with_options<First, Rest...> =
    std::same_as<First, query_options> || std::same_as<First, update_options>;

} // namespace detail

/// What one can do to a workflow: the members of `workflow_handle`, which block and give a `T`, and
/// of `async_workflow_handle`, which give a `call<T>`. `returned<T>` is the one or the other.
template <class Style>
class basic_workflow_handle {
  template <class T>
  using returned = typename Style::template returned<T>;
  template <class R>
  using update_of = typename Style::template update<R>;

public:
  /// Made by the library.
  explicit basic_workflow_handle(detail::workflow_ref to) : ref_(std::move(to)) {}

  /// The workflow's.
  [[nodiscard]] const std::string& id() const noexcept { return ref_.id; }
  /// The run that was started or asked for; empty: the current one. A handle that a start gave goes
  /// on to the runs that follow (continue-as-new, retries, cron): signals, queries, updates,
  /// cancel, terminate and descriptions are about the current one of them. A handle for a run
  /// (`get_workflow(id, run_id)`) is about that one only.
  [[nodiscard]] const std::string& run_id() const noexcept {
    return ref_.run_id.empty() ? ref_.started_run_id : ref_.run_id;
  }
  /// The first run of the chain; empty if this handle was not made by a start.
  [[nodiscard]] const std::string& first_execution_run_id() const noexcept {
    return ref_.first_execution_run_id;
  }

  /// Waits for the end. The result as it travelled, after the codec; no payload: null.
  [[nodiscard]] returned<payloads> result_payloads(result_options options = {}) const {
    return Style::give(call<payloads>{detail::result_job(ref_, options)});
  }

  /// What the service knows of the run.
  [[nodiscard]] returned<workflow_description> describe() const {
    return Style::give(call<workflow_description>{detail::describe_job(ref_)});
  }
  /// The run's events, page after page.
  [[nodiscard]] typename Style::template pages<history_event>
  history(history_options options = {}) const {
    return Style::give(detail::history_pages(ref_, options));
  }
  /// The run's events, all that there are now, or all there will be with `wait_for_new_events`: for
  /// the replayer, or a file.
  [[nodiscard]] returned<workflow_history> fetch_history(history_options options = {}) const {
    return Style::give(call<workflow_history>{detail::whole_history_job(ref_, options)});
  }

  // -- messages -----------------------------------------------------------------------------------

  /// Sends a signal; done when it is recorded.
  template <class... Args>
  returned<void> signal(std::string_view name, const Args&... args) const {
    return signal_payloads(name, converter().to_payloads(args...));
  }
  /// A signal whose arguments are encoded already.
  returned<void> signal_payloads(std::string_view name, payloads args) const {
    return Style::give(call<void>{detail::signal_job(ref_, name, std::move(args))});
  }

  /// The same by a contract: `handle.signal<greeting::approve>("Ann")`.
  template <const auto& M, class... Given>
    requires workflow::detail::several_arguments<M, Given...>
  returned<void> signal(const Given&... args) const {
    static_assert(
        workflow::detail::is_signal_contract<workflow::detail::message_of<M>>,
        "signal<...> names a workflow::signal");
    return signal_payloads(M.name, as_contract<M>(args...));
  }
  /// The same with its one argument, which may be written in braces.
  template <const auto& M>
    requires workflow::detail::takes_one_argument<M>
  returned<void> signal(workflow::detail::only_argument_t<M> argument) const {
    static_assert(
        workflow::detail::is_signal_contract<workflow::detail::message_of<M>>,
        "signal<...> names a workflow::signal");
    return signal_payloads(M.name, as_contract<M>(std::move(argument)));
  }
  /// Arguments that do not fit: does not compile, and says why.
  template <const auto& M, class... Given>
    requires(
        !workflow::detail::is_message_call<M, Given...> && !detail::begins_with_options<Given...>)
  returned<void> signal(const Given&...) const {
    workflow::detail::explain_message_call<M, Given...>();
    return workflow::detail::nothing_of<returned<void>>();
  }

  /// Asks a query: `handle.query<int>("count")`, `handle.query<int>("count", {.reject_if =
  /// query_reject_condition::not_open})`. Closed workflows answer, too, while a worker of theirs
  /// runs. Throws `workflow_query_failed_error`, `workflow_query_rejected_error`.
  template <class R = payloads, class... Args>
    requires(!detail::begins_with_options<Args...>)
  returned<R> query(std::string_view name, const Args&... args) const {
    return query<R>(name, query_options{}, args...);
  }
  /// The same with options.
  template <class R = payloads, class... Args>
  returned<R> query(std::string_view name, query_options options, const Args&... args) const {
    return Style::give(detail::decoded<R>(
        detail::query_job(ref_, name, options, converter().to_payloads(args...))));
  }

  /// The same by a contract: `handle.query<greeting::language>()`.
  template <const auto& M, class... Given>
    requires workflow::detail::several_arguments<M, Given...>
  returned<workflow::detail::message_result_t<M>> query(const Given&... args) const {
    return query<M>(query_options{}, args...);
  }
  /// The same with its one argument, which may be written in braces.
  template <const auto& M>
    requires workflow::detail::takes_one_argument<M>
  returned<workflow::detail::message_result_t<M>>
  query(workflow::detail::only_argument_t<M> argument) const {
    return query<M>(query_options{}, std::move(argument));
  }
  /// The same with options.
  template <const auto& M, class... Given>
    requires workflow::detail::several_arguments<M, Given...>
  returned<workflow::detail::message_result_t<M>>
  query(query_options options, const Given&... args) const {
    static_assert(
        workflow::detail::is_query_contract<workflow::detail::message_of<M>>,
        "query<...> names a workflow::query");
    return Style::give(detail::decoded<workflow::detail::message_result_t<M>>(
        detail::query_job(ref_, M.name, options, as_contract<M>(args...))));
  }
  /// The same with options and its one argument.
  template <const auto& M>
    requires workflow::detail::takes_one_argument<M>
  returned<workflow::detail::message_result_t<M>>
  query(query_options options, workflow::detail::only_argument_t<M> argument) const {
    static_assert(
        workflow::detail::is_query_contract<workflow::detail::message_of<M>>,
        "query<...> names a workflow::query");
    return Style::give(detail::decoded<workflow::detail::message_result_t<M>>(
        detail::query_job(ref_, M.name, options, as_contract<M>(std::move(argument)))));
  }
  /// Arguments that do not fit: does not compile, and says why.
  template <const auto& M, class... Given>
    requires(
        !workflow::detail::is_message_call<M, Given...> && !detail::begins_with_options<Given...>)
  returned<workflow::detail::message_result_t<M>> query(const Given&...) const {
    workflow::detail::explain_message_call<M, Given...>();
    return workflow::detail::nothing_of<returned<workflow::detail::message_result_t<M>>>();
  }

  /// Sends an update and waits until it is accepted, or what the options say. Throws
  /// `workflow_update_failed_error` only for an end that is asked for: `handle.result()`.
  template <class R = payloads, class... Args>
    requires(!detail::begins_with_options<Args...>)
  returned<update_of<R>> start_update(std::string_view name, const Args&... args) const {
    return start_update<R>(name, update_options{}, args...);
  }
  /// The same with options.
  template <class R = payloads, class... Args>
  returned<update_of<R>>
  start_update(std::string_view name, update_options options, const Args&... args) const {
    return Style::give(detail::typed<update_of<R>>(
        detail::update_job(ref_, encoded(name, std::move(options), args...))));
  }

  /// The same by a contract: `handle.start_update<cart::add>(3)`.
  template <const auto& M, class... Given>
    requires workflow::detail::several_arguments<M, Given...>
  returned<update_of<workflow::detail::message_result_t<M>>>
  start_update(const Given&... args) const {
    return start_update<M>(update_options{}, args...);
  }
  /// The same with its one argument, which may be written in braces.
  template <const auto& M>
    requires workflow::detail::takes_one_argument<M>
  returned<update_of<workflow::detail::message_result_t<M>>>
  start_update(workflow::detail::only_argument_t<M> argument) const {
    return start_update<M>(update_options{}, std::move(argument));
  }
  /// The same with options.
  template <const auto& M, class... Given>
    requires workflow::detail::several_arguments<M, Given...>
  returned<update_of<workflow::detail::message_result_t<M>>>
  start_update(update_options options, const Given&... args) const {
    static_assert(
        workflow::detail::is_update_contract<workflow::detail::message_of<M>>,
        "start_update<...> names a workflow::update");
    return Style::give(
        detail::typed<update_of<workflow::detail::message_result_t<M>>>(detail::update_job(
            ref_, {std::string{M.name}, std::move(options), as_contract<M>(args...)})));
  }
  /// The same with options and its one argument.
  template <const auto& M>
    requires workflow::detail::takes_one_argument<M>
  returned<update_of<workflow::detail::message_result_t<M>>>
  start_update(update_options options, workflow::detail::only_argument_t<M> argument) const {
    static_assert(
        workflow::detail::is_update_contract<workflow::detail::message_of<M>>,
        "start_update<...> names a workflow::update");
    return Style::give(
        detail::typed<update_of<workflow::detail::message_result_t<M>>>(detail::update_job(
            ref_, {std::string{M.name}, std::move(options), as_contract<M>(std::move(argument))})));
  }
  /// Arguments that do not fit: does not compile, and says why.
  template <const auto& M, class... Given>
    requires(
        !workflow::detail::is_message_call<M, Given...> && !detail::begins_with_options<Given...>)
  returned<update_of<workflow::detail::message_result_t<M>>> start_update(const Given&...) const {
    workflow::detail::explain_message_call<M, Given...>();
    return workflow::detail::nothing_of<
        returned<update_of<workflow::detail::message_result_t<M>>>>();
  }

  /// Sends an update and waits for its result: `handle.execute_update<int>("add", 3)`. Throws
  /// `workflow_update_failed_error`.
  template <class R = payloads, class... Args>
    requires(!detail::begins_with_options<Args...>)
  returned<R> execute_update(std::string_view name, const Args&... args) const {
    return execute_update<R>(name, update_options{}, args...);
  }
  /// The same with options.
  template <class R = payloads, class... Args>
  returned<R>
  execute_update(std::string_view name, update_options options, const Args&... args) const {
    return Style::give(detail::decoded<R>(
        detail::execute_update_job(ref_, encoded(name, std::move(options), args...))));
  }

  /// The same by a contract: `handle.execute_update<cart::add>(3)`.
  template <const auto& M, class... Given>
    requires workflow::detail::several_arguments<M, Given...>
  returned<workflow::detail::message_result_t<M>> execute_update(const Given&... args) const {
    return execute_update<M>(update_options{}, args...);
  }
  /// The same with its one argument, which may be written in braces.
  template <const auto& M>
    requires workflow::detail::takes_one_argument<M>
  returned<workflow::detail::message_result_t<M>>
  execute_update(workflow::detail::only_argument_t<M> argument) const {
    return execute_update<M>(update_options{}, std::move(argument));
  }
  /// The same with options.
  template <const auto& M, class... Given>
    requires workflow::detail::several_arguments<M, Given...>
  returned<workflow::detail::message_result_t<M>>
  execute_update(update_options options, const Given&... args) const {
    static_assert(
        workflow::detail::is_update_contract<workflow::detail::message_of<M>>,
        "execute_update<...> names a workflow::update");
    return Style::give(
        detail::decoded<workflow::detail::message_result_t<M>>(detail::execute_update_job(
            ref_, {std::string{M.name}, std::move(options), as_contract<M>(args...)})));
  }
  /// The same with options and its one argument.
  template <const auto& M>
    requires workflow::detail::takes_one_argument<M>
  returned<workflow::detail::message_result_t<M>>
  execute_update(update_options options, workflow::detail::only_argument_t<M> argument) const {
    static_assert(
        workflow::detail::is_update_contract<workflow::detail::message_of<M>>,
        "execute_update<...> names a workflow::update");
    return Style::give(
        detail::decoded<workflow::detail::message_result_t<M>>(detail::execute_update_job(
            ref_, {std::string{M.name}, std::move(options), as_contract<M>(std::move(argument))})));
  }
  /// Arguments that do not fit: does not compile, and says why.
  template <const auto& M, class... Given>
    requires(
        !workflow::detail::is_message_call<M, Given...> && !detail::begins_with_options<Given...>)
  returned<workflow::detail::message_result_t<M>> execute_update(const Given&...) const {
    workflow::detail::explain_message_call<M, Given...>();
    return workflow::detail::nothing_of<returned<workflow::detail::message_result_t<M>>>();
  }

  /// An update of this workflow by its id; nothing is sent, so it need not exist.
  template <class R = payloads>
  [[nodiscard]] update_of<R> get_update(std::string id) const {
    return update_of<R>{detail::update_ref{ref_.from, std::move(id), ref_.id, ref_.run_id}};
  }

  // -- changes ------------------------------------------------------------------------------------

  /// Ends the run and lets a new one go on from an earlier point of its history; gives that run's
  /// id, for `client.get_workflow(id, run_id)`. Throws `rpc_error` with `failed_precondition` if
  /// the history has no such point, and `std::invalid_argument`, without a call, if it is to be
  /// that of a build and `reset_options::build_id` is empty.
  returned<std::string> reset(reset_options options) const {
    return Style::give(call<std::string>{detail::reset_job(ref_, std::move(options))});
  }
  /// Changes options of a running workflow: `handle.change_options({.priority = ...})`.
  returned<void> change_options(const workflow_options_change& change) const {
    return Style::give(call<void>{detail::change_options_job(ref_, change)});
  }
  /// No workflow tasks until it is unpaused. Servers that have this switched off refuse with
  /// `unimplemented`.
  returned<void> pause(std::string reason = {}) const {
    return Style::give(call<void>{detail::pause_job(ref_, std::move(reason))});
  }
  /// Lets a paused workflow go on.
  returned<void> unpause(std::string reason = {}) const {
    return Style::give(call<void>{detail::unpause_job(ref_, std::move(reason))});
  }

  // -- its end ------------------------------------------------------------------------------------

  /// Asks the workflow to cancel itself; done when the request is recorded.
  returned<void> cancel(std::string reason = {}) const {
    return Style::give(call<void>{detail::cancel_job(ref_, std::move(reason))});
  }
  /// Ends it at once, its code is not asked. `details`: see `troupe::make_payloads`.
  returned<void> terminate(std::string reason = {}, payloads details = {}) const {
    return Style::give(
        call<void>{detail::terminate_job(ref_, std::move(reason), std::move(details))});
  }
  /// Deletes the run with its history; one that runs is terminated before. Done when the service
  /// has noted it: it goes away soon after. Throws `rpc_error` with `not_found` if there is none.
  returned<void> remove() const { return Style::give(call<void>{detail::remove_job(ref_)}); }

  /// For the library.
  [[nodiscard]] const detail::workflow_ref& ref() const noexcept { return ref_; }

protected:
  /// Of arguments and results.
  [[nodiscard]] data_converter converter() const {
    return detail::converter_of(ref_.from, ref_.id);
  }

private:
  template <class... Args>
  detail::encoded_update
  encoded(std::string_view name, update_options options, const Args&... args) const {
    return {std::string{name}, std::move(options), converter().to_payloads(args...)};
  }

  // Arguments as the contract says them, whatever they are given as.
  template <const auto& M, class... Given>
  [[nodiscard]] payloads as_contract(Given&&... given) const {
    using arguments = typename workflow::detail::message_of<M>::arguments;
    return std::apply(
        [with = converter()](const auto&... each) { return with.to_payloads(each...); },
        arguments{std::forward<Given>(given)...});
  }

  detail::workflow_ref ref_;
};

} // namespace troupe
