// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/implementation_base.hpp>
#include <troupe/error.hpp>
#include <troupe/nexus/handler.hpp>
#include <troupe/workflow/context.hpp>
#include <troupe/workflow/definition.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// What a mock of each kind does when it is called; users see `troupe/testing/mock.hpp`.
namespace troupe::testing::mocking {

/// What a mock is told, and what it saw. Thread-safe.
template <class Result, class... Args>
class mock_state {
public:
  explicit mock_state(std::string name) : name_(std::move(name)) {}

  struct failing {
    std::size_t times; ///< so many calls; all that follow if it is the largest number
    std::exception_ptr error;
  };

  void fail(std::size_t times, std::exception_ptr error) {
    const std::lock_guard guard{mutex_};
    failing_.push_back({times, std::move(error)});
  }
  void answer_by(std::function<Result(Args...)> what) {
    const std::lock_guard guard{mutex_};
    answer_ = std::move(what);
  }
  void delay(std::chrono::nanoseconds by) {
    const std::lock_guard guard{mutex_};
    delay_ = by;
  }
  [[nodiscard]] std::chrono::nanoseconds delay() const {
    const std::lock_guard guard{mutex_};
    return delay_;
  }
  [[nodiscard]] std::vector<std::tuple<Args...>> calls() const {
    const std::lock_guard guard{mutex_};
    return calls_;
  }

  /// Counts a call; gives its number, from 0 on.
  std::size_t begin(const std::tuple<Args...>& arguments) {
    const std::lock_guard guard{mutex_};
    calls_.push_back(arguments);
    return calls_.size() - 1;
  }
  /// What that call is answered with; throws what it fails with.
  Result answer(std::size_t number, std::tuple<Args...> arguments) const {
    std::function<Result(Args...)> by;
    {
      const std::lock_guard guard{mutex_};
      for (const auto& each : failing_) {
        if (number < each.times)
          std::rethrow_exception(each.error);
        number -= each.times;
      }
      by = answer_;
    }
    if (by)
      return std::apply(by, std::move(arguments));
    if constexpr (!std::is_void_v<Result>)
      throw application_error(
          "the mock of " + name_ + " was not told what to answer: returns(...), answers(...)",
          {.type = "MockError", .non_retryable = true});
  }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
  const std::string name_;
  mutable std::mutex mutex_; ///< guards what follows
  std::vector<failing> failing_;
  std::function<Result(Args...)> answer_;
  std::chrono::nanoseconds delay_{0};
  std::vector<std::tuple<Args...>> calls_;
};

template <class State, class... Given>
payload mocked_payload(
    const State& state, std::size_t number, const data_converter& converter, Given... arguments) {
  using result = decltype(state.answer(number, std::move(arguments)...));
  if constexpr (std::is_void_v<result>) {
    state.answer(number, std::move(arguments)...);
    return converter.to_payload(nullptr);
  } else
    return converter.to_payload(state.answer(number, std::move(arguments)...));
}

template <class Result, class... Args>
class mock_activity_code final : public activity::detail::implementation_base {
public:
  using state = mock_state<Result, Args...>;
  explicit mock_activity_code(std::shared_ptr<state> of) : of_(std::move(of)) {}

  bool is_coroutine() const noexcept override { return true; }
  activity::async<payload> run_async(activity::context ctx, const payloads& input) const override {
    auto arguments = ctx.converter().template from_payloads<std::tuple<Args...>>(input);
    return run(std::move(ctx), of_, std::move(arguments));
  }

private:
  static activity::async<payload>
  run(activity::context ctx, std::shared_ptr<state> of, std::tuple<Args...> arguments) {
    const auto number = of->begin(arguments);
    if (const auto delay = of->delay(); delay.count() > 0 && !co_await ctx.sleep(delay))
      throw canceled_error(std::string{to_string(ctx.cancellation().reason())});
    co_return mocked_payload(*of, number, ctx.converter(), std::move(arguments));
  }
  std::shared_ptr<state> of_;
};

/// The number of a call is in the history, so a replay does the same without a call.
template <class Result, class... Args>
async<payload>
run_mocked_workflow(std::shared_ptr<const void> data, workflow::context ctx, payloads input) {
  using state = mock_state<Result, Args...>;
  auto of = std::const_pointer_cast<state>(std::static_pointer_cast<const state>(data));
  auto arguments =
      ctx.converter().template from_payloads<std::tuple<Args...>>(std::exchange(input, {}));
  const auto number = ctx.side_effect(
      [&]() -> std::uint64_t { return static_cast<std::uint64_t>(of->begin(arguments)); });
  if (const auto delay = of->delay(); delay.count() > 0)
    co_await ctx.sleep(delay);
  co_return mocked_payload(
      *of, static_cast<std::size_t>(number), ctx.converter(), std::move(arguments));
}

template <class Output, class... Input>
class mock_operation_code final : public nexus::detail::handler_base {
public:
  using state = mock_state<Output, Input...>;
  explicit mock_operation_code(std::shared_ptr<state> of) : of_(std::move(of)) {}

  nexus::detail::place start_place() const noexcept override { return nexus::detail::place::shard; }
  nexus::async<nexus::detail::start_outcome>
  start_async(nexus::start_context context, nexus::detail::operation_input input) const override {
    // What came is read before anything waits: it lies in the request.
    const auto& converter = nexus::detail::context_access::converter(context);
    std::tuple<Input...> arguments{nexus::detail::decode_input<Input>(input, converter)...};
    return run(std::move(context), of_, std::move(arguments));
  }

private:
  static nexus::async<nexus::detail::start_outcome>
  run(nexus::start_context context, std::shared_ptr<state> of, std::tuple<Input...> arguments) {
    const auto number = of->begin(arguments);
    if (const auto delay = of->delay(); delay.count() > 0 && !co_await context.sleep(delay))
      throw canceled_error(std::string{to_string(context.cancellation().reason())});
    const auto& converter = nexus::detail::context_access::converter(context);
    co_return nexus::detail::sync_success{
        mocked_payload(*of, number, converter, std::move(arguments))};
  }
  std::shared_ptr<state> of_;
};

} // namespace troupe::testing::mocking
