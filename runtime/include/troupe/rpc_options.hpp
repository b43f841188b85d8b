// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// In what single calls differ from the others of their connection:
/// `client.with({.timeout = 2s}).get_workflow("w").describe()`.
struct rpc_options {
  /// Sent with each request besides the connection's headers, of which one of the same name comes
  /// first. Names are lower-case; values of those that end with `-bin` are bytes.
  std::vector<std::pair<std::string, std::string>> headers = {};
  /// Ends a call with `deadline_exceeded` when so much time has passed since it was begun, attempts
  /// and long polls included; 0: as without. A timeout of the call's own (`result_options`,
  /// `update_options`, `call::with_timeout`) goes before it.
  std::chrono::milliseconds timeout{0};
  /// True: what may go away by itself is not tried again, who calls hears of it at once.
  bool is_tried_once = false;
};

} // namespace troupe
