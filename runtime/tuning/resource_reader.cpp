// SPDX-License-Identifier: Apache-2.0
#include "runtime/tuning/resource_reader.hpp"

#include "runtime/base/file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <system_error>
#include <utility>

namespace troupe::tuning {

namespace {

/// Longer ones are none of those that are read here.
constexpr std::size_t longest_file = std::size_t{1} << 20;
/// Two measures of CPU that are closer to each other say nothing: what was said before holds.
constexpr double shortest_period = 0.01;

std::optional<double> number(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos)
    return std::nullopt;
  double value = 0;
  const auto [end, problem] =
      std::from_chars(text.data() + begin, text.data() + text.size(), value);
  return problem == std::errc{} ? std::optional{value} : std::nullopt;
}

/// True if `name` is one of `list`, which has commas between.
bool is_in(std::string_view list, std::string_view name) {
  for (;;) {
    const auto comma = list.find(',');
    if (list.substr(0, comma) == name)
      return true;
    if (comma == std::string_view::npos)
      return false;
    list.remove_prefix(comma + 1);
  }
}

struct machine_times {
  double busy = 0;
  double all = 0;
  int cpus = 0;
};

/// Of `/proc/stat`, in its ticks.
std::optional<machine_times> times_of(const std::string& text) {
  std::istringstream lines{text};
  std::string name;
  machine_times result;
  std::array<double, 8> ticks{}; // user nice system idle iowait irq softirq steal
  if (!(lines >> name) || name != "cpu")
    return std::nullopt;
  for (auto& each : ticks)
    if (!(lines >> each))
      return std::nullopt;
  for (const auto each : ticks)
    result.all += each;
  result.busy = result.all - ticks[3] - ticks[4];
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("cpu"))
      ++result.cpus;
  return result;
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

} // namespace

resource_reader::resource_reader(std::string root, clock now)
    : root_(std::move(root)), now_(std::move(now)) {
  if (!now_)
    now_ = [] {
      return std::chrono::nanoseconds{std::chrono::steady_clock::now().time_since_epoch()};
    };
}

std::optional<resource_usage> resource_reader::read() {
  problem_.clear();
  const auto memory = read_memory();
  const auto cpu = read_cpu();
  if (!memory || !cpu)
    return std::nullopt;
  return resource_usage{*memory, *cpu};
}

std::optional<double> resource_reader::read_memory() {
  const auto all = number_of("/proc/meminfo", "MemTotal:");
  const auto group = tightest_memory();
  constexpr double kib = 1024;
  if (group && (!all || group->limit < *all * kib))
    return group->used / group->limit;
  const auto free = number_of("/proc/meminfo", "MemAvailable:");
  if (all && free && *all > 0)
    return 1 - *free / *all;
  problem_ = "neither a control group's limit nor MemTotal and MemAvailable of " + root_
             + "/proc/meminfo can be read";
  return std::nullopt;
}

std::optional<double> resource_reader::read_cpu() {
  const auto text = text_of("/proc/stat");
  const auto machine = text ? times_of(*text) : std::nullopt;
  const auto group = tightest_cpu();
  const bool by_group = group && (!machine || machine->cpus == 0 || group->cpus < machine->cpus);
  double used = 0;
  double possible = 0;
  if (by_group) {
    used = group->used;
    possible = seconds(now_()) * group->cpus;
  } else if (machine) {
    constexpr double ticks = 100; // in a second: USER_HZ is 100 for all that reads /proc
    used = machine->busy / ticks;
    possible = machine->all / ticks;
  } else {
    problem_ = "neither a control group's quota nor " + root_ + "/proc/stat can be read";
    return std::nullopt;
  }
  if (!cpu_used_ || by_group != by_group_) {
    cpu_used_ = used;
    cpu_possible_ = possible;
    by_group_ = by_group;
  } else if (possible - cpu_possible_ >= shortest_period) {
    cpu_ = std::clamp((used - *cpu_used_) / (possible - cpu_possible_), 0.0, 1.0);
    cpu_used_ = used;
    cpu_possible_ = possible;
  }
  return cpu_;
}

