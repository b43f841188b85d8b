// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client.hpp>
#include <troupe/nexus/context.hpp>

#include <coroutine>
#include <exception>
#include <string>

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

/// One of ours, which its owner starts and may destroy while it waits.
inline nexus::async<> owned_signal(workflow_handle<int> handle, std::string* seen = nullptr) {
  const auto outcome = co_await handle.async().signal("name").as_result();
  if (seen != nullptr)
    *seen = outcome ? "done" : "failed";
}

} // namespace troupe::test
