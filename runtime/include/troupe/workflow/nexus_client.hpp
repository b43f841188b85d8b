// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/detail/call_checks.hpp>
#include <troupe/nexus/service.hpp>
#include <troupe/workflow/detail/run.hpp>
#include <troupe/workflow/future.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace troupe::workflow {

/// Whom a workflow's Nexus client calls.
struct nexus_client_options {
  std::string endpoint;     ///< name of a registered Nexus endpoint
  std::string service = {}; ///< only for the untyped client; a contract knows its own name
};

/// An operation that the handler accepted, or has answered already.
template <class Output>
class nexus_operation_handle {
public:
  /// Made by the library.
  explicit nexus_operation_handle(detail::ref<detail::payload_pending> result)
      : result_(std::move(result)) {}

  /// The handler's name for the running operation; empty if it answered at once.
  [[nodiscard]] std::string operation_token() const { return detail::operation_token(*result_); }
  /// Waits for the outcome; a failure is a `nexus_operation_error` whose cause says why.
  future<Output> result() const { return {result_, &detail::take_payload<Output>}; }
  /// Asks the operation to cancel; what `result` then waits for is the cancellation type's matter.
  void cancel(const std::string& reason = {}) const { result().cancel(reason); }

private:
  detail::ref<detail::payload_pending> result_;
};

namespace detail {

/// Settles with the operation's start, and hands its handle out.
class nexus_start_pending : public pending {
public:
  nexus_start_pending(run& owner, ref<payload_pending> of)
      : pending(owner), result(std::move(of)) {}
  void cancel(const std::string& reason) override {
    if (!result->settled())
      result->cancel(reason);
  }
  ref<payload_pending> result;
};

template <class Output>
nexus_operation_handle<Output> take_handle(pending& from) {
  return nexus_operation_handle<Output>{static_cast<nexus_start_pending&>(from).result};
}

/// What both clients share.
class nexus_caller {
public:
  nexus_caller(ref<run> owner, ref<scope> within, nexus_client_options options)
      : owner_(std::move(owner)), within_(std::move(within)), options_(std::move(options)) {}

protected:
  template <class Input>
  nexus_pendings
  begin(std::string_view operation, const Input& input, nexus_operation_options&& options) const {
    return owner_->start_nexus_operation(
        {options_.endpoint,
         options_.service,
         std::string{operation},
         owner_->shared_converter().to_payload(input),
         std::move(options)},
        *within_);
  }
  template <class Output>
  static future<Output> result_of(const nexus_pendings& of) {
    return {of.result, &take_payload<Output>};
  }
  template <class Output>
  static future<nexus_operation_handle<Output>> start_of(const nexus_pendings& of) {
    return {of.started, &take_handle<Output>};
  }

private:
  ref<run> owner_;
  ref<scope> within_;
  nexus_client_options options_;
};

} // namespace detail

/// Calls the operations of a contract from a workflow.
///
///     auto hello = ctx.nexus_client<hello_service>({.endpoint = "hello"});
///     auto out = co_await hello.execute<hello_service::say_hello>({.name = "Ann"});
///
/// Operations are scheduled when `execute` or `start` is called, so several can run at once; they
/// are cancelled with the scope of the context that made the client. Dropping a future cancels
/// nothing. An operation whose input is `void` is called without one.
template <class Service>
class nexus_client : detail::nexus_caller {
  template <const auto& Operation>
  using input_of = nexus::detail::input_of<Operation>;
  template <const auto& Operation>
  using output_of = nexus::detail::output_of<Operation>;
  template <const auto& Operation, class... Given>
  static constexpr bool fits =
      nexus::detail::is_call_with<nexus_operation_options, input_of<Operation>, Given...>;

public:
  using nexus_caller::nexus_caller;

  /// Starts an operation; the future yields its output.
  template <const auto& Operation>
    requires(!std::is_void_v<input_of<Operation>>)
  future<output_of<Operation>> execute(
      nexus::detail::given_input<input_of<Operation>> input,
      nexus_operation_options options = {}) const {
    return result_of<output_of<Operation>>(call<Operation>(input, std::move(options)));
  }
  /// Of an operation without input.
  template <const auto& Operation>
    requires std::is_void_v<input_of<Operation>>
  future<output_of<Operation>> execute(nexus_operation_options options = {}) const {
    return result_of<output_of<Operation>>(call<Operation>(std::monostate{}, std::move(options)));
  }

