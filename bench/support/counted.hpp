// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/worker.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::bench {

/// Tasks of this `worker_type` that a worker has answered so far, by its metrics: those are read
/// where this is called, while a snapshot has the worker's own threads look at all they have. That
/// would be counted as its work, and the more of it the slower the machine is.
inline std::uint64_t answered_tasks(const worker& of, std::string_view worker_type) {
  const auto text = of.metrics_text();
  const auto type = "worker_type=\"" + std::string{worker_type} + '"';
  std::uint64_t sum = 0;
  std::string_view left = text;
  while (!left.empty()) {
    const auto line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(line.size() + 1, left.size()));
    const auto has = [&](std::string_view part) { return line.find(part) != line.npos; };
    if (line.starts_with("troupe_task_ended") && has(type) && has("outcome=\"answered\""))
      sum += std::stoull(std::string{line.substr(line.rfind(' ') + 1)});
  }
  return sum;
}

} // namespace troupe::bench
