// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/detail/callable.hpp>
#include <troupe/workflow/context.hpp>
#include <troupe/workflow/traits.hpp>

#include <exception>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace troupe::workflow {

/// What a worker must know to run workflows of one type; made by `define<W>()`. Immutable, shared
/// by threads.
struct definition {
  std::string name; ///< the workflow type

  /// Decodes the arguments, runs the workflow and encodes its result.
  async<payload> (*run)(context, payloads) = nullptr;

  /// True for errors that are to fail the workflow although they are no `failure_error`.
  bool (*fails_workflow)(const std::exception_ptr&) = nullptr;
};

namespace detail {

template <class W>
W make_workflow(const context& ctx) {
  if constexpr (std::is_constructible_v<W, context>)
    return W(ctx);
  else
    return W{};
}

template <class W>
async<payload> run_workflow(context ctx, payloads input) {
  using run = troupe::detail::callable<decltype(&W::run)>;
  using value = typename run::result::value_type;
  W self = make_workflow<W>(ctx);
  auto main = std::apply(
      [&](auto&&... each) { return self.run(ctx, std::forward<decltype(each)>(each)...); },
      ctx.converter()
          .template from_payloads<
              typename troupe::detail::tuple_tail<typename run::arguments>::type>(
              std::exchange(input, {})));
  if constexpr (std::is_void_v<value>) {
    co_await std::move(main);
    co_return ctx.converter().to_payload(nullptr);
  } else {
    co_return ctx.converter().to_payload(co_await std::move(main));
  }
}

template <class Tuple>
struct any_of_types;
template <class... E>
struct any_of_types<std::tuple<E...>> {
  template <class One>
  static bool is(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const One&) {
      return true;
    } catch (...) {
      return false;
    }
  }
  static bool test(const std::exception_ptr& error) { return (is<E>(error) || ...); }
};

} // namespace detail

/// Describes the workflow class `W`:
///
///     struct greeter {
///       static constexpr std::string_view name = "Greeter";
///       troupe::async<std::string> run(workflow::context ctx, std::string who);
///     };
///
/// `run` takes the context and the arguments by value. If `W` can be constructed from a context it
/// is, else it is default constructed; register handlers there or at the beginning of `run`. Errors
/// of the `failure_error` family that `run` lets out fail the workflow; others fail the workflow
/// *task*, which the service tries again, so a bug can be fixed under a running workflow. `using
/// failure_types = std::tuple<my_error, ...>` makes those fail the workflow too.
template <class W>
std::shared_ptr<const definition> define(std::string name) {
  constexpr bool is_right = troupe::detail::check_run<W>();
  auto made = std::make_shared<definition>();
  made->name = std::move(name);
  if constexpr (is_right)
    made->run = &detail::run_workflow<W>;
  if constexpr (requires { typename W::failure_types; })
    made->fails_workflow = &detail::any_of_types<typename W::failure_types>::test;
  return made;
}
template <class W>
std::shared_ptr<const definition> define() {
  using traits = workflow_traits<W>;
  if constexpr (traits::is_right)
    return define<W>(std::string{traits::name});
  else
    return nullptr;
}

} // namespace troupe::workflow
