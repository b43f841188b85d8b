// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/nexus/service.hpp>
#include <troupe/workflow/detail/run.hpp>
#include <troupe/workflow/future.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace troupe::workflow {

struct nexus_client_options {
  std::string endpoint;     ///< name of a registered Nexus endpoint
  std::string service = {}; ///< only for the untyped client; a contract knows its own name
};

/// An operation that the handler accepted, or has answered already.
template <class Output>
class nexus_operation_handle {
public:
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
         owner_->converter().to_payload(input),
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

template <class Service, class Operation>
consteval bool has_operation_of_type() {
  return std::apply(
      [](const auto&... each) {
        return (std::is_same_v<std::remove_cvref_t<decltype(each)>, Operation> || ...);
      },
      Service::operations);
}

template <class T>
using operation_input = std::conditional_t<std::is_void_v<T>, std::nullptr_t, T>;

} // namespace detail

/// Calls the operations of a contract from a workflow.
///
/// Operations are scheduled when `execute` or `start` is called, so several can run at once; they
/// are cancelled with the scope of the context that made the client. Dropping a future cancels
/// nothing.
template <class Service>
class nexus_client : detail::nexus_caller {
public:
  using nexus_caller::nexus_caller;

  /// Starts an operation; the future yields its output.
  template <class Operation>
  future<typename Operation::output> execute(
      const Operation& operation,
      detail::operation_input<typename Operation::input> input,
      nexus_operation_options options = {}) const {
    check(operation);
    return result_of<typename Operation::output>(begin(operation.name, input, std::move(options)));
  }

  /// Starts an operation; the future yields a handle as soon as the handler accepted or answered
  /// it. Fails if the operation fails before it started.
  template <class Operation>
  future<nexus_operation_handle<typename Operation::output>> start(
      const Operation& operation,
      detail::operation_input<typename Operation::input> input,
      nexus_operation_options options = {}) const {
    check(operation);
    return start_of<typename Operation::output>(begin(operation.name, input, std::move(options)));
  }

private:
  template <class Operation>
  static void check(const Operation& operation) {
    static_assert(
        nexus::detail::is_operation<Operation>::value,
        "the first argument is an operation of the contract, e.g. hello_service::say_hello");
    static_assert(
        detail::has_operation_of_type<Service, Operation>(),
        "the contract has no operation with these types");
    static constexpr auto names = nexus::detail::operation_names<Service>();
    if (std::ranges::find(names, operation.name) == names.end())
      throw std::logic_error(
          "the Nexus service " + std::string{Service::service_name} + " has no operation '"
          + std::string{operation.name} + "'");
  }
};

/// Calls operations by name, with any described types (or `troupe::payload` to pass bytes through).
class untyped_nexus_client : detail::nexus_caller {
public:
  using nexus_caller::nexus_caller;

  template <class Output, class Input>
  future<Output> execute(
      std::string_view operation, const Input& input, nexus_operation_options options = {}) const {
    return result_of<Output>(begin(operation, input, std::move(options)));
  }
  template <class Output, class Input>
  future<nexus_operation_handle<Output>> start(
      std::string_view operation, const Input& input, nexus_operation_options options = {}) const {
    return start_of<Output>(begin(operation, input, std::move(options)));
  }
};

} // namespace troupe::workflow
