// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>

namespace troupe {

template <class Signature>
class next;

/// What an interceptor goes on with: the interceptor behind it, or what is intercepted. A cheap
/// value; call it once, or not at all, or (an activity, a query) again. It may be kept in a
/// coroutine of the interceptor, but not for longer than the call that is intercepted.
template <class Result, class... Args>
class next<Result(Args...)> {
public:
  /// For the library.
  using step = Result (*)(void* chain, std::size_t at, Args...);

  /// Made by the library.
  next(void* chain, std::size_t at, step call) noexcept : chain_(chain), at_(at), call_(call) {}

  /// Goes on; what it throws is what the code let out, or the next interceptor.
  Result operator()(Args... args) const { return call_(chain_, at_, std::forward<Args>(args)...); }

private:
  void* chain_;
  std::size_t at_; ///< of those that are left
  step call_;
};

} // namespace troupe