  /// Starts an operation; the future yields a handle as soon as the handler accepted or answered
  /// it. Fails if the operation fails before it started.
  template <const auto& Operation>
    requires(!std::is_void_v<input_of<Operation>>)
  future<nexus_operation_handle<output_of<Operation>>> start(
      nexus::detail::given_input<input_of<Operation>> input,
      nexus_operation_options options = {}) const {
    return start_of<output_of<Operation>>(call<Operation>(input, std::move(options)));
  }
  /// Of an operation without input.
  template <const auto& Operation>
    requires std::is_void_v<input_of<Operation>>
  future<nexus_operation_handle<output_of<Operation>>>
  start(nexus_operation_options options = {}) const {
    return start_of<output_of<Operation>>(call<Operation>(std::monostate{}, std::move(options)));
  }

  // What is called in another way does not compile, and says why.
  /// An input that does not fit: does not compile, and says why.
  template <const auto& Operation, class... Given>
    requires(!fits<Operation, Given...>)
  future<output_of<Operation>> execute(Given&&...) const {
    (void)nexus::detail::
        check_call<nexus_operation_options, std::remove_cvref_t<decltype(Operation)>, Given...>();
    return {{}, nullptr};
  }
  /// An input that does not fit: does not compile, and says why.
  template <const auto& Operation, class... Given>
    requires(!fits<Operation, Given...>)
  future<nexus_operation_handle<output_of<Operation>>> start(Given&&...) const {
    (void)nexus::detail::
        check_call<nexus_operation_options, std::remove_cvref_t<decltype(Operation)>, Given...>();
    return {{}, nullptr};
  }
  /// The operation is a template argument: does not compile, and says so.
  template <class Operation, class... Given>
  future<troupe::detail::refused> execute(const Operation&, Given&&...) const {
    return name_operation<Operation>();
  }
  /// The operation is a template argument: does not compile, and says so.
  template <class Operation, class... Given>
  future<troupe::detail::refused> start(const Operation&, Given&&...) const {
    return name_operation<Operation>();
  }

private:
  template <const auto& Operation, class Input>
  detail::nexus_pendings call(const Input& input, nexus_operation_options&& options) const {
    if constexpr (nexus::detail::check_listed<Service, Operation>())
      return begin(Operation.name, input, std::move(options));
    else
      return {};
  }

  template <class Operation>
  static future<troupe::detail::refused> name_operation() {
    nexus::detail::refuse_operation_argument<Operation>();
    return {{}, nullptr};
  }
};

/// Calls operations by name, with any described types (or `troupe::payload` to pass bytes through).
class untyped_nexus_client : detail::nexus_caller {
public:
  using nexus_caller::nexus_caller;

  /// By name, with an input.
  template <class Output, class Input>
    requires(!std::is_same_v<Input, nexus_operation_options>)
  future<Output> execute(
      std::string_view operation, const Input& input, nexus_operation_options options = {}) const {
    return result_of<Output>(begin(operation, input, std::move(options)));
  }
  /// The same for an operation without input.
  template <class Output>
  future<Output> execute(std::string_view operation, nexus_operation_options options = {}) const {
    return result_of<Output>(begin(operation, std::monostate{}, std::move(options)));
  }
  /// By name, with an input; gives a handle when the operation has started.
  template <class Output, class Input>
    requires(!std::is_same_v<Input, nexus_operation_options>)
  future<nexus_operation_handle<Output>> start(
      std::string_view operation, const Input& input, nexus_operation_options options = {}) const {
    return start_of<Output>(begin(operation, input, std::move(options)));
  }
  /// By name, without input.
  template <class Output>
  future<nexus_operation_handle<Output>>
  start(std::string_view operation, nexus_operation_options options = {}) const {
    return start_of<Output>(begin(operation, std::monostate{}, std::move(options)));
  }
};

} // namespace troupe::workflow
