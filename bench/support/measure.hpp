// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace troupe::bench {

/// User and system CPU time of this process so far, in microseconds.
inline double cpu_microseconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto total = [](const timeval& part) {
    return static_cast<double>(part.tv_sec) * 1e6 + static_cast<double>(part.tv_usec);
  };
  return total(used.ru_utime) + total(used.ru_stime);
}

inline std::int64_t now_nanoseconds() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

/// Resident set size in KiB, from the kernel.
inline long resident_kib() {
  long pages = 0;
  if (auto* file = std::fopen("/proc/self/statm", "r")) {
    long size = 0;
    if (std::fscanf(file, "%ld %ld", &size, &pages) != 2)
      pages = 0;
    std::fclose(file);
  }
  return pages * 4;
}

/// Collects latencies (nanoseconds) and tells quantiles in microseconds.
class latencies {
public:
  void add(std::int64_t nanoseconds) { samples_.push_back(nanoseconds); }
  [[nodiscard]] std::size_t count() const { return samples_.size(); }

  double quantile(double q) {
    if (samples_.empty())
      return 0;
    const auto at = std::min(
        samples_.size() - 1, static_cast<std::size_t>(q * static_cast<double>(samples_.size())));
    std::nth_element(
        samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(at), samples_.end());
    return static_cast<double>(samples_[at]) / 1000.0;
  }

private:
  std::vector<std::int64_t> samples_;
};

/// Tasks finished and CPU used between two points of one run.
class interval {
public:
  void begin(std::uint64_t tasks) {
    tasks_ = tasks;
    cpu_ = cpu_microseconds();
    start_ = now_nanoseconds();
  }

  struct figures {
    std::uint64_t tasks;
    double seconds;
    double tasks_per_second;
    double cpu_per_task; ///< microseconds
  };

  [[nodiscard]] figures end(std::uint64_t tasks) const {
    const auto done = tasks - tasks_;
    const auto seconds = static_cast<double>(now_nanoseconds() - start_) / 1e9;
    return {
        done,
        seconds,
        static_cast<double>(done) / seconds,
        done == 0 ? 0 : (cpu_microseconds() - cpu_) / static_cast<double>(done)};
  }

private:
  std::uint64_t tasks_ = 0;
  double cpu_ = 0;
  std::int64_t start_ = 0;
};

} // namespace troupe::bench
