// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/contract.hpp>
#include <troupe/detail/callable.hpp>
#include <troupe/workflow/detail/run.hpp>
#include <troupe/workflow/future.hpp>

#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace troupe::workflow {

namespace detail {

// The names of these conditions are part of the compiler's messages.

template <class Arguments, class... Given>
inline constexpr bool takes_arguments = false;
template <class... Wanted, class... Given>
  requires(sizeof...(Wanted) == sizeof...(Given))
inline constexpr bool takes_arguments<std::tuple<Wanted...>, Given...> =
    (troupe::detail::passes_as<Given, Wanted> && ...);
template <class T>
inline constexpr bool is_an_activity = activity::detail::is_contract<T>;
template <class Given, class Options>
inline constexpr bool is_options = std::is_convertible_v<Given, Options>;

template <const auto& Activity, class... Given>
inline constexpr bool is_activity_call = false;
template <const auto& Activity, class... Given>
  requires is_an_activity<activity::detail::contract_of<Activity>>
inline constexpr bool is_activity_call<Activity, Given...> =
    takes_arguments<typename activity::detail::contract_of<Activity>::arguments, Given...>;

template <class Contract>
struct activity_result {
  using type = troupe::detail::refused;
};
template <class Contract>
  requires is_an_activity<Contract>
struct activity_result<Contract> {
  using type = typename Contract::result;
};
template <const auto& Activity>
using activity_result_t = typename activity_result<activity::detail::contract_of<Activity>>::type;

/// An activity is called with something else than its contract says.
template <class Contract, class... Given>
consteval void explain_activity_call() {
  if constexpr (!is_an_activity<Contract>)
    static_assert(
        is_an_activity<Contract>,
        "name an activity contract: ctx.execute<compose_greeting>(options, arguments...)");
  else
    static_assert(
        takes_arguments<typename Contract::arguments, Given...>,
        "these arguments are not those of the activity's contract: execute<my_activity>(options, "
        "arguments...)");
}

/// `payloads` alone stands for all arguments, as they travel.
template <class... Args>
payloads encode_arguments(const data_converter& with, const std::tuple<Args...>& args) {
  if constexpr (
      sizeof...(Args) == 1 && (std::is_same_v<std::remove_cvref_t<Args>, payloads> && ...))
    return with.encode(std::get<0>(args));
  else
    return std::apply([&](const auto&... each) { return with.to_payloads(each...); }, args);
}

} // namespace detail

/// What a workflow's context can do with activities; the base of `workflow::context`.
///
///     auto text = co_await ctx.execute<compose_greeting>({.start_to_close_timeout = 10s}, input);
///
/// An activity is scheduled when `execute` is called, so several run side by side; awaiting the
/// future gives its result, `cancel` of the future cancels it as its cancellation type says, and so
/// does the context's scope. A failure is an `activity_error` whose cause says why.
///
/// `execute_local` has the worker run the activity itself, within the workflow's task: for what is
/// short and needs no queue. Its result is kept in the history all the same. Errors of its code
/// come as they are, without an `activity_error` around them.
template <class Context>
class activity_calls {
public:
  // None of these is inlined: what they need for a moment, some 300 bytes, would become a part of
  // the calling coroutine's frame, which a run that waits keeps.

  // -- by contract --

  /// The same with options.
  template <const auto& Activity, class... Given>
    requires detail::is_activity_call<Activity, Given...>
  [[gnu::noinline]] future<detail::activity_result_t<Activity>>
  execute(activity_options options, const Given&... args) const {
    using contract = activity::detail::contract_of<Activity>;
    auto input = encoded(Activity.name, options, typename contract::arguments{args...});
    return start<typename contract::result>(
        std::string{Activity.name}, std::move(options), std::move(input));
  }
  /// The same with options.
  template <const auto& Activity, class... Given>
    requires detail::is_activity_call<Activity, Given...>
  [[gnu::noinline]] future<detail::activity_result_t<Activity>>
  execute_local(local_activity_options options, const Given&... args) const {
    using contract = activity::detail::contract_of<Activity>;
    auto input = encoded(Activity.name, options, typename contract::arguments{args...});
    return start<typename contract::result>(
        std::string{Activity.name}, std::move(options), std::move(input));
  }

  // -- by name --

