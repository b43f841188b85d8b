// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/contract.hpp>
#include <troupe/testing/detail/mock_code.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace troupe::testing {

/// Code in place of other code: what `environment::replace` takes. Made of a `mock`.
struct replacement {
  std::optional<activity::implementation> activity = {};          ///< serves its type, local too
  std::shared_ptr<const workflow::definition> workflow = nullptr; ///< serves its type
  std::optional<nexus::service_handler> service = {};             ///< serves its operations
};

/// Stands in for an activity, a child workflow or a Nexus operation: says what a test tells it to,
/// and counts its calls.
///
///     auto charged = testing::mock_activity<charge>();
///     charged.fails(2, application_error("busy")).takes(5min).returns(true);
///     env.replace(charged);
///
/// A cheap handle: copies are the same mock. Thread-safe.
template <class Signature>
class mock {
  static_assert(
      std::is_function_v<Signature>,
      "a mock says result and arguments: mock_activity<greeting(std::string)>(\"greet\")");
};

/// Of code with these types.
template <class Result, class... Args>
class mock<Result(Args...)> {
public:
  /// For the library: what kind of code it stands in for.
  using maker = replacement (*)(std::shared_ptr<mocking::mock_state<Result, Args...>>);
  /// Made by `mock_activity`, `mock_workflow` and `mock_operation`.
  mock(std::string name, maker make)
      : state_(std::make_shared<mocking::mock_state<Result, Args...>>(std::move(name))),
        make_(make) {}

  /// Each call gives this, once those that fail are over.
  template <class Value>
    requires(!std::is_void_v<Result>)
  mock& returns(Value value) {
    static_assert(std::is_convertible_v<Value, Result>, "this is not what the mocked code returns");
    if constexpr (std::is_convertible_v<Value, Result>)
      state_->answer_by([result = Result(std::move(value))](const Args&...) { return result; });
    return *this;
  }
  /// Each call gives what the function does with its arguments, once those that fail are over.
  template <class Function>
  mock& answers(Function function) {
    static_assert(
        std::is_invocable_r_v<Result, Function&, Args...>,
        "this function does not take or return what the mocked code does");
    if constexpr (std::is_invocable_r_v<Result, Function&, Args...>)
      state_->answer_by(std::move(function));
    return *this;
  }
  /// So many calls fail with this, after those that were told to fail before. An activity is tried
  /// again as its retry policy says.
  template <class Error>
  mock& fails(std::size_t times, Error error) {
    state_->fail(times, std::make_exception_ptr(std::move(error)));
    return *this;
  }
  /// All further ones fail with this.
  template <class Error>
    requires std::is_base_of_v<std::exception, Error>
  mock& fails(Error error) {
    return fails(std::numeric_limits<std::size_t>::max(), std::move(error));
  }
  /// Each call takes so long, those that fail too: in virtual time where there is one. A Nexus
  /// operation has to answer within its request's time.
  mock& takes(std::chrono::nanoseconds time) {
    state_->delay(time);
    return *this;
  }

  /// The arguments of each call, in their order. A replay is no call, an attempt is one.
  [[nodiscard]] std::vector<std::tuple<Args...>> calls() const { return state_->calls(); }
  /// How many there were.
  [[nodiscard]] std::size_t call_count() const { return state_->calls().size(); }

  /// What it is called on the wire; a Nexus operation with its service in front.
  [[nodiscard]] const std::string& name() const noexcept { return state_->name(); }
  /// For an environment.
  operator replacement() const { return make_(state_); }

private:
  std::shared_ptr<mocking::mock_state<Result, Args...>> state_;
  maker make_;
};

