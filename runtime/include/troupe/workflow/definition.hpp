// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/detail/callable.hpp>
#include <troupe/workflow/context.hpp>
#include <troupe/workflow/failure_types.hpp>
#include <troupe/workflow/traits.hpp>

#include <exception>
#include <memory>
#include <new>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace troupe::workflow {

/// What a worker must know to run workflows of one type; made by `define<W>()`. Immutable, shared
/// by threads.
struct definition {
  std::string name; ///< the workflow type; empty: all that nothing else in the worker is there for

  /// Decodes the arguments, runs the workflow and encodes its result.
  async<payload> (*run)(context, payloads) = nullptr;
  /// Instead of `run`, for code that is made at run time: gets `data` as well.
  async<payload> (*run_with)(std::shared_ptr<const void> data, context, payloads) = nullptr;
  /// What that is; shared by all runs.
  std::shared_ptr<const void> data = nullptr;
  /// Makes a run's coroutine, in the one way or the other.
  [[nodiscard]] async<payload> begin(context ctx, payloads input) const {
    return run_with == nullptr ? run(std::move(ctx), std::move(input))
                               : run_with(data, std::move(ctx), std::move(input));
  }
  /// The workflow's object is made of the context, and registers handlers before its code begins.
  bool takes_messages_early = false;

  /// That fail the workflow although they are no `failure_error`.
  workflow::failure_types failure_types = {};

  /// The same for a type that it is not there for by its name.
  [[nodiscard]] definition with_name(std::string type) const {
    auto made = *this;
    made.name = std::move(type);
    return made;
  }
};

namespace detail {

/// Holds a workflow's object, which is never moved: its handlers know where it lies.
template <class W>
struct workflow_object {
  workflow_object() noexcept {}
  // Only before it is made.
  workflow_object(workflow_object&&) noexcept {}
  ~workflow_object() {
    if (made)
      std::destroy_at(&self);
  }
  void make(const context& ctx) {
    if constexpr (std::is_constructible_v<W, context>)
      ::new (static_cast<void*>(&self)) W(ctx);
    else
      ::new (static_cast<void*>(&self)) W{};
    made = true;
  }

  union {
    W self;
  };
  bool made = false;
};

/// `payloads` alone stands for all of them.
template <class Arguments>
Arguments read_arguments(const data_converter& with, payloads input) {
  if constexpr (std::is_same_v<Arguments, std::tuple<payloads>>)
    return {with.decode(std::move(input))};
  else
    return with.from_payloads<Arguments>(input);
}

// The object is a parameter, so it lives as long as the run, and not only as long as its `run`:
// handlers may be under way when that ends.
template <class W>
async<payload> run_workflow(context ctx, payloads input, workflow_object<W> object) {
  using member = troupe::detail::callable<decltype(&W::run)>;
  using value = typename member::result::value_type;
  using arguments = typename troupe::detail::tuple_tail<typename member::arguments>::type;
  object.make(ctx);
  auto& self = object.self;
  if constexpr (std::is_constructible_v<W, context>)
    ctx.owner()->deliver_early();
  auto main = std::apply(
      [&](auto&&... each) { return self.run(ctx, std::forward<decltype(each)>(each)...); },
      read_arguments<arguments>(ctx.converter(), std::exchange(input, {})));
  if constexpr (std::is_void_v<value>) {
    co_await std::move(main);
    co_return ctx.converter().to_payload(nullptr);
  } else {
    co_return ctx.converter().to_payload(co_await std::move(main));
  }
}

template <class W>
async<payload> begin_workflow(context ctx, payloads input) {
  return run_workflow<W>(std::move(ctx), std::move(input), workflow_object<W>{});
}

template <class W>
inline constexpr bool takes_payloads = false;
template <class W>
  requires troupe::detail::runs_in_one_way<W>
inline constexpr bool takes_payloads<W> = std::is_same_v<
    typename troupe::detail::tuple_tail<
        typename troupe::detail::callable<decltype(&W::run)>::arguments>::type,
    std::tuple<payloads>>;

template <class W>
inline constexpr bool can_be_made =
    std::is_constructible_v<W, context> || std::is_default_constructible_v<W>;

template <class Tuple>
struct listed_types;
template <class... E>
struct listed_types<std::tuple<E...>> {
  static failure_types all() { return failure_types::of<E...>(); }
};

} // namespace detail

/// Describes the workflow class `W`:
///
///     struct greeter {
///       static constexpr std::string_view name = "Greeter";
///       troupe::async<std::string> run(workflow::context ctx, std::string who);
///     };
///
/// `run` takes the context and the arguments by value; `troupe::payloads` as the only argument gets
/// all of them as they travel. If `W` can be constructed from a context it
/// is, else it is default constructed; register handlers there or at the beginning of `run`. The
/// object lives until the run is over, so handlers may use it; what is local to `run` may be gone
/// when they do. Errors
/// of the `failure_error` family that `run` lets out fail the workflow; others fail the workflow
/// *task*, which the service tries again, so a bug can be fixed under a running workflow. `using
/// failure_types = std::tuple<my_error, ...>` makes those fail the workflow too.
template <class W>
std::shared_ptr<const definition> define(std::string name) {
  constexpr bool is_right = troupe::detail::check_run<W>();
  static_assert(
      !is_right || detail::can_be_made<W>,
      "a workflow has a default constructor, or one that takes a troupe::workflow::context alone: "
      "its arguments are those of run()");
  auto made = std::make_shared<definition>();
  made->name = std::move(name);
  if constexpr (is_right && detail::can_be_made<W>)
    made->run = &detail::begin_workflow<W>;
  made->takes_messages_early = std::is_constructible_v<W, context>;
  if constexpr (requires { typename W::failure_types; })
    made->failure_types = detail::listed_types<typename W::failure_types>::all();
  return made;
}
/// The same by the workflow's own name.
template <class W>
std::shared_ptr<const definition> define() {
  using traits = workflow_traits<W>;
  if constexpr (traits::is_right)
    return define<W>(std::string{traits::name});
  else
    return nullptr;
}

/// Describes the workflow class that is there for all types that nothing else in the worker is
/// there for: `worker.add(workflow::define_others<any_workflow>())`.
///
///     struct any_workflow {
///       troupe::async<troupe::payload> run(workflow::context ctx, troupe::payloads input);
///     };
///
/// `ctx.info().workflow_type` says which is wanted. Otherwise as `define`.
template <class W>
std::shared_ptr<const definition> define_others() {
  constexpr bool is_right = troupe::detail::check_run<W>();
  if constexpr (is_right)
    static_assert(
        detail::takes_payloads<W>,
        "the run() of a workflow for all other types takes what there is: troupe::async<Result> "
        "run(troupe::workflow::context, troupe::payloads)");
  if constexpr (is_right && detail::takes_payloads<W>)
    return define<W>(std::string{});
  else
    return nullptr;
}

} // namespace troupe::workflow
