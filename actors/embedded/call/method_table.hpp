// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actors/embedded/call/method_row.hpp"

#include <array>
#include <span>
#include <string_view>

namespace troupe::embedded {

// The rows by their owners, each in the file `..._calls.cpp` beside the functions they name.

std::span<const method_row> execution_calls();
std::span<const method_row> activity_calls();
std::span<const method_row> batch_calls();
std::span<const method_row> nexus_calls();
std::span<const method_row> off_calls();
std::span<const method_row> registry_calls();
std::span<const method_row> standalone_calls();
std::span<const method_row> static_calls();
std::span<const method_row> task_queue_calls();
std::span<const method_row> visibility_calls();

/// All of them.
inline std::array<std::span<const method_row>, 10> method_table() {
  return {
      task_queue_calls(),
      execution_calls(),
      activity_calls(),
      visibility_calls(),
      batch_calls(),
      standalone_calls(),
      registry_calls(),
      static_calls(),
      nexus_calls(),
      off_calls()};
}

/// Null for methods that are not served.
const method_row* find_method(std::string_view full_name);

/// The status of a call of an unknown method, in the real server's words.
rpc_status unknown_method(std::string_view full_name);

/// Every call's way in: its row, its request, whether the caller may, its namespace, the limits of
/// its fields; then it goes to its owner. Answers it if it ends before.
void admit(directory& here, const call_ptr& from);

} // namespace troupe::embedded