namespace mocking {

template <class Result, class... Args>
replacement activity_in_place(std::shared_ptr<mock_state<Result, Args...>> state) {
  auto name = state->name();
  return {
      .activity = activity::implementation{
          std::move(name),
          std::make_shared<mock_activity_code<Result, Args...>>(std::move(state))}};
}
template <class Result, class... Args>
replacement workflow_in_place(std::shared_ptr<mock_state<Result, Args...>> state) {
  auto made = std::make_shared<workflow::definition>();
  made->name = state->name();
  made->run_with = &run_mocked_workflow<Result, Args...>;
  made->data = std::move(state);
  return {.workflow = std::move(made)};
}
template <class Service, const auto& Operation, class Output, class... Input>
replacement operation_in_place(std::shared_ptr<mock_state<Output, Input...>> state) {
  return {
      .service = nexus::service_handler{
          std::string{Service::service_name},
          {{std::string{Operation.name},
            std::make_shared<mock_operation_code<Output, Input...>>(std::move(state))}}}};
}

template <class Signature>
struct mock_of;
template <class Result, class... Args>
struct mock_of<Result(Args...)> {
  using type = mock<Result(Args...)>;
  static type activity(std::string name) {
    return {std::move(name), &activity_in_place<Result, Args...>};
  }
  static type workflow(std::string name) {
    return {std::move(name), &workflow_in_place<Result, Args...>};
  }
};

template <class Contract>
struct signature_of_contract;
template <class Signature>
struct signature_of_contract<activity::contract<Signature>> {
  using type = Signature;
};
template <class Result, class Args>
struct signature_of_tuple;
template <class Result, class... Args>
struct signature_of_tuple<Result, std::tuple<Args...>> {
  using type = Result(Args...);
};

} // namespace mocking

/// A mock of an activity, also where it is called as a local one: `mock_activity<charge>()`.
template <const auto& Contract>
[[nodiscard]] auto mock_activity() {
  using contract = activity::detail::contract_of<Contract>;
  static_assert(
      activity::detail::is_contract<contract>,
      "name an activity contract: mock_activity<charge>(), or its types and its name: "
      "mock_activity<bool(std::string)>(\"charge\")");
  if constexpr (activity::detail::is_contract<contract>)
    return mocking::mock_of<typename mocking::signature_of_contract<contract>::type>::activity(
        std::string{Contract.name});
  else
    return mock<void()>{{}, nullptr};
}
/// The same by name: `mock_activity<bool(std::string)>("charge")`.
template <class Signature>
[[nodiscard]] mock<Signature> mock_activity(std::string name) {
  return mocking::mock_of<Signature>::activity(std::move(name));
}

/// A mock of a workflow, for who starts it as a child, or by a Nexus operation:
/// `mock_workflow<shipping>()`.
template <class Workflow>
  requires troupe::detail::workflow_class<Workflow>
[[nodiscard]] auto mock_workflow() {
  using traits = workflow_traits<Workflow>;
  using signature =
      typename mocking::signature_of_tuple<typename traits::result, typename traits::args>::type;
  return mocking::mock_of<signature>::workflow(std::string{traits::name});
}
/// The same by name: `mock_workflow<int(std::string)>("Shipping")`.
template <class Signature>
  requires std::is_function_v<Signature>
[[nodiscard]] mock<Signature> mock_workflow(std::string name) {
  return mocking::mock_of<Signature>::workflow(std::move(name));
}

/// A mock of a Nexus operation, which answers at once: `mock_operation<bank, bank::transfer>()`.
/// For one that goes on, mock the workflow that it starts.
template <class Service, const auto& Operation>
[[nodiscard]] auto mock_operation() {
  using operation = std::remove_cvref_t<decltype(Operation)>;
  using input = typename operation::input;
  using output = typename operation::output;
  (void)nexus::detail::check_listed<Service, Operation>();
  auto name = std::string{Service::service_name}.append("/").append(Operation.name);
  if constexpr (std::is_void_v<input>)
    return mock<output()>{
        std::move(name), &mocking::operation_in_place<Service, Operation, output>};
  else
    return mock<output(input)>{
        std::move(name), &mocking::operation_in_place<Service, Operation, output, input>};
}

} // namespace troupe::testing
