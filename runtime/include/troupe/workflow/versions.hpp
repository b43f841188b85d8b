// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/data_converter.hpp>
#include <troupe/unique_function.hpp>
#include <troupe/workflow/detail/run.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace troupe::workflow {

/// What `get_version` says of runs that passed the change before the code had it.
inline constexpr int default_version = -1;

namespace detail {

// The names of this condition are part of the compiler's messages.
template <class F>
inline constexpr bool computes_a_value =
    std::is_invocable_v<F&> && !std::is_void_v<std::invoke_result_t<F&>>;

} // namespace detail

/// How a workflow's code changes while runs of it are under way, and how it keeps a value that it
/// may compute once only; the base of `workflow::context`.
///
///     if (ctx.patched("charge-twice")) ... else ...
///
/// What is decided is written into the history as a marker and is the same on replay; asked again,
/// the answer stays the same for the run. See the guide on versioning.
template <class Context>
class version_calls {
public:
  /// True in runs that take the new path: those that reach it for the first time with this code,
  /// and their replays. False in replays of runs that passed here before.
  [[nodiscard]] bool patched(std::string_view id) const {
    return self().owner()->has_patch(id, false);
  }
  /// Stands where `patched` stood once no run of the old path is left; the history of new runs can
  /// then be replayed by code without the call, too.
  void deprecate_patch(std::string_view id) const { (void)self().owner()->has_patch(id, true); }

  /// The version of a change as a run knows it: `newest` for those that reach it for the first
  /// time, `default_version` for those that passed here before, or what was the newest then. Throws
  /// `std::out_of_range` for one below `oldest`, which fails the task: that code cannot run it any
  /// more. As Go's `GetVersion`, whose histories can be replayed.
  [[nodiscard]] int get_version(std::string_view change_id, int oldest, int newest) const {
    return self().owner()->get_version(change_id, oldest, newest);
  }

  /// What `compute()` gives, computed once and then read from the history: for what is not the same
  /// each time. It must not wait nor use the workflow; an error of it fails the task, which is
  /// tried again.
  template <class F>
  [[nodiscard]] auto side_effect(F compute) const {
    if constexpr (!detail::computes_a_value<F>) {
      static_assert(
          detail::computes_a_value<F>,
          "a side effect is a function without parameters that returns the value to keep");
    } else {
      using value = std::decay_t<std::invoke_result_t<F&>>;
      const auto& converter = self().converter();
      return converter.template from_payload<value>(
          self().owner()->side_effect([&] { return converter.to_payload(compute()); }));
    }
  }

  /// The same for a value that changes: `compute()` is asked each time while the run goes on, and
  /// only what differs from the value before, as `same` says, is written into the history.
  template <class F, class Same = std::equal_to<>>
  [[nodiscard]] auto mutable_side_effect(std::string_view id, F compute, Same same = {}) const {
    if constexpr (!detail::computes_a_value<F>) {
      static_assert(
          detail::computes_a_value<F>,
          "a side effect is a function without parameters that returns the value to keep");
    } else {
      using value = std::decay_t<std::invoke_result_t<F&>>;
      const auto& converter = self().converter();
      return converter.template from_payload<value>(self().owner()->mutable_side_effect(
          id,
          [&] { return converter.to_payload(compute()); },
          [&](const payload& before, const payload& now) {
            return static_cast<bool>(same(
                converter.template from_payload<value>(before),
                converter.template from_payload<value>(now)));
          }));
    }
  }

private:
  [[nodiscard]] const Context& self() const noexcept { return static_cast<const Context&>(*this); }
};

} // namespace troupe::workflow
