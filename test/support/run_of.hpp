// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/workflow/engine.hpp"

#include <troupe/workflow/context.hpp>

namespace troupe::test {

namespace detail {

// A context hides its run from users. An explicit instantiation may name what is private, so that
// tests can give a run machines of their own.
template <auto Member>
struct reveal {
  friend workflow::detail::ref<workflow::detail::run>& owner_of(workflow::context& of) {
    return of.*Member;
  }
};
workflow::detail::ref<workflow::detail::run>& owner_of(workflow::context& of);
template struct reveal<&workflow::context::owner_>;

} // namespace detail

/// The run that a context belongs to, from the inside.
inline workflow::engine& run_of(workflow::context of) {
  return static_cast<workflow::engine&>(*detail::owner_of(of));
}

} // namespace troupe::test
