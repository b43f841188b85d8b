// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/error.hpp>
#include <troupe/workflow/activity_calls.hpp>
#include <troupe/workflow/contract.hpp>
#include <troupe/workflow/detail/run.hpp>
#include <troupe/workflow/future.hpp>

#include <cstdint>
#include <exception>
#include <string>
#include <tuple>
#include <utility>

namespace troupe::workflow {

/// Why another workflow could not be signalled or asked to cancel.
enum class external_workflow_problem : std::uint8_t {
  unknown,
  not_found,           ///< there is no open run of it (or no such child)
  namespace_not_found, ///< nor its namespace
  too_many_signals,    ///< it has got as many as a run may get
};

/// Another workflow could not be signalled, or asked to cancel.
class external_workflow_error : public application_error {
public:
  /// Made by the library, of the event that says so.
  external_workflow_error(
      std::string message, external_workflow_problem problem, std::string workflow_id);

  /// What is wrong with it.
  [[nodiscard]] external_workflow_problem problem() const noexcept { return problem_; }
  /// Whose it is.
  [[nodiscard]] const std::string& workflow_id() const noexcept { return workflow_id_; }

  [[nodiscard]] std::exception_ptr to_exception_ptr() const override {
    return std::make_exception_ptr(*this);
  }

private:
  external_workflow_problem problem_;
  std::string workflow_id_;
};

namespace detail {

/// A workflow as others know it.
struct external_target {
  std::string workflow_id;
  std::string run_id;     ///< empty: the current one
  std::string name_space; ///< empty: the workflow's own
};

/// A signal for another workflow.
struct external_signal {
  external_target to;
  bool is_child = false; ///< refused unless it is a child of this run
  std::string signal_name;
  payloads input;
  troupe::headers headers = {};
};

/// A request to cancel another workflow.
struct external_cancel {
  external_target to;
  bool is_child = false; ///< refused unless it is a child of this run
  std::string reason;
};

} // namespace detail

/// How a workflow signals another one; the base of the handles of children and others.
template <class Handle>
class signal_calls {
public:
  /// Sends a signal; done when it is recorded there. Fails with an `external_workflow_error`. It
  /// can be taken back only in the task that sends it. `handle.signal<order::approve>("Ann")`.
  template <const auto& Signal>
    requires(
        detail::is_signal_contract<detail::message_of<Signal>>
        && detail::takes_one_argument<Signal>)
  future<void> signal(detail::only_argument_t<Signal> argument) const {
    return self().send(
        std::string{Signal.name}, self().converter_of_messages().to_payloads(argument));
  }
  /// The same for other numbers of arguments.
  template <const auto& Signal, class... Args>
    requires(
        detail::is_signal_contract<detail::message_of<Signal>>
        && detail::several_arguments<Signal, Args...>)
  future<void> signal(const Args&... args) const {
    return self().send(
        std::string{Signal.name},
        detail::encode_arguments(
            self().converter_of_messages(),
            typename detail::message_of<Signal>::arguments{args...}));
  }
  /// By its name; arguments travel by their own types, `payloads` alone as they are.
  template <class... Args>
  future<void> signal(std::string name, const Args&... args) const {
    return self().send(
        std::move(name),
        detail::encode_arguments(self().converter_of_messages(), std::tie(args...)));
  }
  /// What is no signal, or called with other arguments: does not compile, and says why.
  template <const auto& Signal, class... Args>
    requires(
        !detail::is_signal_contract<detail::message_of<Signal>>
        || !detail::is_message_call<Signal, Args...>)
  future<void> signal(const Args&...) const {
    detail::explain_message_call<Signal, Args...>();
    return {{}, nullptr};
  }

private:
  [[nodiscard]] const Handle& self() const noexcept { return static_cast<const Handle&>(*this); }
};

/// Another workflow, from within a workflow: whether it exists is found out when it is talked to.
class external_workflow_handle : public signal_calls<external_workflow_handle> {
public:
  /// Made by the library.
  external_workflow_handle(
      detail::ref<detail::run> owner, detail::ref<detail::scope> within, detail::external_target to)
      : owner_(std::move(owner)), within_(std::move(within)), to_(std::move(to)) {}

  /// The workflow's.
  [[nodiscard]] const std::string& workflow_id() const noexcept { return to_.workflow_id; }
  /// Empty: the current one.
  [[nodiscard]] const std::string& run_id() const noexcept { return to_.run_id; }

  /// Asks it to cancel itself; done when the request is recorded there. Fails with an
  /// `external_workflow_error`. Sent in a cancelled scope too, and not taken back.
  future<void> cancel(std::string reason = {}) const {
    return {owner_->cancel_external({.to = to_, .reason = std::move(reason)}), nullptr};
  }

private:
  friend signal_calls<external_workflow_handle>;
  [[nodiscard]] data_converter converter_of_messages() const {
    return owner_->tells_contexts() ? owner_->converter_of_workflow(to_.name_space, to_.workflow_id)
                                    : owner_->converter();
  }
  [[nodiscard]] future<void> send(std::string name, payloads input) const {
    return {
        owner_->signal_external(
            {.to = to_, .signal_name = std::move(name), .input = std::move(input)}, *within_),
        nullptr};
  }

  detail::ref<detail::run> owner_;
  detail::ref<detail::scope> within_;
  detail::external_target to_;
};

} // namespace troupe::workflow
