// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client.hpp>

#include <coroutine>
#include <exception>

namespace troupe::test {

/// A coroutine as users have them: begins at once and belongs to nobody.
struct detached {
  struct promise_type {
    detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

/// One that its owner starts and may destroy while it waits.
struct owned {
  struct promise_type {
    owned get_return_object() noexcept {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };

  void start() const { frame.resume(); }
  void destroy() const { frame.destroy(); }

  std::coroutine_handle<promise_type> frame;
};

inline owned owned_signal(workflow_handle<int> handle) {
  (void)co_await handle.async().signal("name").as_result();
}

} // namespace troupe::test