std::optional<std::string> resource_reader::text_of(const std::string& path) const {
  auto file = read_file(root_ + path, longest_file);
  if (!file.why_not.empty())
    return std::nullopt;
  return std::move(file.bytes);
}

std::optional<double> resource_reader::number_in(const std::string& path) const {
  const auto text = text_of(path);
  return text ? number(*text) : std::nullopt;
}

std::optional<double>
resource_reader::number_of(const std::string& path, std::string_view key) const {
  const auto text = text_of(path);
  if (!text)
    return std::nullopt;
  std::istringstream lines{*text};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(key) && line.size() > key.size()
        && (line[key.size()] == ' ' || line[key.size()] == '\t'))
      return number(std::string_view{line}.substr(key.size()));
  return std::nullopt;
}

std::vector<std::string> resource_reader::groups(std::string_view controller) const {
  const auto text = text_of("/proc/self/cgroup");
  if (!text)
    return {};
  std::string mounted; // where the tree begins
  std::string path;
  std::istringstream lines{*text};
  for (std::string line; std::getline(lines, line);) { // 4:memory:/a/b, or 0::/a/b for v2
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos)
      continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    if (controllers.empty() && mounted.empty()) {
      mounted = "/sys/fs/cgroup";
      path = line.substr(second + 1);
    } else if (is_in(controllers, controller)) {
      mounted = "/sys/fs/cgroup/" + controllers;
      path = line.substr(second + 1);
    }
  }
  if (mounted.empty())
    return {};
  // In a container the path may be the one outside: then only the root is there.
  std::vector<std::string> all;
  while (path.ends_with('/'))
    path.pop_back();
  for (;;) {
    all.push_back(mounted + path);
    if (path.empty())
      return all;
    const auto last = path.rfind('/');
    path.erase(last == std::string::npos ? 0 : last);
  }
}

std::optional<resource_reader::group_memory> resource_reader::tightest_memory() const {
  std::optional<group_memory> tightest;
  for (const auto& folder : groups("memory")) {
    auto limit = number_in(folder + "/memory.max"); // "max" is no number
    auto used = number_in(folder + "/memory.current");
    auto cached = number_of(folder + "/memory.stat", "inactive_file");
    if (!used) {
      limit = number_in(folder + "/memory.limit_in_bytes");
      used = number_in(folder + "/memory.usage_in_bytes");
      cached = number_of(folder + "/memory.stat", "total_inactive_file");
    }
    if (!limit || !used || *limit <= 0)
      continue;
    const auto in_use = std::max(*used - cached.value_or(0), 0.0);
    if (!tightest || in_use / *limit > tightest->used / tightest->limit)
      tightest = group_memory{*limit, in_use};
  }
  return tightest;
}

std::optional<resource_reader::group_cpu> resource_reader::tightest_cpu() const {
  std::optional<group_cpu> tightest;
  const auto take = [&](double quota, double period, std::optional<double> used) {
    if (quota > 0 && period > 0 && used && (!tightest || quota / period < tightest->cpus))
      tightest = group_cpu{quota / period, *used};
  };
  const auto folders = groups("cpu");
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const auto& folder = folders[i];
    if (const auto text = text_of(folder + "/cpu.max")) { // "200000 100000", or "max 100000"
      const auto quota = number(*text);
      const auto space = text->find(' ');
      const auto period =
          space == std::string::npos ? std::nullopt : number(text->substr(space + 1));
      const auto used = number_of(folder + "/cpu.stat", "usage_usec");
      if (quota && period)
        take(*quota, *period, used ? std::optional{*used / 1e6} : std::nullopt);
      continue;
    }
    const auto quota = number_in(folder + "/cpu.cfs_quota_us"); // -1: none
    const auto period = number_in(folder + "/cpu.cfs_period_us");
    if (!quota || !period)
      continue;
    auto used = number_in(folder + "/cpuacct.usage");
    if (!used) // its tree may be mounted elsewhere
      if (const auto accounts = groups("cpuacct"); accounts.size() == folders.size())
        used = number_in(accounts[i] + "/cpuacct.usage");
    take(*quota, *period, used ? std::optional{*used / 1e9} : std::nullopt);
  }
  return tightest;
}

} // namespace troupe::tuning
