// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/async.hpp>
#include <troupe/detail/borrowing.hpp>
#include <troupe/detail/callable.hpp>

#include <concepts>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace troupe {

namespace workflow {
class context;
}

namespace detail {

// The names of these conditions are part of the compiler's messages.

// A name that is no constant (`static const std::string`) is none.
template <class W>
concept has_workflow_name =
    requires { requires std::bool_constant<(!std::string_view{W::name}.empty())>::value; };

template <class W>
concept runs_in_one_way = requires { &W::run; } && has_one_signature<decltype(&W::run)>;

template <class W>
inline constexpr bool has_one_run = runs_in_one_way<W>;
template <class W>
inline constexpr bool has_name = has_workflow_name<W>;

struct has_run {
  void run();
};
template <class W>
struct twice_run : W, has_run {};
/// Has a `run`, perhaps several.
template <class W>
concept has_any_run =
    std::is_class_v<W> && !std::is_final_v<W> && !requires { &twice_run<W>::run; };

template <class W>
concept has_run_data = requires { requires std::is_member_object_pointer_v<decltype(&W::run)>; };

/// Is meant to be a workflow, perhaps with mistakes; a result is not.
template <class W>
concept workflow_class =
    std::is_class_v<W> && (has_workflow_name<W> || (has_any_run<W> && !has_run_data<W>));

template <class Returned>
inline constexpr bool is_workflow_coroutine = false;
template <class T>
inline constexpr bool is_workflow_coroutine<async<T>> = true;

template <class Parameter>
inline constexpr bool is_workflow_context =
    std::same_as<std::remove_cvref_t<Parameter>, workflow::context>;

/// A result of this type still holds its value when the code that made it is over.
template <class Result>
inline constexpr bool outlives_the_run = outlives_the_call<Result> && !std::is_pointer_v<Result>;

/// All checks of a workflow's `run` in one place, so that a mistake gives one message and no others
/// follow from it.
template <class W>
consteval bool check_run() {
  static_assert(
      has_one_run<W>,
      "a workflow has one public run(), neither overloaded nor a template: "
      "troupe::async<Result> run(troupe::workflow::context, Args...)");
  if constexpr (!has_one_run<W>)
    return false;
  else {
    using run = callable<decltype(&W::run)>;
    using first = typename list_front<typename run::parameters>::type;
    using borrowed = first_borrowed_t<typename run::parameters>;
    constexpr bool is_coroutine = is_workflow_coroutine<typename run::result>;
    static_assert(
        is_workflow_coroutine<typename run::result>,
        "a workflow's run() is a coroutine that returns troupe::async<Result>");
    if constexpr (!is_coroutine)
      return false;
    else if constexpr (!is_workflow_context<first>) {
      static_assert(
          is_workflow_context<first>,
          "the first parameter of a workflow's run() is troupe::workflow::context");
      return false;
    } else {
      static_assert(
          outlives_the_call<borrowed>,
          "a workflow's run() takes its parameters by value (std::string, not const std::string& "
          "or std::string_view): a reference or view would dangle from the first co_await on");
      using value = typename run::result::value_type;
      static_assert(
          outlives_the_run<value>,
          "a workflow's run() gives its result by value (std::string, not std::string_view or "
          "const "
          "char*): what a view looks at is gone when run() is over");
      return outlives_the_call<borrowed> && outlives_the_run<value>;
    }
  }
}

/// A Nexus contract, an activity, anything: has neither a name nor a `run`.
template <class W>
inline constexpr bool is_a_workflow = workflow_class<W> || requires { W::name; };

template <class W>
consteval bool check_workflow() {
  static_assert(
      is_a_workflow<W>,
      "this type is no workflow: a workflow is a class with static constexpr std::string_view name "
      "= \"...\"; and troupe::async<Result> run(troupe::workflow::context, Args...). A Nexus "
      "contract is served by its handlers, add(nexus::handler_for<contract>(...)), an activity by "
      "its implementation, add(activity::implement<contract>(...))");
  if constexpr (!is_a_workflow<W>)
    return false;
  else {
    static_assert(
        has_name<W>,
        "a workflow needs its name on the wire, as a public member that is a constant: static "
        "constexpr std::string_view name = \"...\";");
    if constexpr (!has_name<W>)
      return false;
    else
      return check_run<W>();
  }
}

// What there is to say of a workflow with a mistake, so that nothing else fails because of it.
template <class W, bool IsRight>
struct workflow_parts {
  static constexpr std::string_view name = {};
  using args = refused;
  using result = refused;
};
template <class W>
struct workflow_parts<W, true> {
  static constexpr std::string_view name = W::name;
  using args = typename tuple_tail<typename callable<decltype(&W::run)>::arguments>::type;
  using result = typename callable<decltype(&W::run)>::result::value_type;
};

// -- arguments

template <class... T>
struct parameters;
template <class... T>
struct given;

template <class Parameters, class Given>
inline constexpr bool fit_in_number = false;
template <class... Wanted, class... Given>
inline constexpr bool fit_in_number<parameters<Wanted...>, given<Given...>> =
    sizeof...(Wanted) == sizeof...(Given);

template <class Wanted, class Given>
struct fitting {
  using type = Given;
  using wanted = Wanted;
};
/// The first pair that does not fit, or one that does.
template <class Wanted, class Given>
struct first_misfit : fitting<int, int> {};
template <class Wanted, class... More, class Given, class... Rest>
struct first_misfit<std::tuple<Wanted, More...>, type_list<Given, Rest...>>
    : std::conditional_t<
          passes_as<Given, Wanted>,
          first_misfit<std::tuple<More...>, type_list<Rest...>>,
          fitting<Wanted, std::remove_cvref_t<Given>>> {};

/// Whether arguments fit what a workflow's `run` takes behind its context; says what is wrong.
template <class Wanted, class... Given>
struct workflow_arguments;
template <class... Wanted, class... Given>
struct workflow_arguments<std::tuple<Wanted...>, Given...> {
  static consteval bool check() {
    constexpr bool as_many = sizeof...(Wanted) == sizeof...(Given);
    static_assert(
        fit_in_number<parameters<Wanted...>, given<std::remove_cvref_t<Given>...>>,
        "these arguments do not fit the parameters of the workflow's run(): it takes more or fewer "
        "behind its context");
    if constexpr (!as_many)
      return false;
    else {
      using misfit = first_misfit<std::tuple<Wanted...>, type_list<Given...>>;
      static_assert(
          passes_as<typename misfit::type, typename misfit::wanted>,
          "these arguments do not fit the parameters of the workflow's run(): this type does not "
          "become that one, or loses something on the way");
      return (passes_as<Given, Wanted> && ...);
    }
  }
};
// The workflow has a mistake itself, which has been told.
template <class... Given>
struct workflow_arguments<refused, Given...> {
  static consteval bool check() { return false; }
};

} // namespace detail

/// What a workflow is called, takes and returns: read off its `name` and its `run`.
///
///     struct greeter {
///       static constexpr std::string_view name = "Greeter";
///       troupe::async<std::string> run(workflow::context ctx, std::string who);
///     };
template <class Workflow>
struct workflow_traits {
  /// False where the compiler has said what is wrong.
  static constexpr bool is_right = detail::check_workflow<Workflow>();
  /// For the library.
  using parts = detail::workflow_parts<Workflow, is_right>;

  static constexpr std::string_view name = parts::name; ///< on the wire
  using args = typename parts::args; ///< a std::tuple of the decayed parameters after the context
  /// What `run` gives.
  using result = typename parts::result;
};

} // namespace troupe
