// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/activity/context.hpp>
#include <troupe/payload/payload.hpp>

#include <memory>
#include <string>

/// Implementations without their types: what `activity::implement` makes and a worker serves. Users
/// rarely need this header.
namespace troupe::activity {

namespace detail {

/// One activity's code. Const and shared: several attempts run through it at the same time.
class implementation_base {
public:
  virtual ~implementation_base() = default;

  /// True: a coroutine, which runs on its shard; false: a plain function, which may block and runs
  /// on the worker's pool.
  [[nodiscard]] virtual bool is_coroutine() const noexcept = 0;
  /// Called unless it is a coroutine; may block, may throw anything.
  virtual payload run(const context& ctx, const payloads& input) const;
  /// Called if it is one; may throw before the first suspension too.
  virtual async<payload> run_async(context ctx, const payloads& input) const;
};

} // namespace detail

/// An activity as a worker serves it: what `worker.add` takes. A value; copies share the code.
struct implementation {
  std::string name; ///< empty: serves the types that nothing else is there for
  /// Called by any number of tasks at a time.
  std::shared_ptr<const detail::implementation_base> code;
};

} // namespace troupe::activity