  /// An activity by the name of its type; arguments travel by their own types. `payload` as an
  /// argument or result passes the encoded value through.
  template <class Output, class... Args>
  [[gnu::noinline]] future<Output>
  execute_activity(std::string type, activity_options options, const Args&... args) const {
    auto input = encoded(type, options, std::tie(args...));
    return start<Output>(std::move(type), std::move(options), std::move(input));
  }
  /// A local activity by name: nothing checks the arguments.
  template <class Output, class... Args>
  [[gnu::noinline]] future<Output> execute_local_activity(
      std::string type, local_activity_options options, const Args&... args) const {
    auto input = encoded(type, options, std::tie(args...));
    return start<Output>(std::move(type), std::move(options), std::move(input));
  }

  // What is called in another way does not compile, and says why.
  /// Arguments that do not fit: does not compile, and says why.
  template <const auto& Activity, class... Given>
    requires(!detail::is_activity_call<Activity, Given...>)
  future<detail::activity_result_t<Activity>> execute(activity_options, const Given&...) const {
    detail::explain_activity_call<activity::detail::contract_of<Activity>, Given...>();
    return {{}, nullptr};
  }
  /// Arguments that do not fit: does not compile, and says why.
  template <const auto& Activity, class... Given>
    requires(!detail::is_activity_call<Activity, Given...>)
  future<detail::activity_result_t<Activity>>
  execute_local(local_activity_options, const Given&...) const {
    detail::explain_activity_call<activity::detail::contract_of<Activity>, Given...>();
    return {{}, nullptr};
  }
  /// Options are missing: does not compile, and says so.
  template <const auto& Activity, class First, class... Rest>
    requires(!detail::is_options<First, activity_options>)
  future<detail::activity_result_t<Activity>> execute(const First&, const Rest&...) const {
    static_assert(
        detail::is_options<First, activity_options>,
        "an activity is called with its options first: execute<my_activity>("
        "{.start_to_close_timeout = 10s}, arguments...)");
    return {{}, nullptr};
  }
  /// Options are missing: does not compile, and says so.
  template <const auto& Activity, class First, class... Rest>
    requires(!detail::is_options<First, local_activity_options>)
  future<detail::activity_result_t<Activity>> execute_local(const First&, const Rest&...) const {
    static_assert(
        detail::is_options<First, local_activity_options>,
        "a local activity is called with its options first: execute_local<my_activity>("
        "{.start_to_close_timeout = 10s}, arguments...)");
    return {{}, nullptr};
  }
  /// The contract is a template argument: does not compile, and says so.
  template <class Contract, class... Given>
    requires detail::is_an_activity<Contract>
  future<typename Contract::result> execute(const Contract&, const Given&...) const {
    static_assert(
        troupe::detail::never<Contract>,
        "name the activity as a template argument: execute<my_activity>(options, arguments...)");
    return {{}, nullptr};
  }
  /// An activity is called by its contract, not by its function: does not compile, and says so.
  template <class F, class... Given>
    requires std::is_pointer_v<F> || std::is_member_pointer_v<F>
  future<void> execute(F, activity_options, const Given&...) const {
    static_assert(
        troupe::detail::never<F>,
        "an activity is called by its contract, not by its function: execute<my_activity>(options, "
        "arguments...)");
    return {{}, nullptr};
  }

private:
  [[nodiscard]] const Context& self() const noexcept { return static_cast<const Context&>(*this); }

  template <class... Args>
  [[nodiscard]] payloads
  encoded(std::string_view type, const activity_options& options, const std::tuple<Args...>& args)
      const {
    if (const auto& owner = *self().owner(); owner.tells_contexts()) [[unlikely]]
      return detail::encode_arguments(
          owner.converter_of_activity(type, options.task_queue, false), args);
    return detail::encode_arguments(self().converter(), args);
  }
  template <class... Args>
  [[nodiscard]] payloads encoded(
      std::string_view type, const local_activity_options&, const std::tuple<Args...>& args) const {
    if (const auto& owner = *self().owner(); owner.tells_contexts()) [[unlikely]]
      return detail::encode_arguments(owner.converter_of_activity(type, {}, true), args);
    return detail::encode_arguments(self().converter(), args);
  }

  template <class Output>
  future<Output> start(std::string type, activity_options options, payloads input) const {
    return {
        self().owner()->start_activity(
            {std::move(type), std::move(input), std::move(options)}, *self().scope()),
        &detail::take_payload<Output>};
  }
  template <class Output>
  future<Output> start(std::string type, local_activity_options options, payloads input) const {
    return {
        self().owner()->start_local_activity(
            {std::move(type), std::move(input), std::move(options)}, *self().scope()),
        &detail::take_payload<Output>};
  }
};

} // namespace troupe::workflow
