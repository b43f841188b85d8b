// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/basic_workflow_handle.hpp>
#include <troupe/client/standalone_operation.hpp>
#include <troupe/nexus/detail/call_checks.hpp>
#include <troupe/nexus/service.hpp>
#include <troupe/payload/data_converter.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace troupe {

namespace detail {

/// What both clients share: whom they call, and how a call is made up.
template <class Style>
class nexus_caller {
public:
  nexus_caller(call_origin from, std::string endpoint, std::string service)
      : from_(std::move(from)), endpoint_(std::move(endpoint)), service_(std::move(service)) {}

protected:
  template <class T>
  using returned = typename Style::template returned<T>;
  template <class R>
  using handle = typename Style::template operation<R>;

  template <class Output, class Input>
  returned<handle<Output>>
  start(std::string_view operation, const Input& input, start_operation_options&& options) const {
    return Style::give(typed<handle<Output>>(
        start_operation_job(from_, encoded(operation, input, std::move(options)))));
  }
  template <class Output, class Input>
  returned<Output>
  execute(std::string_view operation, const Input& input, start_operation_options&& options) const {
    return Style::give(decoded<Output>(
        execute_operation_job(from_, encoded(operation, input, std::move(options)))));
  }

private:
  template <class Input>
  encoded_operation
  encoded(std::string_view operation, const Input& input, start_operation_options&& options) const {
    return {
        endpoint_,
        service_,
        std::string{operation},
        std::move(options),
        converter_of(from_).to_payload(input)};
  }

  call_origin from_;
  std::string endpoint_;
  std::string service_;
};

} // namespace detail

/// Calls the operations of a contract from a client, without a workflow.
///
///     auto hello = client.nexus_client<hello_service>("hello-endpoint");
///     auto out = hello.execute<hello_service::say_hello>({.name = "Ann"});
///
/// A cheap value that keeps the connection alive. Thread-safe. Members give a `T`, or, those of
/// `client.async()`, a `call<T>`. They throw `operation_already_started_error`, `rpc_error`
/// (`not_found` if there is no such endpoint), and `execute` what `handle.result` throws. An
/// operation whose input is `void` is called without one.
template <class Style, class Service>
class basic_nexus_client : detail::nexus_caller<Style> {
  using caller = detail::nexus_caller<Style>;
  template <const auto& Operation>
  using input_of = nexus::detail::input_of<Operation>;
  template <const auto& Operation>
  using output_of = nexus::detail::output_of<Operation>;
  template <class T>
  using returned = typename caller::template returned<T>;
  template <class R>
  using handle = typename caller::template handle<R>;
  template <const auto& Operation, class... Given>
  static constexpr bool fits =
      nexus::detail::is_call_with<start_operation_options, input_of<Operation>, Given...>;

public:
  using caller::caller;

  /// Starts an operation and waits for its output.
  template <const auto& Operation>
    requires(!std::is_void_v<input_of<Operation>>)
  returned<output_of<Operation>> execute(
      const nexus::detail::given_input<input_of<Operation>>& input,
      start_operation_options options = {}) const {
    (void)nexus::detail::check_listed<Service, Operation>();
    return caller::template execute<output_of<Operation>>(
        Operation.name, input, std::move(options));
  }
  /// Of an operation without input.
  template <const auto& Operation>
    requires std::is_void_v<input_of<Operation>>
  returned<output_of<Operation>> execute(start_operation_options options = {}) const {
    (void)nexus::detail::check_listed<Service, Operation>();
    return caller::template execute<output_of<Operation>>(
        Operation.name, std::monostate{}, std::move(options));
  }

  /// Starts an operation; done when the service has recorded it.
  template <const auto& Operation>
    requires(!std::is_void_v<input_of<Operation>>)
  returned<handle<output_of<Operation>>> start(
      const nexus::detail::given_input<input_of<Operation>>& input,
      start_operation_options options = {}) const {
    (void)nexus::detail::check_listed<Service, Operation>();
    return caller::template start<output_of<Operation>>(Operation.name, input, std::move(options));
  }
  /// Of an operation without input.
  template <const auto& Operation>
    requires std::is_void_v<input_of<Operation>>
  returned<handle<output_of<Operation>>> start(start_operation_options options = {}) const {
    (void)nexus::detail::check_listed<Service, Operation>();
    return caller::template start<output_of<Operation>>(
        Operation.name, std::monostate{}, std::move(options));
  }

  // What is called in another way does not compile, and says why.
  /// An input that does not fit: does not compile, and says why.
  template <const auto& Operation, class... Given>
    requires(!fits<Operation, Given...>)
  void execute(Given&&...) const {
    (void)nexus::detail::
        check_call<start_operation_options, std::remove_cvref_t<decltype(Operation)>, Given...>();
  }
  /// An input that does not fit: does not compile, and says why.
  template <const auto& Operation, class... Given>
    requires(!fits<Operation, Given...>)
  void start(Given&&...) const {
    (void)nexus::detail::
        check_call<start_operation_options, std::remove_cvref_t<decltype(Operation)>, Given...>();
  }
};

/// Calls operations by name, with any described types (or `troupe::payload` to pass bytes through).
template <class Style>
class basic_nexus_client<Style, void> : detail::nexus_caller<Style> {
  using caller = detail::nexus_caller<Style>;
  template <class T>
  using returned = typename caller::template returned<T>;
  template <class R>
  using handle = typename caller::template handle<R>;

public:
  using caller::caller;

  /// By name, with an input; waits for the output.
  template <class Output, class Input>
    requires(!std::is_same_v<Input, start_operation_options>)
  returned<Output> execute(
      std::string_view operation, const Input& input, start_operation_options options = {}) const {
    return caller::template execute<Output>(operation, input, std::move(options));
  }
  /// The same for an operation without input.
  template <class Output>
  returned<Output> execute(std::string_view operation, start_operation_options options = {}) const {
    return caller::template execute<Output>(operation, std::monostate{}, std::move(options));
  }
  /// By name, with an input; done when the service has recorded it.
  template <class Output, class Input>
    requires(!std::is_same_v<Input, start_operation_options>)
  returned<handle<Output>> start(
      std::string_view operation, const Input& input, start_operation_options options = {}) const {
    return caller::template start<Output>(operation, input, std::move(options));
  }
  /// By name, without input.
  template <class Output>
  returned<handle<Output>>
  start(std::string_view operation, start_operation_options options = {}) const {
    return caller::template start<Output>(operation, std::monostate{}, std::move(options));
  }
};

} // namespace troupe
