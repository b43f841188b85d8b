// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <thread>

namespace troupe::otlp {

/// A thread that no signal is delivered to: those are for the program's own. Must be joined.
class own_thread {
public:
  own_thread() = default;
  explicit own_thread(std::function<void()> body);
  void join() { thread_.join(); }

private:
  std::thread thread_;
};

} // namespace troupe::otlp
