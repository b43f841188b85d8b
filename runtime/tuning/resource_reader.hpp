// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::tuning {

/// What is in use, as fractions of what may be used.
struct resource_usage {
  double memory = 0;
  double cpu = 0; ///< since it was measured before; 0 for the first time
};

/// Reads how much CPU and memory are in use.
///
/// Of the process's control group and those above it the tightest limit counts, with what is used
/// there; without one, or with one above what the machine has, the machine's own numbers do. Which
/// files are read:
///
/// | | limit | use |
/// |---|---|---|
/// | memory, v2 | `memory.max` | `memory.current` without `inactive_file` of `memory.stat` |
/// | memory, v1 | `memory.limit_in_bytes` | `memory.usage_in_bytes` without `total_inactive_file` |
/// | memory, machine | `MemTotal` of `/proc/meminfo` | without `MemAvailable` |
/// | CPU, v2 | `cpu.max` | `usage_usec` of `cpu.stat` |
/// | CPU, v1 | `cpu.cfs_quota_us`, `cpu.cfs_period_us` | `cpuacct.usage` |
/// | CPU, machine | `/proc/stat` | without idle and iowait |
///
/// File caches that the kernel would give up are not in use. One thread.
class resource_reader {
public:
  /// A time that only goes forward, to measure CPU by.
  using clock = std::function<std::chrono::nanoseconds()>;

  /// `root`: where `/proc` and `/sys` lie, empty in a program. `now`: the time, if not the
  /// machine's.
  explicit resource_reader(std::string root = {}, clock now = {});

  /// Absent if something cannot be read; `problem` says what.
  [[nodiscard]] std::optional<resource_usage> read();
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
  struct group_memory {
    double limit = 0;
    double used = 0;
  };
  struct group_cpu {
    double cpus = 0; ///< that it may use at a time
    double used = 0; ///< seconds, since it began
  };
  [[nodiscard]] std::optional<double> read_memory();
  [[nodiscard]] std::optional<double> read_cpu();
  [[nodiscard]] std::optional<std::string> text_of(const std::string& path) const;
  [[nodiscard]] std::optional<double> number_in(const std::string& path) const;
  /// The number after `key` in a file of `key value` lines.
  [[nodiscard]] std::optional<double>
  number_of(const std::string& path, std::string_view key) const;
  /// The folders of the process's control group with this controller, itself first; v2 has no
  /// controllers of its own.
  [[nodiscard]] std::vector<std::string> groups(std::string_view controller) const;
  [[nodiscard]] std::optional<group_memory> tightest_memory() const;
  [[nodiscard]] std::optional<group_cpu> tightest_cpu() const;

  std::string root_;
  clock now_;
  std::string problem_;
  /// Of the measure before: what was used, of how much; and the fraction that came of it.
  std::optional<double> cpu_used_;
  double cpu_possible_ = 0;
  bool by_group_ = false;
  double cpu_ = 0;
};

} // namespace troupe::tuning
